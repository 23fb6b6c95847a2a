#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# enhancegan from Python: properties change while it plays, stats and messages are read.
set -u
python=
for candidate in python3 /usr/bin/python3; do
  "$candidate" -c 'import gi; gi.require_version("Gst", "1.0"); from gi.repository import Gst' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo 'skipped: no python3 knows GStreamer (python3-gst-1.0)'; exit 77; }
"$python" - <<'PYTHON'
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
pipeline = Gst.parse_launch("videotestsrc num-buffers=12 ! video/x-raw,width=32,height=24 ! enhancegan name=e ! fakesink")
enhancer, seen = pipeline.get_by_name("e"), []
def probe(pad, info):
    seen.append(enhancer.get_property("strength"))
    enhancer.set_property("strength", (len(seen) % 4) / 4)
    enhancer.set_property("split", 0.5)
    if len(seen) == 12:
        global frames
        frames = enhancer.get_property("stats").get_uint64("frames").value
    return Gst.PadProbeReturn.OK
enhancer.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, probe)
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(30 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
pipeline.set_state(Gst.State.NULL)
assert message and message.type == Gst.MessageType.EOS, message
assert seen == [1.0] + [i % 4 / 4 for i in range(1, 12)], seen
assert frames == 12, frames
print("Python plays enhancegan")
PYTHON
