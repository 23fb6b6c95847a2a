// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/enlarger.h"

#include <filesystem>

#include "pipelines/stored_frame.h"

namespace gan {
namespace {

std::vector<std::string> properties_of(const EnlargerOptions& options) {
  std::vector<std::string> all;
  if (!options.model.empty()) all.push_back("model=" + options.model);
  all.insert(all.end(), options.properties.begin(), options.properties.end());
  return all;
}

}  // namespace

Enlarger::Enlarger(const EnlargerOptions& options)
    : line_("enhancegan", properties_of(options), options.say, options.stop) {}

void Enlarger::put(const AVFrame& frame, AVRational time_base) {
  UniqueFrame like = new_frame();
  av_check(av_frame_copy_props(like.get(), &frame), ErrorKind::kNoMemory, "out of memory");
  like->pts = frame.pts;
  UniqueBuffer buffer = buffer_of(frame);
  GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(
      std::max<int64_t>(0, av_rescale_q(frame.pts, time_base, {1, GST_SECOND})));
  line_.put(std::move(buffer), *caps_of(frame, {0, 1}));
  inside_.push_back(std::move(like));
}

UniqueFrame Enlarger::take() {
  const UniqueSample sample = line_.take();
  check(sample != nullptr && !inside_.empty(), ErrorKind::kFailed, "enhancegan gave no frame");
  UniqueFrame frame = frame_of(*sample, *inside_.front());
  inside_.erase(inside_.begin());
  return frame;
}

UniqueFrame Enlarger::run(UniqueFrame frame) {
  put(*frame, {1, 1});
  return take();
}

int scale_of(const EnlargerOptions& options) {
  const StoredImage grey{{64, 64}, PixelFormat::kRGB, std::vector<uint8_t>(64 * 64 * 3, 128)};
  return Enlarger(options).run(frame_of(grey))->width / 64;
}

std::string name_of_model(const std::string& model) {
  return model.empty() ? "x2" : std::filesystem::path(model).stem().string();
}

}  // namespace gan
