// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/segment_share.h"

#include <filesystem>

#include "core/error.h"
#include "pipelines/media/segment_file.h"

namespace gan {

int64_t SegmentShare::end() const { return (folder_.frames() + kFrames - 1) / kFrames; }

bool SegmentShare::has_to_make(int64_t segment) const {
  return holds(segment) && !folder_.has(segment);
}

bool SegmentShare::is_done() const {
  for (int64_t segment = 0; segment < end(); ++segment)
    if (has_to_make(segment)) return false;
  return end() > 0;
}

int64_t SegmentShare::take_stock(const std::function<void(const std::string&)>& say) const {
  const std::vector<int64_t> there = folder_.segments();
  if (there.empty()) return 0;
  const int64_t all = folder_.frames(), last = all > 0 ? end() - 1 : there.back();
  int64_t frames = 0;
  for (const int64_t segment : there) {
    if (!holds(segment)) continue;
    const int64_t packets = packets_of(folder_.segment(segment));
    const int64_t wanted = segment < last ? kFrames : all > 0 ? all - last * kFrames : packets;
    if (packets > 0 && packets == wanted) {
      frames += packets;
      continue;
    }
    say(folder_.segment(segment) + ": is damaged, and made anew");
    std::error_code ignored;
    std::filesystem::remove(folder_.segment(segment), ignored);
  }
  std::string missing;
  for (int64_t segment = 0; parts_ == 0 && segment <= last && missing.size() < 300; ++segment)
    if (!folder_.has(segment)) missing += concat(missing.empty() ? "" : ", ", segment);
  if (!missing.empty())
    say(concat("of the segments 0 to ", last, " these are missing, and made now: ", missing));
  return frames;
}

}  // namespace gan
