// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/enhancer.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>

#include "core/chroma.h"
#include "core/error.h"
#include "core/plain_scaler.h"
#include "core/resize.h"
#include "core/tiles.h"
#include "models/enhancer/channels.h"
#include "models/enhancer/tiled_network.h"
#include "models/frames/frame_tensor.h"
#include "models/frames/frame_timer.h"
#include "models/machine/device.h"
#include "models/machine/host_allocator.h"
#include "models/machine/interruption.h"
#include "models/table.h"
#include "models/torchscript.h"

namespace gan {
namespace {

// A frame that takes longer is not preceded by one of noise: it is shown the sooner.
constexpr double kSlowMs = 100;

class TorchEnhancer : public Enhancer {
 public:
  TorchEnhancer(const EnhancerOptions& options, const std::atomic<bool>* given_up)
      : threads_(options.threads > 0 ? options.threads : available_threads()),
        network_(load(options, given_up), options),
        channels_(network_.traits(), options.model) {}

  EnhancerInfo info() const override { return network_.info(); }
  std::string precision_trial() const override { return network_.precision_trial(); }

  void set_formats(const FrameFormat& in, const FrameFormat& out) override {
    const int scale = network_.traits().scale;
    check(out.size == scaled(in.size, scale), ErrorKind::kSettings, "a network of scale ", scale,
          " makes ", in.size.width * scale, "x", in.size.height * scale, " of ", in.size.width, "x",
          in.size.height, ", not ", out.size.width, "x", out.size.height);
    set_threads_of_this_thread(threads_);
    in_ = in;
    out_ = out;
    const NetworkTraits traits = network_.traits();
    input_ = empty_picture_tensor(
        {padded_side(in.size.width, traits), padded_side(in.size.height, traits)});
    output_ = torch::Tensor();
    channels_.set_format(in);
    prepared_ = false;
    plain_frames_.reset();
    if (in.pixels == out.pixels && in.colorimetry == out.colorimetry && PlainScaler::can(in.pixels))
      plain_frames_.emplace(in.pixels, in.colorimetry, in.size, scale);
    plain_.reset();
    alpha_.reset();
    large_alpha_ = Picture();
    loss_ = {};
    for (auto& chroma : chroma_) chroma = Picture();
    const Interruptible interruptible(interrupted_);
    try {
      prepare();
      warm_up();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInterrupted) std::rethrow_exception(std::current_exception());
    }
  }

  void run(const FrameView& in, const Look& look, const FrameSpan& out) override {
    set_threads_of_this_thread(threads_);  // another one than the last frame's, or shared
    const Interruptible interruptible(interrupted_);
    if (!prepared_) prepare();
    timer_.start();
    const bool enhanced = look.strength > 0 && look.split < 1;
    if (!enhanced && plain_frames_) {
      run_plain(in, out);
      timer_.stop();
      return;
    }
    FrameReader(in_).read(in, input_);
    keep_alpha(in);
    keep_chroma_loss(in);
    const bool blended = !enhanced || look.strength < 1 || look.split > 0;
    if (blended || channels_.wants_plain()) enlarge_plainly();
    if (enhanced) enhance(look);
    if (blended) blend_plain(look, enhanced);
    FrameWriter(out_).write(output_, out, loss_);
    if (gan::info(out_.pixels).has_alpha) write_alpha(out);
    timer_.stop();
  }

  void interrupt(bool interrupted) override { interrupted_ = interrupted; }

  EnhancerStats stats() const override {
    EnhancerStats stats = timer_.stats();
    network_.count(stats);
    return stats;
  }
  std::vector<EngineEvent> take_events() override { return network_.take_events(); }

 private:
  static LoadedNetwork load(const EnhancerOptions& options, const std::atomic<bool>* given_up) {
    install_host_allocator();
    std::optional<Interruptible> interruptible;
    if (given_up) interruptible.emplace(*given_up);
    LoadedNetwork loaded = load_model(options.model, options.allow_torchscript);
    const Task task = loaded.name == kTorchScript ? Task::kImage : find_network(loaded.name).task;
    check(task == Task::kImage || task == Task::kImageLatent, ErrorKind::kWrongType, options.model,
          ": holds a network ", loaded.name, ", which makes no picture of a picture");
    return loaded;
  }

  // Note [Warm-up]: the first forward of a size chooses kernels and takes memory. Noise, because
  // zeros are quick in ways that frames are not.
  void warm_up() {
    // The error of approximate tiles is measured on a frame.
    if (network_.expected_ms() > kSlowMs || network_.approximates()) return;
    input_.uniform_(0, 1);
    network_.run(channels_.to_network(input_, nullptr));
  }

  void enhance(const Look& look) {
    if (channels_.count() == 3) {
      output_ = network_.run(input_, look.code);
      return;
    }
    const bool alpha = channels_.makes_alpha() && gan::info(in_.pixels).has_alpha;
    const auto output =
        network_.run(channels_.to_network(input_, alpha ? &small_alpha_ : nullptr), look.code);
    if (alpha && gan::info(out_.pixels).has_alpha) {
      const auto plane = output.select(1, 3).select(0, 0);
      for (int y = 0; y < out_.size.height; ++y)
        torch::from_blob(large_alpha_.span().row(y), {out_.size.width})
            .copy_(plane.select(0, y).slice(0, 0, out_.size.width));
    }
    output_ = channels_.to_rgb(output, plain_output_);
  }

  void prepare() {
    network_.prepare({static_cast<int>(input_.size(3)), static_cast<int>(input_.size(2))},
                     std::max(gan::info(in_.pixels).depth(), gan::info(out_.pixels).depth()) <= 8);
    prepared_ = true;
  }

  void keep_alpha(const FrameView& in) {
    const bool goes_out = gan::info(out_.pixels).has_alpha;
    if (!gan::info(in_.pixels).has_alpha || (!goes_out && !channels_.makes_alpha())) return;
    if (small_alpha_.size != in_.size) small_alpha_ = Picture(in_.size, 1);
    read_component(in, 3, small_alpha_.span());
    if (!goes_out) return;
    if (!alpha_) {
      alpha_.emplace(in_.size, out_.size);
      large_alpha_ = Picture(out_.size, 1);
    }
    alpha_->run(small_alpha_.view(), large_alpha_.span());
  }

  void write_alpha(const FrameSpan& out) {
    if (!gan::info(in_.pixels).has_alpha && large_alpha_.size != out_.size) {
      large_alpha_ = Picture(out_.size, 1);
      std::ranges::fill(large_alpha_.values, 1.0f);
    }
    write_component(large_alpha_.view(), 3, out);
  }

  bool loses_chroma() const {
    const FormatInfo &from = gan::info(in_.pixels), &to = gan::info(out_.pixels);
    const Component &a = from.component[1], &b = to.component[1];
    return from.family == Family::kYuv && to.family == Family::kYuv && a.shrink_x > 0 &&
           a.shrink_x == b.shrink_x && a.shrink_y == b.shrink_y;
  }

  // See core/chroma.h: what smaller chroma loses on its way to full size and back is added to the
  // result.
  void keep_chroma_loss(const FrameView& in) {
    if (!loses_chroma()) return;
    const Size small = component_size(gan::info(in_.pixels).component[1], in_.size);
    const Size large = component_size(gan::info(out_.pixels).component[1], out_.size);
    for (int i = 0; i < 2; ++i) {
      Picture& result = i == 0 ? loss_.cb : loss_.cr;
      for (Picture* picture : {&chroma_[0], &chroma_[1]})
        if (picture->size != small) *picture = Picture(small, 1);
      if (result.size != large) result = Picture(large, 1);
      read_component(in, i + 1, chroma_[0].span());
      chroma_loss(chroma_[0].view(), in_.size, in_.colorimetry, chroma_[1].span());
      if (!enlarge_loss_ || enlarge_from_ != small || enlarge_to_ != large) {
        enlarge_loss_.emplace(small, large, Filter::kBilinear);
        enlarge_from_ = small;
        enlarge_to_ = large;
      }
      enlarge_loss_->run(chroma_[1].view(), result.span());
    }
  }

  void run_plain(const FrameView& in, const FrameSpan& out) const {
    constexpr int kBand = 32;  // rows
    const int height = out_.size.height;
    at::parallel_for(0, (height + kBand - 1) / kBand, 1, [&](int64_t begin, int64_t end) {
      plain_frames_->run(in, out, static_cast<int>(begin) * kBand,
                         std::min(static_cast<int>(end) * kBand, height));
    });
  }

  void enlarge_plainly() {
    if (!plain_) {
      plain_.emplace(in_.size, out_.size);
      plain_output_ = empty_picture_tensor(out_.size);
    }
    const PictureSpan picture = picture_of(input_);
    plain_->run({picture.data, in_.size, 3, picture.stride}, picture_of(plain_output_));
  }

  void blend_plain(const Look& look, bool enhanced) {
    if (enhanced) {
      const int64_t edge = std::lround(look.split * out_.size.width);
      const auto part = [&](const torch::Tensor& whole) {
        return whole.slice(2, 0, out_.size.height).slice(3, edge, out_.size.width);
      };
      if (look.strength < 1)
        part(plain_output_).lerp_(part(output_), look.strength);
      else
        part(plain_output_).copy_(part(output_));
    }
    output_ = plain_output_;
  }

  int threads_;
  TiledNetwork network_;
  Channels channels_;
  FrameTimer timer_;
  std::atomic<bool> interrupted_{false};
  bool prepared_ = false;  // network_, for frames of this size
  FrameFormat in_, out_;
  torch::Tensor input_, output_, plain_output_;
  std::optional<PlainScaler> plain_frames_;  // for frames that nothing enhances
  std::optional<Resizer> plain_, alpha_, enlarge_loss_;
  Size enlarge_from_, enlarge_to_;
  Picture small_alpha_, large_alpha_, chroma_[2];
  ChromaLoss loss_;
};

}  // namespace

std::unique_ptr<Enhancer> make_enhancer(const EnhancerOptions& options,
                                        const std::atomic<bool>* given_up) {
  return std::make_unique<TorchEnhancer>(options, given_up);
}

}  // namespace gan
