// SPDX-License-Identifier: LGPL-2.1-or-later
// What latentwalk's properties mean: the path of a walk, and what each cell of a grid shows.
#pragma once

#include <optional>
#include <string>

#include "core/engine.h"
#include "core/latent_path.h"
#include "core/latent_vectors.h"

namespace gan {

struct WalkOptions {
  // Key points: the code of from_image, then those of the expressions, or of the seeds where there
  // is no expression, then that of to_image. Where nothing is given, of seeds 0-7, or of as many
  // as the grid has cells.
  std::string expression, seeds;
  int label = 0;           // class of all key points
  std::string label_path;  // or a class for each, such as "0-9"
  PathShape shape = PathShape::kLoop;
  Interpolation interpolation = Interpolation::kSlerp;
  int period = 0;  // see PathOptions
  bool operator==(const WalkOptions&) const = default;
};

// What does not change while a walk runs.
struct WalkGround {
  int latent = 0;   // length of a code
  int classes = 0;  // of the network; 0: not conditional
  int cells = 1;    // of the grid
  NamedCodes vectors;
  std::optional<Code> from_image, to_image;
};

// Throws Error(kSettings) that names the option.
LatentPath make_path(const WalkOptions& options, const WalkGround& ground);

struct GridShape {
  int rows = 1, columns = 1;  // 1..64
  int cells() const { return rows * columns; }
};
// "2x3": rows, columns. Throws Error(kSettings).
GridShape parse_grid(std::string_view text);

// Cell i, counted along the rows, is i key points ahead of cell 0, which stands at `position`.
std::vector<LatentPoint> points_of_cells(const LatentPath& path, double position, int cells,
                                         int classes);

}  // namespace gan
