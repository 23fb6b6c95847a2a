// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/walker/latent_walker.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/resize.h"
#include "core/workers.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/frames/frame_picture.h"
#include "models/frames/frame_tensor.h"
#include "models/frames/frame_timer.h"
#include "models/generators/vae.h"
#include "models/machine/device.h"
#include "models/machine/host_allocator.h"
#include "models/table.h"
#include "models/walker/grid_canvas.h"
#include "models/walker/picture_batch.h"
#include "models/walker/picture_pool.h"

namespace gan {
namespace {

// Pixels of the pictures that a GPU draws at once, and how many pictures at most.
constexpr int64_t kPixelsAtOnce = 4 << 20, kPicturesAtOnce = 32;

class TorchWalker : public LatentWalker {
 public:
  TorchWalker(const WalkerOptions& options, bool as_gpu)
      : options_(options),
        loaded_(load(options)),
        traits_(loaded_.network->traits()),
        device_(device_from_name(options.device)),
        precision_(precision_of(options, device_)),
        // Every thread holds the memory of a picture in the making.
        threads_(options.threads > 0 ? options.threads : std::min(available_threads(), 16)),
        workers_(threads_) {
    if (device_.is_cuda()) set_up_cuda();
    loaded_.network->to(device_, precision_);
    if (as_gpu || device_.is_cuda())
      batch_.emplace([this](std::span<const LatentPoint> points,
                            double truncation) { return run(points, truncation); },
                     static_cast<int>(std::clamp<int64_t>(kPixelsAtOnce / picture_size().area(), 1,
                                                          kPicturesAtOnce)));
    else if (threads_ > 1)
      pool_.emplace(
          [this](const LatentPoint& point, double truncation) {
            return run({&point, 1}, truncation);
          },
          threads_);
  }

  WalkerInfo info() const override {
    return {options_.model, loaded_.name,         device_.str(),  precision_name(precision_),
            picture_size(), traits_.out_channels, traits_.latent, traits_.classes};
  }

  std::vector<float> encode(const FrameView& picture) override {
    auto* const vae = dynamic_cast<Vae*>(loaded_.network.get());
    check(vae, ErrorKind::kSettings, "from-image and to-image want a network that encodes, vae; ",
          options_.model, " is ", loaded_.name);
    torch::InferenceMode inference;
    const auto code = vae->encode(input_of(picture).to(device_, precision_)).mean;
    const auto numbers = code.to(torch::kCPU, torch::kFloat).contiguous();
    return {numbers.data_ptr<float>(), numbers.data_ptr<float>() + numbers.numel()};
  }

  void set_format(const FrameFormat& out, int cells, int columns) override {
    check(cells >= 1 && columns >= 1, ErrorKind::kSettings, "a grid wants at least one cell");
    set_threads_of_this_thread(threads_);
    cells_ = cells;
    const Size one = picture_size();
    // The cells' pictures, and the grid that they are copied to.
    const double bytes = 2.0 * cells * static_cast<double>(one.area()) * 3 * sizeof(float);
    check(bytes < static_cast<double>(available_host_memory()), ErrorKind::kSettings, "a grid of ",
          cells, " pictures of ", one.width, "x", one.height, " takes ", std::ceil(bytes / 1e6),
          " MB, more memory than there is");
    const PictureGrid grid{one, cells, columns};
    canvas_ =
        batch_ ? make_device_canvas(grid, out, device_) : make_host_canvas(grid, out, workers_);
    const LatentPoint middle{std::vector<float>(static_cast<size_t>(traits_.latent)),
                             std::vector<float>(static_cast<size_t>(traits_.classes))};
    run({&middle, 1}, 1);
  }

  bool draw(std::span<const LatentPoint> points, double truncation, const FrameSpan& out) override {
    set_threads_of_this_thread(threads_);
    timer_.start();
    check(static_cast<int>(points.size()) == cells_, ErrorKind::kFailed, "wants ", cells_,
          " points, got ", points.size());
    std::vector<torch::Tensor> pictures;
    if (batch_) {
      pictures = batch_->pictures(points, truncation);
    } else if (pool_) {
      pictures = pool_->pictures(points, truncation);
    } else {
      for (const auto& point : points)
        if (!interrupted_) pictures.push_back(run({&point, 1}, truncation));
    }
    if (pictures.size() < points.size()) return false;
    canvas_->paint(pictures, out);
    timer_.stop();
    return true;
  }

  int foresight() const override {
    if (batch_) return batch_->most() / cells_;
    return pool_ ? (pool_->threads() + cells_ - 1) / cells_ : 0;
  }
  void foresee(std::span<const LatentPoint> points, double truncation) override {
    if (batch_) batch_->foresee(points, truncation);
    if (pool_) pool_->foresee(points, truncation);
  }

  void interrupt(bool interrupted) override {
    interrupted_ = interrupted;
    if (batch_) batch_->interrupt(interrupted);
    if (pool_) pool_->interrupt(interrupted);
  }

  WalkerStats stats() const override {
    const EnhancerStats now = timer_.stats();
    return {now.frames, now.mean_ms, now.p95_ms};
  }

 private:
  // Codes of 8 bits make slow walks tremble, so `auto` is fp32 everywhere.
  static torch::ScalarType precision_of(const WalkerOptions& options, torch::Device device) {
    const bool open = options.precision == "auto" || options.precision == "fast";
    return open ? torch::kFloat : precision_from_name(options.precision, device);
  }

  static LoadedNetwork load(const WalkerOptions& options) {
    install_host_allocator();
    LoadedNetwork loaded = load_network(open_model(options.model, "latentwalk"));
    const Task task = find_network(loaded.name).task;
    check(task == Task::kLatent || task == Task::kLatentLabel || task == Task::kAutoencoder,
          ErrorKind::kWrongType, options.model, ": holds a network ", loaded.name,
          ", which makes no picture of a code");
    const int channels = loaded.network->traits().out_channels;
    check(channels == 1 || channels == 3, ErrorKind::kWrongType, options.model,
          ": its pictures have ", channels, " channels; frames want 1 or 3");
    return loaded;
  }

  Size picture_size() const { return {traits_.out_width, traits_.out_height}; }

  // {1, in_channels, side, side} in the network's range: the middle square of a picture.
  torch::Tensor input_of(const FrameView& picture) const {
    const auto whole = empty_picture_tensor(picture.size);
    FrameReader({picture.format, picture.size, picture.colorimetry})
        .read(picture, picture_of(whole));
    const PictureSpan from = picture_of(whole);
    const int side = std::min(picture.size.width, picture.size.height);
    const auto square = empty_picture_tensor({traits_.fixed_side, traits_.fixed_side});
    Resizer({side, side}, {traits_.fixed_side, traits_.fixed_side})
        .run({from.row((picture.size.height - side) / 2) +
                  ptrdiff_t{3} * ((picture.size.width - side) / 2),
              {side, side},
              3,
              from.stride},
             picture_of(square));
    check(traits_.in_channels == 1 || traits_.in_channels == 3, ErrorKind::kSettings,
          options_.model, ": encodes pictures of ", traits_.in_channels, " channels, not 1 or 3");
    auto image = square.clamp(0, 1);
    if (traits_.in_channels == 1)  // as training/datasets does
      image = (image * torch::tensor({0.299, 0.587, 0.114}, torch::kFloat).view({1, 3, 1, 1}))
                  .sum(1, true);
    return to_network_range(image, traits_);
  }

  // {points, 3 or 1, H, W} in [0, 1], on the device; one channel spreads over three when it is
  // copied. Any thread.
  torch::Tensor run(std::span<const LatentPoint> points, double truncation) const {
    torch::InferenceMode inference;
    const auto rows = [&](std::vector<float> LatentPoint::*values) {
      std::vector<torch::Tensor> all;
      for (const LatentPoint& point : points) all.push_back(torch::tensor(point.*values));
      return torch::stack(all).to(device_, precision_);
    };
    for (const LatentPoint& point : points)
      check(static_cast<int>(point.code.size()) == traits_.latent, ErrorKind::kFailed,
            "wants a code of ", traits_.latent, " numbers, got ", point.code.size());
    NetworkInput input{.latent = rows(&LatentPoint::code), .truncation = truncation};
    if (traits_.classes) input.label = rows(&LatentPoint::label);
    const auto pictures = loaded_.network->run(input).to(torch::kFloat);
    check(!pictures.isnan().any().item<bool>(), ErrorKind::kNotFinite, "the network ", loaded_.name,
          " made pixels that are no numbers, in ", precision_name(precision_));
    return from_network_range(pictures, traits_).clamp_(0, 1);
  }

  WalkerOptions options_;
  LoadedNetwork loaded_;
  NetworkTraits traits_;
  torch::Device device_;
  torch::ScalarType precision_;
  int threads_;
  Workers workers_;  // write frames
  int cells_ = 1;
  std::unique_ptr<GridCanvas> canvas_;
  FrameTimer timer_;
  std::atomic<bool> interrupted_{false};
  std::optional<PictureBatch> batch_;  // on a GPU
  std::optional<PicturePool> pool_;    // on the CPU, with more than one thread; ends first
};

std::unique_ptr<LatentWalker> make(WalkerOptions options, bool as_gpu) {
  if (options.model.empty()) options.model = kDefaultGenerator;
  return std::make_unique<TorchWalker>(options, as_gpu);
}

}  // namespace

std::unique_ptr<LatentWalker> make_walker(const WalkerOptions& options) {
  return make(options, false);
}

std::unique_ptr<LatentWalker> make_device_walker(const WalkerOptions& options) {
  return make(options, true);
}

}  // namespace gan
