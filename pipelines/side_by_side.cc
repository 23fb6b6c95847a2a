// SPDX-License-Identifier: LGPL-2.1-or-later
// side-by-side [--difference] [--labels "a,b,c"] OUT IN IN...: pictures of one size in a row, each
// under its label; with --difference a last one shows |second - first| eight times brighter.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/image_file.h"

namespace {

constexpr int kLabelHeight = 24;

gan::Picture difference(const gan::Picture& a, const gan::Picture& b) {
  gan::Picture result(a.size, 3);
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = 8 * std::abs(b.values[i] - a.values[i]);
  return result;
}

int run(int argc, char** argv) {
  bool with_difference = false;
  std::vector<std::string> labels, files;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--difference") == 0) {
      with_difference = true;
    } else if (std::strcmp(argv[i], "--labels") == 0 && i + 1 < argc) {
      std::stringstream list(argv[++i]);
      for (std::string label; std::getline(list, label, ',');) labels.push_back(label);
    } else {
      files.emplace_back(argv[i]);
    }
  }
  gan::check(files.size() >= 3, gan::ErrorKind::kSettings,
             "usage: side-by-side [--difference] [--labels \"a,b\"] OUT IN IN...");
  std::vector<gan::Picture> pictures;
  for (size_t i = 1; i < files.size(); ++i) {
    pictures.push_back(gan::read_image(files[i]));
    gan::check(pictures.back().size == pictures[0].size, gan::ErrorKind::kData, files[i], ": is ",
               pictures.back().size.width, "x", pictures.back().size.height, ", the first is ",
               pictures[0].size.width, "x", pictures[0].size.height);
  }
  if (with_difference) pictures.push_back(difference(pictures[0], pictures[1]));

  const gan::Size cell = pictures[0].size;
  const int count = static_cast<int>(pictures.size());
  cv::Mat row(cell.height + kLabelHeight, cell.width * count, CV_32FC3, cv::Scalar::all(0));
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<size_t>(i);
    const cv::Mat picture(cell.height, cell.width, CV_32FC3, pictures[index].values.data());
    picture.copyTo(row(cv::Rect(i * cell.width, kLabelHeight, cell.width, cell.height)));
    if (index < labels.size())
      cv::putText(row, labels[index], {i * cell.width + 6, kLabelHeight - 7},
                  cv::FONT_HERSHEY_SIMPLEX, 0.5, cv::Scalar::all(1), 1, cv::LINE_AA);
  }
  gan::write_image(files[0], {row.ptr<float>(), {row.cols, row.rows}, 3, ptrdiff_t{row.cols} * 3});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "side-by-side: %s\n", error.what());
    return 1;
  }
}
