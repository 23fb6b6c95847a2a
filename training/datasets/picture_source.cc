// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/picture_source.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <mutex>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <optional>

#include "core/error.h"
#include "training/datasets/image_cache.h"

namespace gan::training {
namespace {

// "clip.mp4#12", unless there is a picture file of that very name.
std::optional<std::pair<std::string, int>> frame_of_video(const std::string& name) {
  const size_t hash = name.rfind('#');
  int frame = 0;
  std::error_code ignored;
  if (hash == std::string::npos || std::filesystem::exists(name, ignored)) return {};
  const char* const end = name.data() + name.size();
  if (std::from_chars(name.data() + hash + 1, end, frame).ptr != end) return {};
  return std::pair(name.substr(0, hash), frame);
}

// The video that was read last stays open, so that frames in their order need no search.
class OpenVideo {
 public:
  Bytes8 read(const std::string& path, int frame) {
    const std::lock_guard lock(mutex_);
    if (path != path_ || frame < next_) {
      path_ = path;
      next_ = 0;
      video_.open(path);
    }
    // A search may land beside the frame, depending on the container; counting does not.
    for (; next_ < frame && video_.grab(); ++next_) {
    }
    cv::Mat bgr;
    check(video_.read(bgr) && bgr.type() == CV_8UC3, ErrorKind::kData, path, ": has no frame ",
          frame);
    ++next_;
    Bytes8 image{{bgr.cols, bgr.rows}, std::vector<uint8_t>(bgr.total() * 3)};
    cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, image.rgb.data());
    cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
    return image;
  }

 private:
  std::mutex mutex_;
  std::string path_;
  cv::VideoCapture video_;
  int next_ = 0;
};

int count_frames(const std::string& path) {
  cv::VideoCapture video(path);
  int count = 0;
  while (video.grab()) ++count;
  return count;
}

}  // namespace

std::vector<std::string> list_pictures(const std::string& folder_or_video) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(folder_or_video, ignored))
    return list_images(folder_or_video, true);
  const int count = count_frames(folder_or_video), used = std::min(count, kMostFrames);
  check(count > 0, ErrorKind::kData, folder_or_video,
        ": is neither a folder of pictures nor a video that can be read");
  std::vector<std::string> names;
  for (int64_t i = 0; i < used; ++i)
    names.push_back(concat(folder_or_video, "#", i * count / used));
  return names;
}

Bytes8 read_picture_8bit(const std::string& name) {
  static OpenVideo video;
  const auto frame = frame_of_video(name);
  return frame ? video.read(frame->first, frame->second) : read_image_8bit(name);
}

Picture read_picture(const std::string& name) {
  if (!frame_of_video(name)) return read_image(name);
  const Bytes8 image = read_picture_8bit(name);
  return crop_picture(image, 0, 0, image.size);
}

}  // namespace gan::training
