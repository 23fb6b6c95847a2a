// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/tiled_network.h"

#include <algorithm>
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
  const size_t bytes = static_cast<size_t>(first.size.width) * 3 * sizeof(float);
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
    : options_(options),
      runner_(std::move(loaded), options),
      halo_(options.tile_overlap > 0 ? options.tile_overlap
                                     : std::min(traits().receptive_radius, kLargestHalo)) {
  check(options.tile_size == 0 || traits().receptive_radius != kGlobalRadius, ErrorKind::kSettings,
        "tile-size must be 0 for network ", info().network,
        ": every output pixel depends on the whole frame, so tiles would show");
  check(options.tile_size == 0 || options.tile_size >= kSmallestTile, ErrorKind::kSettings,
        "tile-size must be 0 or at least 16, got ", options.tile_size);
}

double TiledNetwork::limit() const {
  return options_.memory_limit > 0 ? static_cast<double>(options_.memory_limit)
                                   : static_cast<double>(available_host_memory()) / 2;
}

// Of the largest tile with a core of that side, and of the pictures before and after it.
double TiledNetwork::bytes_of(int side, Size picture) const {
  const auto with_rim = [&](int length) {
    return side == 0 ? length : std::min(length, side + 2 * halo_);
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
  last_is_whole_ = false;
  eight_bits_ = eight_bits;
  if (runner_.may_choose()) choose_precision(picture, eight_bits);
  const bool finite = traits().receptive_radius != kGlobalRadius;
  int side = options_.tile_size;
  if (runner_.on_cpu()) {
    cost_.measure(runner_, picture);
    expected_ms_ = cost_.ms(picture);
    const double most = limit(), wanted = bytes_of(side, picture);
    const auto need = [&] {
      return concat("about ", megabytes(wanted), ", more than the memory-limit of ",
                    megabytes(most));
    };
    check(wanted <= most || finite, ErrorKind::kSettings, "frames of ", picture.width, "x",
          picture.height, " through the network ", info().network, " need ", need(),
          "; it looks at whole frames, so tiles cannot help");
    check(wanted <= most || side == 0, ErrorKind::kSettings, "tiles of tile-size ", side, " need ",
          need());
    if (wanted > most) {
      const double left = most - bytes_of(0, picture) + cost_.bytes(picture);
      side = (cost_.largest_side(left) - 2 * halo_) / kSmallestTile * kSmallestTile;
      check(side >= kSmallestTile, ErrorKind::kSettings, "even tiles of 16 pixels need about ",
            megabytes(bytes_of(kSmallestTile, picture)), ", more than the memory-limit of ",
            megabytes(most));
    }
  }
  side_ = side;
}

void TiledNetwork::run_tiles(const torch::Tensor& input, const std::vector<float>& code) {
  const Size size = size_of(input), out = scaled(size, traits().scale);
  const bool comparable = std::exchange(last_is_whole_, false) && code == last_code_ &&
                          last_input_.sizes() == input.sizes();
  auto tiles = cover(size, tile_side(), std::max(halo_, 0), traits().size_multiple);
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
    if (!assembled_.defined() || size_of(assembled_) != out) assembled_ = empty_picture_tensor(out);
    for (const Tile& tile : tiles) {
      const torch::Tensor output = runner_.run(part(input, tile.input, 1));
      const Rect core{tile.core.x - tile.input.x, tile.core.y - tile.input.y, tile.core.size};
      part(assembled_, tile.core, traits().scale).copy_(part(output, core, traits().scale));
    }
  }
  tiles_ += count - skipped;
  skipped_ += skipped;
  if (!options_.skip_unchanged) return;
  if (!last_input_.defined() || last_input_.sizes() != input.sizes())
    last_input_ = empty_picture_tensor(size);
  last_input_.copy_(input);
  last_code_ = code;
  last_is_whole_ = true;
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
  if (traits().receptive_radius != kGlobalRadius && now / 2 >= kSmallestTile) {
    side_ = now / 2;
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
