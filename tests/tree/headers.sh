#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# headers.sh SOURCE COMPILER FLAGS...: every header without torch compiles alone.
set -u
cd "$1" || exit 1
shift
failed=0
for header in $(find core gst-plugin training -name '*.h' | sort); do
  grep -q 'include <torch' "$header" && continue
  "$@" -std=c++20 -fsyntax-only -Wno-pragma-once-outside-header -I. -x c++ "$header" 2> /tmp/headers.$$ && continue
  grep -q 'torch/torch.h: No such file' /tmp/headers.$$ && continue  # it uses torch through another
  echo "$header does not compile alone:"; head -5 /tmp/headers.$$; failed=1
done
rm -f /tmp/headers.$$
[ $failed = 0 ] && echo 'every header compiles alone'
exit $failed
