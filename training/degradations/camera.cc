// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/degradations/camera.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace gan::training {

void jpeg_round_trip(Picture& picture, int quality) {
  cv::Mat rgb(picture.size.height, picture.size.width, CV_32FC3, picture.values.data());
  cv::Mat bytes;
  rgb.convertTo(bytes, CV_8U, 255);
  cv::cvtColor(bytes, bytes, cv::COLOR_RGB2BGR);
  std::vector<uint8_t> file;
  cv::imencode(".jpg", bytes, file, {cv::IMWRITE_JPEG_QUALITY, quality});
  cv::cvtColor(cv::imdecode(file, cv::IMREAD_COLOR), bytes, cv::COLOR_BGR2RGB);
  bytes.convertTo(rgb, CV_32F, 1 / 255.0);
}

}  // namespace gan::training
