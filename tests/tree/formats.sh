#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# README's matrix of formats is what the pads' caps say. formats.sh SOURCE; the elements come from
# GST_PLUGIN_PATH. What this GStreamer does not know does not count.
set -u
matrix=$(sed -n '/^| | formats | /,/^$/p' "$1/README.md")
failed=0

# formats ELEMENT SINK|SRC: those in the element's pad templates, one a line.
formats() {
  gst-inspect-1.0 "$1" | awk -v way="$2" '
    / template: / { inside = $1 == way }
    /^Element has no|^Element Flags/ { inside = 0 }
    inside && /format: / { gsub(/.*\{|\}.*|\(string\)|,/, " "); print }' | tr -s ' ' '\n' | sed '/^$/d' | sort -u
}
known=$(formats videotestsrc SRC)

# column NUMBER in|out: formats of the rows whose cell in that column names the way.
column() {
  awk -F'|' -v at="$1" -v way="$2" 'NR > 2 && (" " $at " ") ~ (" " way " ") { print $3 }' <<< "$matrix" |
    tr -s ' ' '\n' | sed '/^$/d' | sort -u | comm -12 - <(echo "$known")
}

[ "$(echo "$known" | wc -l)" -gt 50 ] || { echo 'the formats of GStreamer are not found'; exit 1; }
at=4
for element in $(sed -n '1s/[|`]/ /gp' <<< "$matrix" | sed 's/formats//'); do
  for way in in:SINK out:SRC; do
    difference=$(diff <(column $at ${way%:*}) <(formats "$element" ${way#*:})) && continue
    printf 'formats %s of %s, README < and > caps:\n%s\n' "${way%:*}" "$element" "$difference"
    failed=1
  done
  at=$((at + 1))
done
[ $at = 7 ] || { echo 'README has no matrix of three elements'; failed=1; }
[ $failed = 0 ] && echo "README's formats are those of the caps"
exit $failed
