// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/meters/sample_grid.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace gan::training {

Picture make_grid(const std::vector<Picture>& cells, int columns) {
  constexpr int kGap = 2;
  Size cell;
  for (const auto& picture : cells) {
    cell.width = std::max(cell.width, picture.size.width);
    cell.height = std::max(cell.height, picture.size.height);
  }
  const int rows = (static_cast<int>(cells.size()) + columns - 1) / columns;
  Picture grid({columns * (cell.width + kGap) - kGap, rows * (cell.height + kGap) - kGap}, 3);
  for (size_t i = 0; i < cells.size(); ++i) {
    const int left = static_cast<int>(i) % columns * (cell.width + kGap);
    const int top = static_cast<int>(i) / columns * (cell.height + kGap);
    const Picture& picture = cells[i];
    for (int y = 0; y < picture.size.height; ++y)
      for (int x = 0; x < picture.size.width; ++x)
        for (int c = 0; c < 3; ++c)
          grid.span().row(top + y)[(left + x) * 3 + c] =
              picture.view().row(y)[x * picture.channels + std::min(c, picture.channels - 1)];
  }
  return grid;
}

Picture captioned(const Picture& picture, const std::string& text) {
  constexpr int kLeast = 64, kLine = 14;
  const int zoom = std::max(1, (kLeast + picture.size.width - 1) / std::max(picture.size.width, 1));
  Picture result({picture.size.width * zoom, picture.size.height * zoom + kLine}, 3);
  cv::Mat whole(result.size.height, result.size.width, CV_32FC3, result.values.data());
  for (int y = 0; y < picture.size.height * zoom; ++y)
    for (int x = 0; x < result.size.width; ++x)
      for (int c = 0; c < 3; ++c)
        result.span().row(y)[3 * x + c] = picture.view().row(
            y / zoom)[x / zoom * picture.channels + std::min(c, picture.channels - 1)];
  cv::putText(whole, text, {2, result.size.height - 3}, cv::FONT_HERSHEY_PLAIN, 0.8,
              cv::Scalar::all(1), 1, cv::LINE_AA);
  return result;
}

}  // namespace gan::training
