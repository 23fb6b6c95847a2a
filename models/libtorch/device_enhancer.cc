// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/device_enhancer.h"

#include <exception>
#include <list>

#include "core/error.h"
#include "core/plain_scaler.h"
#include "models/assumed_options.h"
#include "models/enhancer/tile_rules.h"
#include "models/frames/frame_timer.h"
#include "models/libtorch/device_memory.h"
#include "models/libtorch/device_picture.h"
#include "models/libtorch/lane.h"
#include "models/machine/device.h"
#include "models/machine/host.h"

namespace gan {
namespace {

// What tiles may take of the memory that there is, beside the frames on their way and what the
// choice of kernels takes.
constexpr double kOfMemory = 0.7;

// A frame on its way.
struct Slot {
  Slot(const DevicePicture& picture, torch::Device device) {
    const auto host = torch::TensorOptions(torch::kByte).pinned_memory(device.is_cuda());
    host_in = torch::empty({picture.read().bytes()}, host);
    host_out = torch::empty({picture.write().bytes()}, host);
    finite = torch::empty({1}, host);
    move_to(device);
  }
  // With the frame that it has; what has come back of it stays.
  void move_to(torch::Device device) {
    down = Lane(device);
    in = in.defined() ? in.to(device)
                      : torch::empty(host_in.sizes(), torch::device(device).dtype(torch::kByte));
    // A byte more says whether all its numbers were finite.
    out = torch::empty({host_out.numel() + 1}, in.options());
  }
  torch::Tensor host_in, in, out, host_out, finite;
  Lane down{torch::kCPU};
  Look look;
  FrameSpan target;
  FrameTimer::Moment begun;
  bool plain = false;   // nothing but the host resamples it
  bool direct = false;  // the device writes to the target
  bool on_device() const { return target.memory == Memory::kDevice; }
};

class DeviceEnhancer : public Enhancer {
 public:
  DeviceEnhancer(std::unique_ptr<TorchNetwork> network, const EnhancerOptions& options)
      : network_(std::move(network)),
        options_(options),
        frame_device_(network_->device()),
        picture_(*network_, options),
        events_(assumed_events(network_->info())) {
    check(options.frames_in_flight > 0, ErrorKind::kSettings,
          "frames-in-flight must be 1 or more, got ", options.frames_in_flight);
  }
  ~DeviceEnhancer() override { drop_submitted(); }

  EnhancerInfo info() const override { return network_->info(); }
  std::string precision_trial() const override { return ""; }
  int most_submitted() const override { return options_.frames_in_flight; }
  int frame_device() const override { return std::max<int>(frame_device_.index(), 0); }

  void set_formats(const FrameFormat& in, const FrameFormat& out) override {
    drop_submitted();
    in_ = in;
    out_ = out;
    plain_.reset();
    if (in.pixels == out.pixels && in.colorimetry == out.colorimetry && PlainScaler::can(in.pixels))
      plain_.emplace(in.pixels, in.colorimetry, in.size, network_->traits().scale);
    make_ready();
    try {
      warm_up();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInterrupted) std::rethrow_exception(std::current_exception());
    }
  }

  void run(const FrameView& in, const Look& look, const FrameSpan& out) override {
    drop_submitted();
    submit(in, look, out);
    collect();
  }

  void submit(const FrameView& in, const Look& look, const FrameSpan& out) override {
    check(!free_.empty(), ErrorKind::kFailed,
          "a frame must be collected before another is submitted");
    const torch::InferenceMode inference;
    Slot& slot = free_.front();
    slot.begun = FrameTimer::now();
    slot.look = look;
    slot.target = out;
    slot.direct = slot.on_device() || (picture_.write().lies_so(out) &&
                                       (network_->on_cpu() || target_bytes(slot).is_pinned()));
    const bool from_host = in.memory == Memory::kHost;
    slot.plain = plain_ && from_host && !slot.on_device() && !(look.strength > 0 && look.split < 1);
    if (from_host)
      picture_.read().gather(in, slot.host_in.data_ptr<uint8_t>());
    else
      take(in, slot);
    if (!slot.plain) send_up_and_make(slot, from_host);
    busy_.splice(busy_.end(), free_, free_.begin());
  }

  void collect() override {
    check(!busy_.empty(), ErrorKind::kFailed, "no frame was submitted");
    const torch::InferenceMode inference;
    Slot& slot = busy_.front();
    free_.splice(free_.end(), busy_, busy_.begin());
    finish(slot);
    timer_.count(slot.begun);
  }

  void drop_submitted() override {
    for (Slot& slot : busy_) slot.down.wait();
    free_.splice(free_.end(), busy_);
  }

  MakeMemory frame_memory() const override {
    return [](size_t bytes) {
      const auto pinned =
          torch::TensorOptions(torch::kByte).pinned_memory(torch::cuda::is_available());
      const auto memory = torch::empty({static_cast<int64_t>(bytes)}, pinned);
      return std::shared_ptr<uint8_t>(memory.data_ptr<uint8_t>(), [memory](uint8_t*) {});
    };
  }

  void interrupt(bool interrupted) override { network_->interrupt(interrupted); }

  EnhancerStats stats() const override {
    EnhancerStats stats = timer_.stats();
    stats.tiles = picture_.tiles();
    stats.retries = network_->retries();
    stats.tile_size = picture_.side();
    return stats;
  }
  std::vector<EngineEvent> take_events() override { return std::exchange(events_, {}); }

 private:
  void make_ready() {
    free_.clear();
    picture_.set_side(options_.tile_size);
    network_->prepare(in_.size, gan::info(in_.pixels).depth() == 8);
    const torch::InferenceMode inference;
    place();
    picture_.choose_side(kOfMemory * static_cast<double>(available_memory(network_->device())));
    for (int i = 0; i < options_.frames_in_flight; ++i)
      free_.emplace_back(picture_, network_->device());
  }
  void place() {
    up_ = Lane(network_->device());
    work_ = Lane(network_->device());
    picture_.set_formats(in_, out_);
  }

  // The first frame of a size chooses kernels and takes memory.
  void warm_up() {
    const torch::InferenceMode inference;
    Slot& slot = free_.front();
    slot.look = {};
    slot.in.random_(0, 256);
    make(slot, false);
    work_.wait();
  }

  // A frame on the device, which then may be written again.
  void take(const FrameView& frame, Slot& slot) {
    {
      const Lane::Use use(up_);
      picture_.read().gather(frame, frame_device_, slot.in);
    }
    up_.wait();
  }

  void send_up_and_make(Slot& slot, bool from_host) {
    if (from_host) {
      const Lane::Use use(up_);
      up_.after(work_);  // the slot's frame before was read
      slot.in.copy_(slot.host_in, /*non_blocking=*/true);
    }
    work_.after(up_);
    make(slot, false);
    send_down(slot);
  }

  // Smaller tiles, or the CPU, where memory runs out.
  void make(Slot& slot, bool fp32) {
    for (bool done = false; !done;) {
      std::string reason;
      try {
        const Lane::Use use(work_);
        slot.out.copy_(picture_.run(slot.in, slot.look, fp32, work_));
        done = true;
      } catch (const std::exception& error) {
        reason = memory_error(error);
        if (reason.empty()) std::rethrow_exception(std::current_exception());
      }
      if (!done) make_room(reason);
    }
  }

  void send_down(Slot& slot) {
    const Lane::Use use(slot.down);
    slot.down.after(work_);
    const int64_t bytes = picture_.write().bytes();
    const auto made = slot.out.slice(0, 0, bytes);
    if (slot.on_device())
      picture_.write().scatter(made, slot.target, frame_device_);
    else
      (slot.direct ? target_bytes(slot) : slot.host_out).copy_(made, /*non_blocking=*/true);
    slot.finite.copy_(slot.out.slice(0, bytes), /*non_blocking=*/true);
  }
  torch::Tensor target_bytes(const Slot& slot) const {
    return torch::from_blob(slot.target.planes[0].data, {picture_.write().bytes()}, torch::kByte);
  }

  void finish(Slot& slot) {
    if (slot.plain) {
      const FrameView source = picture_.read().view(slot.host_in.data_ptr<uint8_t>());
      plain_->run(source, slot.target, 0, out_.size.height);
      return;
    }
    slot.down.wait();
    if (!is_finite(slot)) again_in_fp32(slot);
    if (!slot.direct) picture_.write().scatter(slot.host_out.data_ptr<uint8_t>(), slot.target);
  }
  static bool is_finite(const Slot& slot) { return *slot.finite.data_ptr<uint8_t>() != 0; }

  void again_in_fp32(Slot& slot) {
    const EnhancerInfo info = network_->info();
    if (network_->precision() != torch::kFloat) {
      make(slot, true);
      send_down(slot);
      slot.down.wait();
      events_.push_back(
          {"not-finite",
           concat("a frame came out as no numbers in ", info.precision, " and once more in fp32"),
           {{"tiles", 1}, {"precision", info.precision}}});
    }
    check(is_finite(slot), ErrorKind::kNotFinite, "the network ", info.network, " of ", info.model,
          " makes pixels that are no numbers, in fp32 too");
  }

  void make_room(const std::string& reason) {
    const int smaller = smaller_side(picture_.side(), in_.size, network_->traits(), kSmallestTile);
    check(smaller > 0 || !network_->on_cpu(), ErrorKind::kNoMemory, reason);
    smaller > 0 ? picture_.set_side(smaller) : move_to_cpu();
    give_back_memory();
    events_.push_back(
        out_of_memory(reason, smaller == 0, picture_.side(), network_->info().device));
  }

  // What was submitted and is made already stays.
  void move_to_cpu() {
    for (Slot& slot : busy_) slot.down.wait();
    up_.wait();
    network_->move_to_cpu();
    picture_.set_side(options_.tile_size);
    place();
    for (auto* slots : {&free_, &busy_})
      for (Slot& slot : *slots) slot.move_to(network_->device());
  }

  std::unique_ptr<TorchNetwork> network_;
  const EnhancerOptions options_;
  const torch::Device frame_device_;
  DevicePicture picture_;
  FrameTimer timer_;
  FrameFormat in_, out_;
  std::optional<PlainScaler> plain_;
  std::list<Slot> free_, busy_;  // the first submitted first
  Lane up_{torch::kCPU}, work_{torch::kCPU};
  std::vector<EngineEvent> events_;
};

}  // namespace

std::unique_ptr<Enhancer> make_device_enhancer(std::unique_ptr<TorchNetwork> network,
                                               const EnhancerOptions& options) {
  return std::make_unique<DeviceEnhancer>(std::move(network), options);
}

}  // namespace gan
