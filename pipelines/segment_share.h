// SPDX-License-Identifier: LGPL-2.1-or-later
// Which segments of a video this process makes: all that are missing, or every N-th of them.
#pragma once

#include <functional>

#include "pipelines/job_folder.h"

namespace gan {

class SegmentShare {
 public:
  // A segment has so many frames: about as often as encoders begin anew by themselves.
  static constexpr int64_t kFrames = 120;

  // part: 1 to parts; parts 0: all.
  SegmentShare(const JobFolder& folder, int part, int parts)
      : folder_(folder), part_(part), parts_(parts) {}

  // Returns how many frames of this share are there. Removes segments of it that cannot be read;
  // `say` hears of them, and of those that all shares together left out.
  int64_t take_stock(const std::function<void(const std::string&)>& say) const;
  double of(double frames) const { return parts_ > 0 ? frames / parts_ : frames; }
  bool has_to_make(int64_t segment) const;
  bool is_done() const;  // as far as is known without reading the video

 private:
  bool holds(int64_t segment) const { return parts_ == 0 || segment % parts_ == part_ - 1; }
  int64_t end() const;  // the number of segments; 0: unknown

  const JobFolder& folder_;
  int part_, parts_;
};

}  // namespace gan
