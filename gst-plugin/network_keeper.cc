// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/network_keeper.h"

#include <sys/stat.h>

#include <chrono>

#include "gst-plugin/guard.h"

namespace gan {
namespace {

constexpr auto kLook = std::chrono::milliseconds(250);
// Looks after which a file that changes each time is tried all the same.
constexpr int kRestless = 4;

// Of both together; the percentile is that of the later one alone.
EnhancerStats sum(const EnhancerStats& a, const EnhancerStats& b) {
  EnhancerStats both = b;
  both.frames += a.frames;
  both.tiles += a.tiles;
  both.tiles_skipped += a.tiles_skipped;
  both.retries += a.retries;
  if (both.frames > 0)
    both.mean_ms =
        (a.mean_ms * static_cast<double>(a.frames) + b.mean_ms * static_cast<double>(b.frames)) /
        static_cast<double>(both.frames);
  return both;
}

}  // namespace

NetworkKeeper::Signature NetworkKeeper::signature_of(const std::string& path) {
  struct stat file;
  if (path.empty() || stat(path.c_str(), &file) != 0) return {};
  return concat(file.st_dev, ' ', file.st_ino, ' ', file.st_size, ' ', file.st_mtim.tv_sec, ' ',
                file.st_mtim.tv_nsec);
}

void NetworkKeeper::start(const EnhancerOptions& options, bool watch) {
  const Signature signature = signature_of(options.model);
  std::shared_ptr<Enhancer> enhancer = load_enhancer(options);
  const std::lock_guard lock(mutex_);
  options_ = options;
  running_ = options.model;
  current_ = std::move(enhancer);
  loaded_ = seen_ = signature;
  past_ = {};
  watching_ = watch;
  ending_ = changed_ = interrupted_ = false;
  worker_ = std::thread([this] { work(); });
}

void NetworkKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (preparing_) preparing_->interrupt(true);
  }
  wake_.notify_all();
  if (worker_.joinable()) worker_.join();
  const std::lock_guard lock(mutex_);
  current_.reset();
  next_.reset();
  formats_.reset();
  current_formats_.reset();
  refused_.reset();
}

void NetworkKeeper::interrupt(bool interrupted) {
  const std::lock_guard lock(mutex_);
  interrupted_ = interrupted;
  if (current_) current_->interrupt(interrupted);
}

std::shared_ptr<Enhancer> NetworkKeeper::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

EnhancerStats NetworkKeeper::stats() const {
  const std::lock_guard lock(mutex_);
  return current_ ? sum(past_, current_->stats()) : past_;
}

bool NetworkKeeper::set_formats(const FrameFormat& in, const FrameFormat& out) {
  const Formats formats{in, out};
  if (refused_ == formats) return false;
  if (current_formats_ != formats) {
    refused_ = formats;
    current()->set_formats(in, out);
    refused_.reset();
  }
  const std::lock_guard lock(mutex_);
  formats_ = current_formats_ = formats;
  return true;
}

void NetworkKeeper::take_over(std::unique_lock<std::mutex>& lock) {
  past_ = sum(past_, current_->stats());
  current_ = std::move(next_);
  current_formats_ = next_formats_;
  running_ = next_model_;
  current_->interrupt(interrupted_);
  const auto network = current_;
  lock.unlock();
  listener_.loaded(network->info());
}

std::shared_ptr<Enhancer> NetworkKeeper::next_frame() {
  std::unique_lock lock(mutex_);
  if (next_ && next_->info().scale != current_->info().scale) return current_;
  if (next_ && next_formats_ != formats_) {
    next_.reset();
    changed_ = true;
    wake_.notify_all();
  }
  const auto network = next_ ? next_ : current_;
  if (next_) take_over(lock);
  return network;
}

std::optional<int> NetworkKeeper::offered_scale() const {
  const std::lock_guard lock(mutex_);
  if (!next_ || next_->info().scale == current_->info().scale) return std::nullopt;
  return next_->info().scale;
}

void NetworkKeeper::accept() {
  std::unique_lock lock(mutex_);
  if (next_) take_over(lock);
}

void NetworkKeeper::decline(const Failure& why) {
  std::unique_lock lock(mutex_);
  next_.reset();
  refuse(why, next_model_, lock);
}

// The file that runs is watched on.
void NetworkKeeper::refuse(const Failure& failure, const std::string& asked,
                           std::unique_lock<std::mutex>& lock) {
  const std::string running = running_;
  if (options_.model == asked && asked != running) {
    options_.model = running;
    loaded_ = seen_ = signature_of(running);
  }
  lock.unlock();
  listener_.refused(failure, asked, running);
  lock.lock();
}

void NetworkKeeper::change_model(const std::string& model) {
  const std::lock_guard lock(mutex_);
  if (!current_ || options_.model == model) return;
  options_.model = model;
  changed_ = true;
  wake_.notify_all();
}

void NetworkKeeper::watch(bool on) {
  const std::lock_guard lock(mutex_);
  watching_ = on;
  wake_.notify_all();
}

// A file that is being written changes from look to look; so does one that a quick training run
// replaces, and is whole.
bool NetworkKeeper::is_due() {
  if (std::exchange(changed_, false)) return true;
  if (!watching_) return false;
  const Signature now = signature_of(options_.model);
  const bool stands_still = now == std::exchange(seen_, now);
  const bool is_new = !now.empty() && now != loaded_;
  restless_ = is_new ? restless_ + 1 : 0;
  if (!is_new || (!stands_still && restless_ < kRestless)) return false;
  restless_ = 0;
  return true;
}

void NetworkKeeper::work() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (is_due())
      prepare_next(lock);
    else if (watching_)
      wake_.wait_for(lock, kLook);
    else
      wake_.wait(lock);
  }
}

void NetworkKeeper::check_fits(const EnhancerInfo& next, bool asked_for) const {
  const EnhancerInfo now = current()->info();
  check(next.scale == now.scale || asked_for, ErrorKind::kSettings, next.model, ": enlarges ",
        next.scale, " times, the stream runs at ", now.scale,
        "; set the property model to change that");
  check(next.latent == now.latent, ErrorKind::kSettings, next.model, ": takes a code of ",
        next.latent, " numbers, the network of the stream one of ", now.latent);
}

void NetworkKeeper::prepare_next(std::unique_lock<std::mutex>& lock) {
  const EnhancerOptions options = options_;
  std::optional<Formats> formats = formats_;
  const bool asked_for = options.model != running_;
  loaded_ = seen_ = signature_of(options.model);
  lock.unlock();
  std::shared_ptr<Enhancer> next;
  const auto failed = failure_of([&] {
    next = load_enhancer(options, &ending_);
    const EnhancerInfo info = next->info();
    check_fits(info, asked_for);
    if (!formats) return;
    formats->out.size = scaled(formats->in.size, info.scale);
    lock.lock();
    preparing_ = next;
    next->interrupt(ending_);
    lock.unlock();
    next->set_formats(formats->in, formats->out);
  });
  if (!lock.owns_lock()) lock.lock();
  preparing_.reset();
  if (ending_) return;
  if (failed) {
    refuse(*failed, options.model, lock);
    return;
  }
  next_ = std::move(next);
  next_formats_ = formats;
  next_model_ = options.model;
}

}  // namespace gan
