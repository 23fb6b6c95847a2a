// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/enhancer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <random>

#include "core/chroma.h"
#include "core/error.h"
#include "core/frame_rows.h"
#include "core/plain_scaler.h"
#include "core/resize.h"
#include "core/workers.h"
#include "models/enhancer/channels.h"
#include "models/enhancer/open_network.h"
#include "models/enhancer/tiled_network.h"
#include "models/frames/frame_picture.h"
#include "models/frames/frame_timer.h"
#include "models/machine/host.h"
#include "models/torch_api.h"

namespace gan {
namespace {

// A frame that takes longer is not preceded by one of noise: it is shown the sooner.
constexpr double kSlowMs = 100;

class PictureEnhancer : public Enhancer {
 public:
  PictureEnhancer(const EnhancerOptions& options, const std::atomic<bool>* given_up)
      : workers_(options.threads > 0 ? options.threads : available_threads()),
        network_(open_network(options, given_up, workers_), options),
        channels_(network_.traits(), options.model) {}

  EnhancerInfo info() const override { return network_.info(); }
  std::string precision_trial() const override { return network_.trial(); }

  void set_formats(const FrameFormat& in, const FrameFormat& out) override {
    const int scale = network_.traits().scale;
    check(out.size == scaled(in.size, scale), ErrorKind::kSettings, "a network of scale ", scale,
          " makes ", in.size.width * scale, "x", in.size.height * scale, " of ", in.size.width, "x",
          in.size.height, ", not ", out.size.width, "x", out.size.height);
    in_ = in;
    out_ = out;
    const NetworkTraits& traits = network_.traits();
    input_ = Picture({padded_side(in.size.width, traits), padded_side(in.size.height, traits)}, 3);
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
    try {
      prepare();
      warm_up();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInterrupted) std::rethrow_exception(std::current_exception());
    }
  }

  void run(const FrameView& in, const Look& look, const FrameSpan& out) override {
    if (!prepared_) prepare();
    timer_.start();
    const bool enhanced = look.strength > 0 && look.split < 1;
    if (!enhanced && plain_frames_) {
      run_plain(in, out);
      timer_.stop();
      return;
    }
    FrameReader(in_).read(in, input_.span(), &workers_);
    keep_alpha(in);
    keep_chroma_loss(in);
    const bool blended = !enhanced || look.strength < 1 || look.split > 0;
    if (blended || channels_.wants_plain()) enlarge_plainly();
    const int split = blended ? static_cast<int>(std::lround(look.split * out_.size.width)) : 0;
    PictureView result = plain_output_.view();
    if (enhanced) result = blended ? enhance(look, split) : enhance_into(look, out);
    if (enhanced && blended) {
      blend_plain(result, look.strength, split);
      result = plain_output_.view();
    }
    if (result.data) FrameWriter(out_).write(result, out, loss_, &workers_);
    if (gan::info(out_.pixels).has_alpha) write_alpha(out);
    timer_.stop();
  }

  void interrupt(bool interrupted) override { network_.interrupt(interrupted); }

  EnhancerStats stats() const override {
    EnhancerStats stats = timer_.stats();
    network_.count(stats);
    return stats;
  }
  std::vector<EngineEvent> take_events() override { return network_.take_events(); }

 private:
  // Note [Warm-up]: the first forward of a size chooses kernels and takes memory. Noise, because
  // zeros are quick in ways that frames are not.
  void warm_up() {
    // The error of approximate tiles is measured on a frame.
    if (!network_.starts_slowly() || network_.expected_ms() > kSlowMs || network_.approximates())
      return;
    std::minstd_rand random;
    for (float& value : input_.values)
      value = static_cast<float>(random()) / static_cast<float>(std::minstd_rand::max());
    network_.run(channels_.to_network(input_.view(), nullptr));
  }

  // Writes rows as soon as they are there, where that can be; what is left to be written.
  PictureView enhance_into(const Look& look, const FrameSpan& out) {
    if (channels_.count() != 3 || !rows_stand_alone(out_.pixels, out_.colorimetry))
      return enhance(look, 0);
    const PictureNetwork::Rows write = [&](int begin, int end, const PictureView& band) {
      FrameWriter(out_).write_rows(band, begin, end, out, loss_);
    };
    return network_.run(input_.view(), look.code, 0, &write);
  }

  // Right of `split` alone, in columns of the result. RGB, valid until the next frame.
  PictureView enhance(const Look& look, int split) {
    const int from_x = split / network_.traits().scale;
    const bool alpha = channels_.makes_alpha() && gan::info(in_.pixels).has_alpha;
    const PictureView input = channels_.to_network(input_.view(), alpha ? &small_alpha_ : nullptr);
    const PictureView output = network_.run(input, look.code, from_x);
    if (alpha && gan::info(out_.pixels).has_alpha)
      for (int y = 0; y < out_.size.height; ++y)
        for (int x = split; x < out_.size.width; ++x)
          large_alpha_.span().row(y)[x] = output.at(x, y)[3];
    return channels_.to_rgb(output, plain_output_.view());
  }

  void prepare() {
    network_.prepare(input_.size,
                     std::max(gan::info(in_.pixels).depth(), gan::info(out_.pixels).depth()) <= 8);
    prepared_ = true;
  }

  void keep_alpha(const FrameView& in) {
    const bool goes_out = gan::info(out_.pixels).has_alpha;
    if (!gan::info(in_.pixels).has_alpha || (!goes_out && !channels_.makes_alpha())) return;
    resize_to(small_alpha_, in_.size, 1);
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

  // See core/chroma.h: what smaller chroma loses on its way to full size and back is added to the
  // result.
  void keep_chroma_loss(const FrameView& in) {
    if (!loses_chroma(in_.pixels, out_.pixels)) return;
    const Size small = component_size(gan::info(in_.pixels).component[1], in_.size);
    const Size large = component_size(gan::info(out_.pixels).component[1], out_.size);
    for (int i = 0; i < 2; ++i) {
      Picture& result = i == 0 ? loss_.cb : loss_.cr;
      for (Picture& picture : chroma_) resize_to(picture, small, 1);
      resize_to(result, large, 1);
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

  // rows(begin, end) for all rows of the result, by the workers.
  template <class Rows>
  void in_bands(const Rows& rows) {
    constexpr int kBand = 32;
    const int height = out_.size.height;
    const auto band = [&](int i) { rows(i * kBand, std::min((i + 1) * kBand, height)); };
    workers_.run((height + kBand - 1) / kBand, std::ref(band));
  }

  void run_plain(const FrameView& in, const FrameSpan& out) {
    in_bands([&](int begin, int end) { plain_frames_->run(in, out, begin, end); });
  }

  void enlarge_plainly() {
    if (!plain_) {
      plain_.emplace(in_.size, out_.size);
      plain_output_ = Picture(out_.size, 3);
    }
    plain_->run({input_.values.data(), in_.size, 3, input_.view().stride}, plain_output_.span());
  }

  // Into plain_output_, right of `split` alone.
  void blend_plain(const PictureView& enhanced, double strength, int split) {
    const auto share = static_cast<float>(strength);
    in_bands([&](int begin, int end) {
      for (int y = begin; y < end; ++y) {
        float* const plain = plain_output_.span().row(y);
        const float* const other = enhanced.row(y);
        if (share == 1)
          std::copy(other + 3 * split, other + 3 * out_.size.width, plain + 3 * split);
        else
          for (int i = 3 * split; i < 3 * out_.size.width; ++i)
            plain[i] += share * (other[i] - plain[i]);
      }
    });
  }

  Workers workers_;
  TiledNetwork network_;
  Channels channels_;
  FrameTimer timer_;
  bool prepared_ = false;  // network_, for frames of this size
  FrameFormat in_, out_;
  Picture input_, plain_output_;
  std::optional<PlainScaler> plain_frames_;  // for frames that nothing enhances
  std::optional<Resizer> plain_, alpha_, enlarge_loss_;
  Size enlarge_from_, enlarge_to_;
  Picture small_alpha_, large_alpha_, chroma_[2];
  ChromaLoss loss_;
};

}  // namespace

std::unique_ptr<Enhancer> make_enhancer(const EnhancerOptions& options,
                                        const std::atomic<bool>* given_up) {
  // What did not change is found on the host.
  if (!options.skip_unchanged && is_for_gpu(options))
    return torch_api().load_device_enhancer(options, given_up);
  return std::make_unique<PictureEnhancer>(options, given_up);
}

}  // namespace gan
