// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture-to-picture network run whole or tile by tile, within the memory there is.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "core/tiles.h"
#include "models/enhancer/precision_trial.h"
#include "models/enhancer/tile_cost.h"
#include "models/enhancer/tile_runner.h"

namespace gan {

class TiledNetwork {
 public:
  // Moves the network to the device. Throws Error(kSettings, kUnavailable).
  TiledNetwork(LoadedNetwork loaded, const EnhancerOptions& options);

  const NetworkTraits& traits() const { return runner_.traits(); }
  // Whether pictures of the prepared size are cut into tiles that do not see all they would need.
  bool approximates() const { return side_ > 0 && traits().tile_window > 0; }
  EnhancerInfo info() const { return runner_.info(); }
  // What the choice of the precision rests on, where one was made; for people.
  std::string precision_trial() const { return trial_ ? trial_->text() : ""; }

  // Chooses the tiles for pictures of that size, whose sides are multiples of the network's, such
  // that what is predicted stays within the memory limit. Throws Error(kSettings) where nothing
  // does, naming both. eight_bits: of the values that count; where the precision was left open,
  // deeper ones are computed in fp32.
  void prepare(Size picture, bool eight_bits = true);

  // input: a picture tensor (see frame_tensor.h) of the prepared size, of the network's channels in
  // [0, 1]. code: as many
  // numbers as the network takes; none: zeros. Returns a picture tensor, scale times larger, not
  // clamped; valid until the next call.
  torch::Tensor run(const torch::Tensor& input, const std::vector<float>& code = {});

  // Of a picture of the prepared size, as far as it is known; on the CPU alone.
  double expected_ms() const { return expected_ms_; }

  // Any thread. expected_ms, tiles, skipped, retries and tile_size.
  void count(EnhancerStats& stats) const;
  std::vector<EngineEvent> take_events() { return std::exchange(events_, {}); }

 private:
  double limit() const;
  double bytes_of(int side, Size picture) const;
  int tile_side() const;
  void run_tiles(const torch::Tensor& input, const std::vector<float>& code);
  void choose_precision(Size picture, bool eight_bits);
  bool make_room(Size picture, const std::string& reason);
  bool may_tile() const;
  int rounded(int side) const;
  void measure_seam(const torch::Tensor& input, const std::vector<Tile>& tiles);

  EnhancerOptions options_;
  TileRunner runner_;
  TileCost cost_;  // on the CPU, in the precision that runs
  std::optional<PrecisionTrial> trial_;
  bool eight_bits_ = true;
  int halo_;
  std::atomic<int> side_{0};  // largest of a tile's core; 0: the whole picture
  torch::Tensor assembled_, last_input_;
  std::vector<float> last_code_;
  bool seam_known_ = false;     // of the tiles as they are
  bool last_is_whole_ = false;  // assembled_ is what last_input_ and last_code_ give
  std::atomic<double> expected_ms_{0};
  std::atomic<uint64_t> tiles_{0}, skipped_{0};
  std::vector<EngineEvent> events_;
};

}  // namespace gan
