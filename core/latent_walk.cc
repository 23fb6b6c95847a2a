// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent_walk.h"

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "core/latent_expression.h"

namespace gan {
namespace {

std::vector<int> labels_of(const WalkOptions& options, int classes) {
  check(classes > 0 || (options.label == 0 && options.label_path.empty()), ErrorKind::kSettings,
        options.label_path.empty() ? "label" : "label-path",
        " wants a conditional network; this one has no classes");
  if (classes == 0) return {};
  std::vector<int> labels = {options.label};
  const bool many = !options.label_path.empty();
  if (many) {
    const auto numbers = parse_seeds(options.label_path, "label-path");
    labels.assign(numbers.begin(), numbers.end());
  }
  for (const int label : labels)
    check(label >= 0 && label < classes, ErrorKind::kSettings, many ? "label-path" : "label",
          ": classes are 0 to ", classes - 1, ", got ", label);
  return labels;
}

}  // namespace

LatentPath make_path(const WalkOptions& options, const WalkGround& ground) {
  const bool has_images = ground.from_image || ground.to_image;
  PathOptions path;
  auto keys = evaluate_expressions(options.expression, ground.vectors, ground.latent);
  if (keys.empty() && (!options.seeds.empty() || !has_images)) {
    const std::string all = concat("0-", std::max(ground.cells, 8) - 1);
    path = path_of_seeds(parse_seeds(options.seeds.empty() ? all : options.seeds), ground.latent);
    keys = std::move(path.keys);
  }
  if (ground.from_image) keys.insert(keys.begin(), *ground.from_image);
  if (ground.to_image) keys.push_back(*ground.to_image);
  path.keys = std::move(keys);
  path.labels = labels_of(options, ground.classes);
  path.shape = options.shape;
  path.interpolation = options.interpolation;
  path.period = options.period;
  return LatentPath(std::move(path));
}

GridShape parse_grid(std::string_view text) {
  GridShape grid;
  const char* const end = text.data() + text.size();
  const auto rows = std::from_chars(text.data(), end, grid.rows);
  const bool crossed = rows.ec == std::errc() && rows.ptr != end && *rows.ptr == 'x';
  const auto columns = crossed ? std::from_chars(rows.ptr + 1, end, grid.columns) : rows;
  const auto fits = [](int sides) { return sides >= 1 && sides <= 64; };
  check(crossed && columns.ec == std::errc() && columns.ptr == end && fits(grid.rows) &&
            fits(grid.columns),
        ErrorKind::kSettings, "grid must be ROWSxCOLUMNS, each 1 to 64, such as 2x3; got \"", text,
        "\"");
  return grid;
}

std::vector<LatentPoint> points_of_cells(const LatentPath& path, double position, int cells,
                                         int classes) {
  std::vector<LatentPoint> points;
  for (int cell = 0; cell < cells; ++cell)
    points.push_back({path.at(position, cell), path.label_at(position, classes, cell)});
  return points;
}

}  // namespace gan
