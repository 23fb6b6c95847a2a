// SPDX-License-Identifier: LGPL-2.1-or-later
// The network of an enhancing element, which another may follow while frames flow: a thread beside
// the stream loads, checks and warms up what is to come, and it takes over between two frames.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/engine.h"
#include "gst-plugin/guard.h"

namespace gan {

class NetworkKeeper {
 public:
  // Called by the thread of the stream and by the one beside it.
  struct Listener {
    std::function<void(const EnhancerInfo&)> loaded;  // another network has taken over
    // What was asked for cannot be used; the network of `running`, as it was asked for, goes on.
    std::function<void(const Failure& failure, const std::string& asked,
                       const std::string& running)>
        refused;
  };
  explicit NetworkKeeper(Listener listener) : listener_(std::move(listener)) {}
  ~NetworkKeeper() { stop(); }

  // Throws what load_enhancer() throws. watch: see watch().
  void start(const EnhancerOptions& options, bool watch);
  void stop();
  std::shared_ptr<Enhancer> current() const;  // any thread; none while stopped
  EnhancerStats stats() const;                // any thread; of all networks since the start
  // Any thread: the stream's network ends what it does, until this is called with false.
  void interrupt(bool interrupted);

  // The thread of the stream. next_frame() returns the network for it; one that was made ready for
  // other formats is made ready again before it takes over.
  // set_formats() throws what the network throws, but returns false for formats that it has refused
  // already: GstBaseTransform tries many times.
  bool set_formats(const FrameFormat& in, const FrameFormat& out);
  std::shared_ptr<Enhancer> next_frame();

  // The thread of the stream: scale of a network that was asked for and is ready, where it is
  // another than that of the stream. It waits until it is accepted, when caps must be negotiated
  // anew, or declined.
  std::optional<int> offered_scale() const;
  void accept();
  void decline(const Failure& why);

  // Any thread. Asks for another model.
  void change_model(const std::string& model);
  // Any thread. While on, the file at the model's path is looked at four times a second, and loaded
  // when it is another and stays the same from one look to the next, or does not for a second.
  void watch(bool on);

 private:
  struct Formats {
    FrameFormat in, out;
    bool operator==(const Formats&) const = default;
  };
  using Signature = std::string;  // of a file; empty where there is none

  static Signature signature_of(const std::string& path);
  bool is_due();
  void work();
  void prepare_next(std::unique_lock<std::mutex>& lock);
  void check_fits(const EnhancerInfo& next, bool asked_for) const;
  void take_over(std::unique_lock<std::mutex>& lock);
  void refuse(const Failure& failure, const std::string& asked, std::unique_lock<std::mutex>& lock);

  Listener listener_;
  mutable std::mutex mutex_;  // of all below
  std::condition_variable wake_;
  std::thread worker_;
  std::atomic<bool> ending_{false};
  bool watching_ = false, changed_ = false, interrupted_ = false;
  EnhancerOptions options_;
  std::string running_;      // what current_ was asked for by
  int restless_ = 0;         // looks in a row that found another file than the loaded one
  Signature loaded_, seen_;  // of the file when it was last loaded, and when it was last looked at
  std::shared_ptr<Enhancer> current_, next_, preparing_;
  std::string next_model_;  // what next_ was asked for by
  // Of the stream; those that the networks are ready for; those that the network has refused.
  std::optional<Formats> formats_, current_formats_, next_formats_, refused_;
  EnhancerStats past_;  // of the networks before the current one
};

}  // namespace gan
