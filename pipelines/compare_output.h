// SPDX-License-Identifier: LGPL-2.1-or-later
// A video or a GIF of drawn frames, with the sound of the file that they were drawn from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipelines/clip.h"
#include "pipelines/job_folder.h"
#include "pipelines/media/segment_file.h"
#include "pipelines/media/video_encoder.h"

namespace gan {

class CompareOutput {
 public:
  // `overwrite`: replaces what an interrupted run left. Throws Error(kSettings) for the name.
  CompareOutput(const std::string& path, bool overwrite, int threads);

  void put(UniqueFrame frame, const Clip& input);

  // The file gets its name. Returns what could not be carried over.
  std::vector<std::string> finish(const Clip& input, const ReaderOptions& part);

 private:
  std::string path_;
  bool gif_;
  int threads_;
  const Container& container_;
  const Codec& codec_;
  JobFolder folder_;
  std::optional<VideoEncoder> encoder_;
  std::optional<SegmentWriter> segment_;
};

}  // namespace gan
