// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/tiled_network.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <iomanip>
#include <utility>

#include "core/error.h"
#include "core/tiles.h"
#include "models/frames/frame_tensor.h"
#include "models/machine/device.h"

namespace gan {
namespace {

// Note [Halos]: up to this reach a tile carries all that its core depends on. Beyond it the rim
// would cost more than the core, and what lies far away hardly counts.
constexpr int kLargestHalo = 64;
constexpr int kSmallestTile = 16;
// Note [Approximate tiles]: networks of windows or of means over the whole picture see so much
// around a tile, on multiples of their windows. What that changes is measured at a seam and told.
constexpr int kApproximateHalo = 32;
// Note [Unchanged parts]: small tiles find closely what changed, and neighbours that did are run as
// one, with one halo around them.
constexpr int kSkippedTile = 32;

bool is_out_of_memory(const std::exception& error) {
  if (const auto* const ours = dynamic_cast<const Error*>(&error))
    return ours->kind() == ErrorKind::kNoMemory;
  return dynamic_cast<const std::bad_alloc*>(&error) ||
         std::strstr(error.what(), "out of memory") != nullptr;
}

std::string megabytes(double bytes) {
  return concat(std::fixed, std::setprecision(1), bytes / (1 << 20), " MB");
}

torch::Tensor part(const torch::Tensor& whole, const Rect& rect, int scale) {
  return whole.slice(2, int64_t{rect.y} * scale, int64_t{rect.y + rect.size.height} * scale)
      .slice(3, int64_t{rect.x} * scale, int64_t{rect.x + rect.size.width} * scale);
}

bool same(const torch::Tensor& a, const torch::Tensor& b) {
  const PictureSpan first = picture_of(a), second = picture_of(b);
  const size_t bytes = static_cast<size_t>(first.size.width * first.channels) * sizeof(float);
  for (int y = 0; y < first.size.height; ++y)
    if (std::memcmp(first.row(y), second.row(y), bytes) != 0) return false;
  return true;
}

// Which tiles have an input that differs between two pictures.
std::vector<bool> changed_tiles(const std::vector<Tile>& tiles, const torch::Tensor& now,
                                const torch::Tensor& before) {
  const auto differs = [&](const Rect& rect) {
    return !same(part(now, rect, 1), part(before, rect, 1));
  };
  std::vector<bool> cores, inputs;
  for (const Tile& tile : tiles) cores.push_back(differs(tile.core));
  const size_t columns = columns_of(tiles);
  const Size pitch = tiles.front().core.size;
  for (const Tile& tile : tiles) {
    bool near = false;  // some tile that the input reaches into has changed
    for (int y = tile.input.y / pitch.height;
         y * pitch.height < tile.input.y + tile.input.size.height; ++y)
      for (int x = tile.input.x / pitch.width;
           x * pitch.width < tile.input.x + tile.input.size.width; ++x)
        near = near || cores[static_cast<size_t>(y) * columns + static_cast<size_t>(x)];
    inputs.push_back(near && differs(tile.input));
  }
  return inputs;
}

Size size_of(const torch::Tensor& picture) {
  return {static_cast<int>(picture.size(3)), static_cast<int>(picture.size(2))};
}

}  // namespace

TiledNetwork::TiledNetwork(LoadedNetwork loaded, const EnhancerOptions& options)
    : options_(options), runner_(std::move(loaded), options) {
  const int wanted = traits().tile_window > 0 ? kApproximateHalo
                                              : std::min(traits().receptive_radius, kLargestHalo);
  halo_ = options.tile_overlap > 0 ? options.tile_overlap : wanted;
  check(options.tile_size == 0 || may_tile(), ErrorKind::kSettings,
        "tile-size must be 0 for network ", info().network,
        ": every output pixel depends on the whole frame, so tiles would show");
  check(options.tile_size == 0 || options.tile_size >= kSmallestTile, ErrorKind::kSettings,
        "tile-size must be 0 or at least 16, got ", options.tile_size);
}

bool TiledNetwork::may_tile() const {
  return traits().receptive_radius != kGlobalRadius || traits().tile_window > 0;
}

// Up to a multiple of the windows.
int TiledNetwork::rounded(int side) const {
  const int window = std::max(traits().tile_window, 1);
  return (side + window - 1) / window * window;
}

double TiledNetwork::limit() const {
  return options_.memory_limit > 0 ? static_cast<double>(options_.memory_limit)
                                   : static_cast<double>(available_host_memory()) / 2;
}

// Of the largest tile with a core of that side, and of the pictures before and after it.
double TiledNetwork::bytes_of(int side, Size picture) const {
  const auto with_rim = [&](int length) {
    return side == 0 ? length : std::min(length, rounded(side) + 2 * rounded(halo_));
  };
  const double pictures = 3.0 * sizeof(float) * static_cast<double>(picture.area()) *
                          (1 + 2.0 * traits().scale * traits().scale);
  return cost_.bytes({with_rim(picture.width), with_rim(picture.height)}) + pictures;
}

void TiledNetwork::choose_precision(Size picture, bool eight_bits) {
  if (!trial_) {
    cost_.measure(runner_, picture);
    trial_ = try_precisions(runner_, cost_.ms({1, 1}));
  }
  const auto wanted = eight_bits && trial_->bf16_serves() ? torch::kBFloat16 : torch::kFloat;
  if (wanted == runner_.precision()) return;
  runner_.use(wanted);
  cost_.forget();
}

void TiledNetwork::prepare(Size picture, bool eight_bits) {
  last_is_whole_ = seam_known_ = false;
  eight_bits_ = eight_bits;
  if (runner_.may_choose()) choose_precision(picture, eight_bits);
  int side = options_.tile_size;
  if (runner_.on_cpu()) {
    cost_.measure(runner_, picture);
    expected_ms_ = cost_.ms(picture);
    const double most = limit(), wanted = bytes_of(side, picture);
    const auto need = [&] {
      return concat("about ", megabytes(wanted), ", more than the memory-limit of ",
                    megabytes(most));
    };
    check(wanted <= most || may_tile(), ErrorKind::kSettings, "frames of ", picture.width, "x",
          picture.height, " through the network ", info().network, " need ", need(),
          "; it looks at whole frames, so tiles cannot help");
    check(wanted <= most || side == 0, ErrorKind::kSettings, "tiles of tile-size ", side, " need ",
          need());
    if (wanted > most) {
      const double left = most - bytes_of(0, picture) + cost_.bytes(picture);
      const int least = rounded(kSmallestTile);
      side = (cost_.largest_side(left) - 2 * rounded(halo_)) / least * least;
      check(side >= least, ErrorKind::kSettings, "even tiles of ", least, " pixels need about ",
            megabytes(bytes_of(least, picture)), ", more than the memory-limit of ",
            megabytes(most));
    }
  }
  side_ = side;
}

void TiledNetwork::run_tiles(const torch::Tensor& input, const std::vector<float>& code) {
  const Size size = size_of(input), out = scaled(size, traits().scale);
  const bool comparable = std::exchange(last_is_whole_, false) && code == last_code_ &&
                          last_input_.sizes() == input.sizes();
  auto tiles =
      cover(size, rounded(tile_side()), rounded(std::max(halo_, 0)), traits().size_multiple);
  const size_t count = tiles.size();
  size_t skipped = 0;
  if (options_.skip_unchanged) {
    const auto wanted =
        comparable ? changed_tiles(tiles, input, last_input_) : std::vector<bool>(count, true);
    skipped = static_cast<size_t>(std::ranges::count(wanted, false));
    tiles = joined(tiles, wanted, side_);
  }
  if (tiles.size() == 1 && tiles[0].core.size == size) {
    assembled_ = as_picture_tensor(runner_.run(input));
  } else {
    if (!assembled_.defined() || size_of(assembled_) != out)
      assembled_ = empty_picture_tensor(out, traits().out_channels);
    for (const Tile& tile : tiles) {
      const torch::Tensor output = runner_.run(part(input, tile.input, 1));
      const Rect core{tile.core.x - tile.input.x, tile.core.y - tile.input.y, tile.core.size};
      part(assembled_, tile.core, traits().scale).copy_(part(output, core, traits().scale));
    }
  }
  if (approximates() && !seam_known_ && tiles.size() > 1) measure_seam(input, tiles);
  tiles_ += count - skipped;
  skipped_ += skipped;
  if (!options_.skip_unchanged) return;
  if (!last_input_.defined() || last_input_.sizes() != input.sizes())
    last_input_ = empty_picture_tensor(size, input.size(1));
  last_input_.copy_(input);
  last_code_ = code;
  last_is_whole_ = true;
}

// How far a tile that has the first seam in its middle differs there from those that meet in it.
void TiledNetwork::measure_seam(const torch::Tensor& input, const std::vector<Tile>& tiles) {
  constexpr int kNear = 8;  // pixels on either side
  seam_known_ = true;
  const Size size = size_of(input);
  const bool below = tiles[1].core.x == 0;
  const Rect first = tiles[0].core;
  const int seam = below ? first.size.height : first.size.width;
  const int start =
      seam / 2 / std::max(traits().tile_window, 1) * std::max(traits().tile_window, 1);
  Rect middle = tiles[0].input;
  (below ? middle.y : middle.x) = start;
  int& length = below ? middle.size.height : middle.size.width;
  length = std::min(length, (below ? size.height : size.width) - start);
  const torch::Tensor other = runner_.run(part(input, middle, 1));
  Rect near{0, 0, first.size};
  (below ? near.y : near.x) = std::max(seam - kNear, start);
  (below ? near.size.height : near.size.width) = std::min(2 * kNear, start + length - seam + kNear);
  Rect there = near;
  (below ? there.y : there.x) -= start;
  const auto difference =
      (part(assembled_, near, traits().scale) - part(other, there, traits().scale)).abs();
  const double largest = difference.max().item<double>(),
               psnr_db = -10 * std::log10(difference.square().mean().item<double>() + 1e-12);
  const auto text = [](double value, int digits) {
    return concat(std::fixed, std::setprecision(digits), value);
  };
  events_.push_back(
      {"approximate-tiles",
       concat("the network ", info().network, " looks beyond its tiles of ", side_.load(),
              " pixels: at a seam values differ by at most ", text(largest, 4), " of white (",
              text(psnr_db, 1), " dB) from what a tile around it gives"),
       {{"tile-size", side_.load()},
        {"psnr-db", text(psnr_db, 1)},
        {"largest", text(largest, 4)}}});
}

// Of the tiles that are compared with those of the frame before, or else of those that are run.
int TiledNetwork::tile_side() const {
  const bool small = options_.skip_unchanged && traits().receptive_radius != kGlobalRadius;
  return !small ? side_.load() : side_ == 0 ? kSkippedTile : std::min(side_.load(), kSkippedTile);
}

// Half the tiles, then the CPU. False where neither is left.
bool TiledNetwork::make_room(Size picture, const std::string& reason) {
  const int now = side_ > 0 ? side_.load() : std::max(picture.width, picture.height);
  std::string remedy;
  if (may_tile() && now / 2 >= rounded(kSmallestTile)) {
    side_ = now / 2;
    seam_known_ = false;
    remedy = concat("tiles of ", now / 2, " pixels from now on");
  } else if (!runner_.on_cpu()) {
    runner_.move_to_cpu();
    cost_.forget();
    prepare(picture, eight_bits_);
    remedy = "on the CPU from now on";
  } else {
    return false;
  }
  events_.push_back({"out-of-memory",
                     concat(reason, "; ", remedy),
                     {{"tile-size", side_.load()}, {"device", info().device}}});
  return true;
}

torch::Tensor TiledNetwork::run(const torch::Tensor& input, const std::vector<float>& code) {
  torch::InferenceMode inference;
  runner_.set_code(code);
  const uint64_t retries = runner_.retries();
  for (bool done = false; !done;) {
    std::string reason;
    try {
      run_tiles(input, code);
      done = true;
    } catch (const std::exception& error) {
      if (!is_out_of_memory(error)) std::rethrow_exception(std::current_exception());
      reason = error.what();
      reason = reason.substr(0, reason.find('\n'));
    }
    check(done || make_room(size_of(input), reason), ErrorKind::kNoMemory, reason);
  }
  if (const uint64_t more = runner_.retries() - retries)
    events_.push_back({"not-finite",
                       concat(more, more == 1 ? " tile" : " tiles", " came out as no numbers in ",
                              info().precision, " and once more in fp32"),
                       {{"tiles", static_cast<int>(more)}, {"precision", info().precision}}});
  return assembled_;
}

void TiledNetwork::count(EnhancerStats& stats) const {
  stats.expected_ms = expected_ms_;
  stats.tiles = tiles_;
  stats.tiles_skipped = skipped_;
  stats.retries = runner_.retries();
  stats.tile_size = side_;
}

}  // namespace gan
