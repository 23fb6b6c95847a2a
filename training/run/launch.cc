// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/launch.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <torch/cuda.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "core/error.h"
#include "models/machine/device.h"
#include "training/run/folder.h"
#include "training/run/signals.h"

namespace gan::training {
namespace {

// Of several processes on a machine with several GPUs each has its own.
torch::Device device_of(const RunRequest& request, const Place& place) {
  const auto device = device_from_name(request.device.value_or("auto"));
  if (!device.is_cuda() || device.has_index() || place.local_ranks == 1) return device;
  const auto count = static_cast<int>(torch::cuda::device_count());
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(place.local_rank % std::max(count, 1))};
}

bool has_begun(const RunRequest& request) {
  if (!request.out.empty()) return RunFolder::has_begun(request.out);
  return RunFolder::has_begun("runs/latest");
}

// The program anew, in a process group of its own: the terminal's Ctrl-C comes through the parent
// alone, so once.
pid_t start(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid(), child = fork();
  check(child >= 0, ErrorKind::kFailed, "cannot start a process: ", std::strerror(errno));
  if (child > 0) return child;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() == parent) execv("/proc/self/exe", argv.data());
  _exit(127);
}

std::vector<pid_t> children;
void pass_on(int signal) {
  for (const pid_t child : children) kill(child, signal);
}

}  // namespace

RunResult train_by_all(RunRequest request) {
  const Place place = place_from_environment();
  const auto device = device_of(request, place);
  const Signals signals;
  if (place.restarts > 0 && has_begun(request)) request.resume = true;
  Ranks ranks(place, {device, request.out.empty() ? "runs" : request.out, request.patience});
  if (!ranks.several()) return train(request, device, ranks);
  try {
    return train(request, device, ranks);
  } catch (const std::exception& error) {
    const std::string text = error.what();  // LibTorch's has a stack trace
    ranks.leave(text.substr(0, text.find("\nException raised from")));
    std::rethrow_exception(std::current_exception());
  }
}

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(fd, any, size) == 0 && getsockname(fd, any, &size) == 0;
  close(fd);
  check(bound, ErrorKind::kFailed, "no port is free for the processes: ", std::strerror(errno));
  return ntohs(address.sin_port);
}

int run_processes(int count, const std::vector<std::string>& words) {
  setenv("WORLD_SIZE", std::to_string(count).c_str(), 1);
  setenv("LOCAL_WORLD_SIZE", std::to_string(count).c_str(), 1);
  setenv("MASTER_ADDR", "127.0.0.1", 1);
  setenv("MASTER_PORT", std::to_string(free_port()).c_str(), 1);
  for (int rank = 0; rank < count; ++rank) {
    setenv("RANK", std::to_string(rank).c_str(), 1);
    setenv("LOCAL_RANK", std::to_string(rank).c_str(), 1);
    children.push_back(start(words));
  }
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) {
    struct sigaction action {};
    action.sa_handler = pass_on;
    action.sa_flags = SA_RESTART;
    sigaction(number, &action, nullptr);
  }
  int result = 0;
  for (size_t left = children.size(); left > 0; --left) {
    int status = 0;
    const pid_t ended = wait(&status);
    if (ended < 0) break;
    const auto rank = std::find(children.begin(), children.end(), ended) - children.begin();
    if (WIFSIGNALED(status))
      std::fprintf(stderr, "gan-train: rank %d was ended by signal %d (%s)\n",
                   static_cast<int>(rank), WTERMSIG(status), strsignal(WTERMSIG(status)));
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    // 1 is that of those who lost another, too.
    if (result <= 1 && code != 0) result = code;
  }
  return result;
}

}  // namespace gan::training
