// SPDX-License-Identifier: LGPL-2.1-or-later
// The one file that knows c10d's classes, of LibTorch 1.13 and of 2.x. GAN_GLOO and GAN_NCCL tell
// whether they can be used here (training/meson.build).
#include "training/run/ranks.h"

#include "core/error.h"
#include "models/blocks/batch_parts.h"

#ifdef GAN_GLOO
#include <torch/version.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <thread>
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef GAN_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include "training/run/watch.h"
#endif

namespace gan::training {

#ifndef GAN_GLOO

std::string ranks_missing() { return "this build is without Gloo (package libgloo-dev)"; }

struct Ranks::Group {};
Ranks::Ranks(Place place, const RanksOptions&) : place_(std::move(place)) {
  check(!several(), ErrorKind::kUnavailable, place_.ranks, " processes: ", ranks_missing());
}
Ranks::~Ranks() = default;
void Ranks::sum(torch::Tensor&) {}
void Ranks::broadcast(torch::Tensor&) {}
double Ranks::most(double value) { return value; }
double Ranks::of_first(double value) { return value; }
void Ranks::busy(bool) {}
void Ranks::leave(const std::string&) {}
void Ranks::part() {}

#else

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::duration, std::chrono::milliseconds;
#if TORCH_VERSION_MAJOR >= 2
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif

double since(Clock::time_point start) { return duration<double>(Clock::now() - start).count(); }

// LibTorch's text without its stack trace.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

constexpr const char* kMeetingFile = "rendezvous-";

c10::intrusive_ptr<c10d::Store> open_store(const Place& place, const RanksOptions& options) {
  if (!place.master.empty()) {
    c10d::TCPStoreOptions tcp;
    tcp.port = static_cast<uint16_t>(place.port);
    tcp.isServer = place.rank == 0;
    tcp.waitWorkers = false;
    tcp.timeout = milliseconds(static_cast<int64_t>(options.limit * 1000));
    return c10::make_intrusive<c10d::TCPStore>(place.master, tcp);
  }
  check(!place.job.empty(), ErrorKind::kSettings, place.ranks,
        " processes, but MASTER_ADDR is not set, and neither mpirun nor srun has started them");
  std::error_code error;
  fs::create_directories(options.folder, error);
  check(!error, ErrorKind::kUnwritable, options.folder, ": cannot be made: ", error.message());
  const std::string name = kMeetingFile + place.job;
  if (place.rank == 0)  // of starts that were killed
    for (const auto& entry : fs::directory_iterator(options.folder))
      if (const auto other = entry.path().filename().string();
          other.starts_with(kMeetingFile) && other != name)
        fs::remove(entry.path(), error);
  return c10::make_intrusive<c10d::FileStore>(options.folder + "/" + name, place.ranks);
}

void tell(c10d::Store& store, const std::string& key, const std::string& text) {
  store.set(key, std::vector<uint8_t>(text.begin(), text.end()));
}

std::optional<std::string> ask(c10d::Store& store, const std::string& key) {
  if (!store.check({key})) return {};
  const auto bytes = store.get(key);
  return std::string(bytes.begin(), bytes.end());
}

void wait_for_all(c10d::Store& store, const Place& place, double limit) {
  const auto here = [](int rank) { return "here/" + std::to_string(rank); };
  tell(store, here(place.rank), "1");
  const auto start = Clock::now();
  std::string missing;
  do {
    missing.clear();
    for (int rank = 0; rank < place.ranks && missing.size() < 60; ++rank)
      if (!store.check({here(rank)})) missing += concat(missing.empty() ? "" : ", ", rank);
    if (missing.empty()) return;
    std::this_thread::sleep_for(milliseconds(50));
  } while (since(start) < limit);
  fail(ErrorKind::kUnavailable, "of ", place.ranks, " processes these ranks have not come within ",
       limit, " s: ", missing);
}

c10::intrusive_ptr<Backend> open_group(const c10::intrusive_ptr<c10d::Store>& store,
                                       const Place& place,
                                       [[maybe_unused]] const RanksOptions& options) {
  constexpr auto kLongest = std::chrono::hours(24 * 7);  // the watch ends what takes too long
#ifdef GAN_NCCL
  if (options.device.is_cuda()) {
    auto nccl = c10d::ProcessGroupNCCL::Options::create();
    nccl->timeout = kLongest;
    return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, place.rank, place.ranks, nccl);
  }
#endif
  auto gloo = c10d::ProcessGroupGloo::Options::create();
  const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
  gloo->devices.push_back(
      interface ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                : c10d::ProcessGroupGloo::createDeviceForHostname(own_address(place)));
  gloo->timeout = kLongest;
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.ranks, gloo);
}

// In a thread of its own: when somebody dies just then, the others connect without end.
c10::intrusive_ptr<Backend> group_in_time(const c10::intrusive_ptr<c10d::Store>& store,
                                          const Place& place, const RanksOptions& options) {
  std::promise<c10::intrusive_ptr<Backend> > promise;
  auto group = promise.get_future();
  std::thread([store, place, options, opened = std::move(promise)]() mutable {
    try {
      opened.set_value(open_group(store, place, options));
    } catch (...) {
      opened.set_exception(std::current_exception());
    }
  }).detach();
  check(group.wait_for(duration<double>(options.limit)) == std::future_status::ready,
        ErrorKind::kUnavailable, "the ", place.ranks, " processes are not connected after ",
        options.limit, " s");
  return group.get();
}

}  // namespace

std::string ranks_missing() { return ""; }

struct Ranks::Group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<Backend> backend;
  torch::Device device = torch::kCPU;  // of tensors that it takes
  std::unique_ptr<Watch> watch;
  int64_t meetings = 0;
  bool broken = false;

  // Whether the work is done within a second or so.
  bool waits(c10d::Work& work) const {
    if (device.is_cpu()) return work.wait(milliseconds(1000));
    // NCCL's wait is the stream's, which would then wait for ever.
    for (const auto start = Clock::now(); !work.isCompleted() && since(start) < 1;)
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    return work.isCompleted() && work.wait();
  }
};

Ranks::Ranks(Place place, const RanksOptions& options) : place_(std::move(place)) {
  if (!several()) return;
  group_ = std::make_unique<Group>();
  try {
    group_->store = open_store(place_, options);
    wait_for_all(*group_->store, place_, options.limit);
    group_->backend = group_in_time(group_->store, place_, options);
  } catch (const Error&) {
    std::rethrow_exception(std::current_exception());
  } catch (const std::exception& error) {
    fail(ErrorKind::kUnavailable, "the ", place_.ranks, " processes do not meet",
         place_.master.empty() ? "" : concat(" at ", place_.master, ":", place_.port), ": ",
         first_line(error));
  }
  const bool nccl = group_->backend->getBackendName() == "nccl";
  if (nccl) group_->device = options.device;
  auto& store = group_->store;
  group_->watch = std::make_unique<Watch>(
      Board{[store](const std::string& key, const std::string& text) { tell(*store, key, text); },
            [store](const std::string& key) { return ask(*store, key); }},
      place_.rank, place_.ranks, options.limit);
  set_batch_parts({place_.rank, place_.ranks, [this](torch::Tensor& tensor) { sum(tensor); }});
}

Ranks::~Ranks() {
  if (!group_) return;
  set_batch_parts({});
  group_->watch.reset();
  if (!group_->broken) return;
  // They would wait for what is lost.
  group_->backend.release();
  group_->store.release();
}

void Ranks::give_up(const std::string& why) {
  group_->broken = true;
  group_->watch->leave(why);
  fail(ErrorKind::kUnavailable, why);
}

template <class Start>
void Ranks::meet(torch::Tensor& tensor, const Start& start) {
  if (!several()) return;
  Group& group = *group_;
  group.watch->at(++group.meetings, busy_);
  auto there = tensor.detach().to(group.device).contiguous();
  std::vector<torch::Tensor> tensors = {there};
  const auto begin = Clock::now();
  const auto work = start(tensors);
  for (bool done = false; !done;) {
    std::string broken;
    try {
      done = group.waits(*work);
    } catch (const std::exception& error) {
      if (work->isCompleted() && !work->isSuccess()) broken = first_line(error);
    }
    if (done) break;
    std::string why = group.watch->trouble(since(begin));
    if (!broken.empty()) {
      constexpr double kPatience = 30;  // seconds, to find out who it was
      for (const auto from = Clock::now(); why.empty() && since(from) < kPatience;
           std::this_thread::sleep_for(milliseconds(100)))
        why = group.watch->culprit();
      if (why.empty()) why = "the connection of the processes is broken: " + broken;
    }
    if (!why.empty()) give_up(why);
  }
  met_seconds_ += since(begin);
  if (there.data_ptr() != tensor.data_ptr()) tensor.copy_(there);
}

void Ranks::sum(torch::Tensor& tensor) {
  torch::NoGradGuard no_grad;
  meet(tensor, [&](auto& tensors) { return group_->backend->allreduce(tensors); });
}

void Ranks::broadcast(torch::Tensor& tensor) {
  torch::NoGradGuard no_grad;
  meet(tensor, [&](auto& tensors) { return group_->backend->broadcast(tensors); });
}

double Ranks::most(double value) {
  auto tensor = torch::full({1}, value, torch::kDouble);
  c10d::AllreduceOptions options;
  options.reduceOp = c10d::ReduceOp::MAX;
  meet(tensor, [&](auto& tensors) { return group_->backend->allreduce(tensors, options); });
  return tensor.item<double>();
}

double Ranks::of_first(double value) {
  auto tensor = torch::full({1}, value, torch::kDouble);
  broadcast(tensor);
  return tensor.item<double>();
}

void Ranks::busy(bool is_busy) {
  busy_ = is_busy;
  if (several()) group_->watch->at(group_->meetings, busy_);
}

void Ranks::leave(const std::string& why) {
  if (!several() || group_->broken) return;
  group_->broken = true;
  group_->watch->leave(why);
}

void Ranks::part() { most(0); }

#endif

}  // namespace gan::training
