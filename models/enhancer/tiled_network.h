// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture-to-picture network run whole or tile by tile, within the memory there is.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "core/tiles.h"
#include "models/enhancer/picture_network.h"
#include "models/enhancer/tile_rules.h"

namespace gan {

class TiledNetwork {
 public:
  // Throws Error(kSettings) for tiles that the network does not allow.
  TiledNetwork(std::unique_ptr<PictureNetwork> network, const EnhancerOptions& options);

  const NetworkTraits& traits() const { return network_->traits(); }
  // Whether pictures of the prepared size are cut into tiles that do not see all they would need.
  bool approximates() const { return side_ > 0 && traits().tile_window > 0; }
  EnhancerInfo info() const { return network_->info(); }
  // What the choice of the precision rests on, where one was made; for people.
  std::string trial() const { return network_->trial(); }

  // Chooses the tiles for pictures of that size, whose sides are multiples of the network's, such
  // that what is predicted stays within the memory limit. Throws Error(kSettings) where nothing
  // does, naming both. eight_bits: of the values that count (see PictureNetwork::prepare).
  void prepare(Size picture, bool eight_bits = true);

  // input: a picture of the prepared size, of the network's channels in [0, 1]. code: as many
  // numbers as the network takes; none: zeros. `from_x`: what lies left of it is not looked at and
  // may be of anything. Returns a picture scale times larger, not clamped; valid until the next
  // call. Where `rows` is there, pictures are run whole and the network gives rows, it gets them
  // and what is returned has no data.
  PictureView run(const PictureView& input, const std::vector<float>& code = {}, int from_x = 0,
                  const PictureNetwork::Rows* rows = nullptr);

  bool starts_slowly() const { return network_->starts_slowly(); }
  // Of a picture of the prepared size, as far as it is known; on the CPU alone.
  double expected_ms() const { return expected_ms_; }

  void interrupt(bool interrupted) { network_->interrupt(interrupted); }  // any thread
  // Any thread. expected_ms, tiles, skipped, retries and tile_size.
  void count(EnhancerStats& stats) const;
  std::vector<EngineEvent> take_events() { return std::exchange(events_, {}); }

 private:
  double limit() const;
  int tile_side() const;
  int tile_halo() const;
  std::vector<Tile> wanted_tiles(const PictureView& input, bool comparable, int from_x);
  Tile right_part(Size size, int from_x) const;
  PictureView run_tiles(const PictureView& input, const std::vector<float>& code, int from_x,
                        const PictureNetwork::Rows* rows);
  void keep_input(const PictureView& input, const std::vector<float>& code);
  bool make_room(Size picture, const std::string& reason);
  TileLayout layout() const;
  int rounded(int side) const;
  void measure_seam(const PictureView& input, const std::vector<Tile>& tiles);

  EnhancerOptions options_;
  std::unique_ptr<PictureNetwork> network_;
  bool eight_bits_ = true;
  int halo_;
  std::atomic<int> side_{0};  // largest of a tile's core; 0: the whole picture
  Picture assembled_, last_input_;
  std::vector<float> last_code_;
  int last_from_x_ = 0;
  bool seam_known_ = false;     // of the tiles as they are
  bool last_is_whole_ = false;  // assembled_ is what last_input_ and last_code_ give from
                                // last_from_x_ on
  std::atomic<double> expected_ms_{0};
  std::atomic<uint64_t> tiles_{0}, skipped_{0};
  std::vector<EngineEvent> events_;
};

}  // namespace gan
