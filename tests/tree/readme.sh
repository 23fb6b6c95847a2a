#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# README names every element, property, recipe, network, command with its options, in the words of --help, and
# script.
# readme.sh SOURCE GAN_TRAIN; the elements come from GST_PLUGIN_PATH.
set -u
readme=$1/README.md
failed=0
want() { grep -qF -- "$2" "$readme" || { echo "README does not name the $1 $2"; failed=1; }; }
for element in $(gst-inspect-1.0 gan | sed -n 's/^ *\([a-z]*\): .*/\1/p'); do
  want element "$element"
  own=$(gst-inspect-1.0 "$element" | sed -n '/^Element Properties/,$p' | sed -n 's/^  \([a-z][a-z0-9-]*\) *: .*/\1/p')
  base=' async-handling emit-signals latency min-upstream-latency name parent qos start-time start-time-selection ignore-inactive-pads force-live automatic-eos blocksize do-timestamp num-buffers typefind '
  for property in $own; do
    case $base in *" $property "*) ;; *) want property "$property" ;; esac
  done
done
for word in $("$2" list | sed -n 's/^  \([a-z0-9_-]*\) .*/\1/p'); do want 'recipe or network' "$word"; done
while read -r line; do want 'line of the table of recipes' "$line"; done < <("$2" list --markdown)
for command in "$BUILD_DIR"/pipelines/gan-*; do
  [ -x "$command" ] && [ -f "$command" ] || continue
  want command "$(basename "$command")"
  for option in $("$command" --help | grep -oE -e '--[a-z]+' | sort -u); do
    case $option in --help|--version) ;; *) want "option of $(basename "$command")" "$option" ;; esac
  done
  while read -r words; do  # up to a semicolon
    case $words in 'Show help options'|'print the version') continue ;; esac
    tr -d '`' < "$readme" | grep -qF -- "$words" || { echo "README says in other words: $words"; failed=1; }
  done < <("$command" --help | sed -n 's/^  \(-[a-z], \)\?--[a-z]*\(=[^ ]*\)\?  *\([^ ;][^;]*\).*/\3/p')
done
for script in "$1"/pipelines/*.sh; do
  [ "$(basename "$script")" = setup.sh ] || want script "$(basename "$script")"
done
[ $failed = 0 ] && echo 'README names everything'
exit $failed
