// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/tiled_network.h"

#include <algorithm>
#include <exception>
#include <iomanip>

#include "core/error.h"
#include "models/assumed_options.h"
#include "models/enhancer/tile_parts.h"
#include "models/machine/host.h"

namespace gan {
namespace {

// Note [Unchanged parts]: small tiles find closely what changed, and neighbours that did are run as
// one, with one halo around them. Where the network has an exact halo it is that one, however
// large: then nobody can tell that parts were skipped.
constexpr int kSkippedTile = 32;

std::string megabytes(double bytes) {
  return concat(std::fixed, std::setprecision(1), bytes / (1 << 20), " MB");
}

}  // namespace

TiledNetwork::TiledNetwork(std::unique_ptr<PictureNetwork> network, const EnhancerOptions& options)
    : options_(options), network_(std::move(network)), events_(assumed_events(info())) {
  const Surroundings exact = network_->exact();
  halo_ = halo_of(traits(), options.tile_overlap,
                  exact.multiple > 0 ? std::optional(exact.halo) : std::nullopt);
  check_tile_size(options.tile_size, traits(), info().network);
}

int TiledNetwork::rounded(int side) const { return layout().rounded(side); }

TileLayout TiledNetwork::layout() const {
  return {std::max({traits().tile_window, network_->exact().multiple, 1}), halo_};
}

double TiledNetwork::limit() const {
  return options_.memory_limit > 0 ? static_cast<double>(options_.memory_limit)
                                   : static_cast<double>(available_host_memory()) / 2;
}

void TiledNetwork::prepare(Size picture, bool eight_bits) {
  last_is_whole_ = seam_known_ = false;
  eight_bits_ = eight_bits;
  network_->prepare(picture, eight_bits);
  int side = options_.tile_size;
  if (network_->on_cpu()) {
    expected_ms_ = network_->ms(picture);
    const TileMemory memory(layout(), traits().scale,
                            [this](Size tile) { return network_->memory(tile); });
    const double most = limit(), wanted = memory.bytes(side, picture);
    const auto need = [&] {
      return concat("about ", megabytes(wanted), ", more than the memory-limit of ",
                    megabytes(most));
    };
    check(wanted <= most || may_tile(traits()), ErrorKind::kSettings, "frames of ", picture.width,
          "x", picture.height, " through the network ", info().network, " need ", need(),
          "; it looks at whole frames, so tiles cannot help");
    check(wanted <= most || side == 0, ErrorKind::kSettings, "tiles of tile-size ", side, " need ",
          need());
    if (wanted > most) {
      const int least = rounded(kSmallestTile);
      side = memory.largest_side(most, picture);
      check(side >= least, ErrorKind::kSettings, "even tiles of ", least, " pixels need about ",
            megabytes(memory.bytes(least, picture)), ", more than the memory-limit of ",
            megabytes(most));
    }
  }
  side_ = side;
}

// The tiles that must be run, neighbours joined; none where nothing has changed.
std::vector<Tile> TiledNetwork::wanted_tiles(const PictureView& input, bool comparable,
                                             int from_x) {
  if (side_ == 0 && !options_.skip_unchanged && from_x > 0 && may_tile(traits())) {
    ++tiles_;
    return {right_part(input.size, from_x)};
  }
  auto tiles =
      cover(input.size, rounded(tile_side()), rounded(tile_halo()), traits().size_multiple);
  std::vector<bool> wanted = comparable ? changed_tiles(tiles, input, last_input_.view())
                                        : std::vector<bool>(tiles.size(), true);
  const auto skipped = static_cast<uint64_t>(std::ranges::count(wanted, false));
  for (size_t i = 0; i < tiles.size(); ++i)
    if (tiles[i].core.x + tiles[i].core.size.width <= from_x) wanted[i] = false;
  const uint64_t all = tiles.size(),
                 run = all - static_cast<uint64_t>(std::ranges::count(wanted, false));
  // Without comparing, the sides that the user wants stay.
  tiles = joined(tiles, wanted, options_.skip_unchanged ? side_.load() : tile_side());
  int64_t area = 0;
  for (const Tile& tile : tiles) area += tile.input.size.area();
  // So many halos cost more than the whole.
  const bool whole = options_.skip_unchanged && side_ == 0 && area >= input.size.area();
  tiles_ += whole ? all : run;
  skipped_ += whole ? 0 : skipped;
  return whole ? cover(input.size, 0, 0, 1) : tiles;
}

// What the split shows of the network, with what that needs around it; begins at one of few places.
Tile TiledNetwork::right_part(Size size, int from_x) const {
  const int step = std::max(rounded(kSkippedTile), traits().size_multiple);
  const int x = from_x / step * step,
            around = std::max(0, x - (rounded(halo_) + step - 1) / step * step);
  return {{around, 0, {size.width - around, size.height}}, {x, 0, {size.width - x, size.height}}};
}

PictureView TiledNetwork::run_tiles(const PictureView& input, const std::vector<float>& code,
                                    int from_x, const PictureNetwork::Rows* rows) {
  const int scale = traits().scale;
  const bool comparable = std::exchange(last_is_whole_, false) && code == last_code_ &&
                          last_input_.size == input.size && last_from_x_ <= from_x;
  const auto tiles = wanted_tiles(input, comparable, from_x);
  PictureView result;
  if (tiles.size() == 1 && tiles[0].core.size == input.size) {
    if (rows && network_->gives_rows() && !options_.skip_unchanged) {
      network_->run(input, code, *rows);
      return result;
    }
    result = network_->run(input, code);
    if (options_.skip_unchanged) {
      resize_to(assembled_, result.size, result.channels);
      copy(result, assembled_.span());
      result = assembled_.view();
    }
  } else {
    resize_to(assembled_, scaled(input.size, scale), traits().out_channels);
    for (const Tile& tile : tiles) {
      const PictureView output = network_->run(part(input, tile.input), code);
      const Rect core{tile.core.x - tile.input.x, tile.core.y - tile.input.y, tile.core.size};
      copy(part(output, times(core, scale)), part(assembled_.span(), times(tile.core, scale)));
    }
    if (approximates() && !seam_known_ && tiles.size() > 1 && from_x == 0)
      measure_seam(input, tiles);
    result = assembled_.view();
  }
  if (options_.skip_unchanged) {
    keep_input(input, code);
    last_from_x_ = from_x;
  }
  return result;
}

void TiledNetwork::keep_input(const PictureView& input, const std::vector<float>& code) {
  resize_to(last_input_, input.size, input.channels);
  copy(input, last_input_.span());
  last_code_ = code;
  last_is_whole_ = true;
}

// How far a tile that has the first seam in its middle differs there from those that meet in it.
void TiledNetwork::measure_seam(const PictureView& input, const std::vector<Tile>& tiles) {
  constexpr int kNear = 8;  // pixels on either side
  seam_known_ = true;
  const bool below = tiles[1].core.x == 0;
  const Rect first = tiles[0].core;
  const int seam = below ? first.size.height : first.size.width;
  const int start =
      seam / 2 / std::max(traits().tile_window, 1) * std::max(traits().tile_window, 1);
  Rect middle = tiles[0].input;
  (below ? middle.y : middle.x) = start;
  int& length = below ? middle.size.height : middle.size.width;
  length = std::min(length, (below ? input.size.height : input.size.width) - start);
  const PictureView other = network_->run(part(input, middle), {});
  Rect near{0, 0, first.size};
  (below ? near.y : near.x) = std::max(seam - kNear, start);
  (below ? near.size.height : near.size.width) = std::min(2 * kNear, start + length - seam + kNear);
  Rect there = near;
  (below ? there.y : there.x) -= start;
  const int scale = traits().scale;
  const Apart difference = apart(part(PictureView(assembled_.span()), times(near, scale)),
                                 part(other, times(there, scale)));
  const auto text = [](double value, int digits) {
    return concat(std::fixed, std::setprecision(digits), value);
  };
  events_.push_back(
      {"approximate-tiles",
       concat("the network ", info().network, " looks beyond its tiles of ", side_.load(),
              " pixels: at a seam values differ by at most ", text(difference.largest, 4),
              " of white (", text(difference.psnr_db, 1), " dB) from what a tile around it gives"),
       {{"tile-size", side_.load()},
        {"psnr-db", text(difference.psnr_db, 1)},
        {"largest", text(difference.largest, 4)}}});
}

// Of the tiles that are compared with those of the frame before, or else of those that are run.
int TiledNetwork::tile_side() const {
  const bool small = options_.skip_unchanged && traits().receptive_radius != kGlobalRadius;
  return !small ? side_.load() : side_ == 0 ? kSkippedTile : std::min(side_.load(), kSkippedTile);
}

int TiledNetwork::tile_halo() const {
  const Surroundings exact = network_->exact();
  return options_.skip_unchanged && exact.multiple > 0 && side_ == 0 && options_.tile_overlap == 0
             ? exact.halo
             : halo_;
}

// Half the tiles, then the CPU. False where neither is left.
bool TiledNetwork::make_room(Size picture, const std::string& reason) {
  const int smaller = smaller_side(side_, picture, traits(), rounded(kSmallestTile));
  if (smaller == 0 && network_->on_cpu()) return false;
  if (smaller > 0) {
    side_ = smaller;
    seam_known_ = false;
  } else {
    network_->move_to_cpu();
    prepare(picture, eight_bits_);
  }
  events_.push_back(out_of_memory(reason, smaller == 0, side_, info().device));
  return true;
}

PictureView TiledNetwork::run(const PictureView& input, const std::vector<float>& code, int from_x,
                              const PictureNetwork::Rows* rows) {
  const uint64_t retries = network_->retries();
  PictureView result;
  for (bool done = false; !done;) {
    std::string reason;
    try {
      result = run_tiles(input, code, from_x, rows);
      done = true;
    } catch (const std::exception& error) {
      reason = memory_error(error);
      if (reason.empty()) std::rethrow_exception(std::current_exception());
    }
    check(done || make_room(input.size, reason), ErrorKind::kNoMemory, reason);
  }
  if (const uint64_t more = network_->retries() - retries)
    events_.push_back({"not-finite",
                       concat(more, more == 1 ? " tile" : " tiles", " came out as no numbers in ",
                              info().precision, " and once more in fp32"),
                       {{"tiles", static_cast<int>(more)}, {"precision", info().precision}}});
  return result;
}

void TiledNetwork::count(EnhancerStats& stats) const {
  stats.expected_ms = expected_ms_;
  stats.tiles = tiles_;
  stats.tiles_skipped = skipped_;
  stats.retries = network_->retries();
  stats.tile_size = side_;
}

}  // namespace gan
