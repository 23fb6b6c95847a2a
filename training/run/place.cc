// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/place.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "models/machine/device.h"

namespace gan::training {
namespace {

std::string text(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

// The number that the variable begins with: "2" of Slurm's "2(x3),1" too.
int number(const char* name, int otherwise) {
  const std::string value = text(name);
  if (value.empty()) return otherwise;
  int result = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
  check(error == std::errc() && (*end == 0 || *end == '(' || *end == ','), ErrorKind::kSettings,
        name, " must be a whole number, is \"", value, "\"");
  return result;
}

struct Names {
  const char *rank, *ranks, *local_rank, *local_ranks, *restarts;
};

Place read(const Names& names) {
  Place place;
  check(!text(names.rank).empty(), ErrorKind::kSettings, names.ranks, " is ", text(names.ranks),
        ", but ", names.rank, " is not set");
  place.rank = number(names.rank, 0);
  place.ranks = number(names.ranks, 1);
  place.local_rank = number(names.local_rank, 0);
  place.local_ranks = number(names.local_ranks, 1);
  place.restarts = number(names.restarts, 0);
  check(place.ranks >= 1, ErrorKind::kSettings, names.ranks, " must be at least 1, is ",
        place.ranks);
  check(place.rank >= 0 && place.rank < place.ranks, ErrorKind::kSettings, names.rank,
        " must be 0 to ", place.ranks - 1, " (", names.ranks, " less 1), is ", place.rank);
  return place;
}

// The address that packets to `to` would leave from; empty where there is no route. Sends nothing.
std::string address_towards(const std::string& to) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_DGRAM;
  if (getaddrinfo(to.c_str(), "9", &hints, &found) != 0) return "";
  std::string address;
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in own{};
  socklen_t size = sizeof own;
  char text[INET_ADDRSTRLEN];
  if (connect(fd, found->ai_addr, found->ai_addrlen) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0)
    address = inet_ntop(AF_INET, &own.sin_addr, text, sizeof text);
  close(fd);
  freeaddrinfo(found);
  return address;
}

}  // namespace

Place place_from_environment() {
  Place place;
  if (!text("WORLD_SIZE").empty()) {
    place = read(
        {"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "TORCHELASTIC_RESTART_COUNT"});
  } else if (!text("OMPI_COMM_WORLD_SIZE").empty()) {
    place = read({"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                  "OMPI_COMM_WORLD_LOCAL_SIZE", "SLURM_RESTART_COUNT"});
    place.job = text("PMIX_NAMESPACE");
  } else if (!text("SLURM_STEP_ID").empty() && !text("SLURM_STEP_NUM_TASKS").empty()) {
    // Without a step it is the batch script itself, which is one process whatever SLURM_NTASKS
    // says.
    place = read({"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID",
                  "SLURM_STEP_TASKS_PER_NODE", "SLURM_RESTART_COUNT"});
    place.job = concat(text("SLURM_JOB_ID"), ".", text("SLURM_STEP_ID"), ".", place.restarts);
  }
  place.master = text("MASTER_ADDR");
  place.port = number("MASTER_PORT", 29500);
  // There torchrun's own store listens, of the version of its own LibTorch.
  if (text("TORCHELASTIC_USE_AGENT_STORE") == "True") ++place.port;
  for (char& c : place.job)
    if (std::string_view("/ \\").find(c) != std::string_view::npos) c = '_';
  return place;
}

int threads_each(const Place& place) {
  cpu_set_t bound;
  const bool is_bound = sched_getaffinity(0, sizeof bound, &bound) == 0 &&
                        CPU_COUNT(&bound) * place.local_ranks <= sysconf(_SC_NPROCESSORS_ONLN);
  return is_bound ? available_threads() : std::max(available_threads() / place.local_ranks, 1);
}

std::string own_address(const Place& place) {
  if (place.local_ranks == place.ranks) return "127.0.0.1";
  const std::string towards = place.master.empty() ? "" : address_towards(place.master);
  if (!towards.empty() && !towards.starts_with("127.")) return towards;
  constexpr const char* kElsewhere = "192.0.2.1";  // of no machine (RFC 5737)
  const std::string out = address_towards(kElsewhere);
  return out.empty() ? "127.0.0.1" : out;
}

}  // namespace gan::training
