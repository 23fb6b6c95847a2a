// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/fields.h"

#include <cstring>

#include "pipelines/media/filter_chain.h"

namespace gan {

bool show_two_moments(const std::vector<UniqueFrame>& frames, AVRational time_base) {
  if (frames.empty()) return true;
  const FilterInput input = filter_input(*frames[0], time_base);
  FilterChain idet(input, "idet");
  int two = 0, one = 0;
  const auto count = [&] {
    while (UniqueFrame seen = idet.take()) {
      const AVDictionaryEntry* const verdict =
          av_dict_get(seen->metadata, "lavfi.idet.multiple.current_frame", nullptr, 0);
      if (!verdict) continue;
      two += std::strcmp(verdict->value, "tff") == 0 || std::strcmp(verdict->value, "bff") == 0;
      one += std::strcmp(verdict->value, "progressive") == 0;
    }
  };
  for (const UniqueFrame& frame : frames) {
    if (!(filter_input(*frame, time_base) == input)) break;
    idet.put(UniqueFrame(av_frame_clone(frame.get())));
    count();
  }
  idet.put(nullptr);
  count();
  return 2 * two >= one;
}

}  // namespace gan
