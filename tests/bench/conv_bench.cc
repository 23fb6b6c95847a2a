// SPDX-License-Identifier: LGPL-2.1-or-later
// The convolution engine beside LibTorch on the same weights: single layers and whole networks,
// each way in turn, one thread, medians of the thread's processor time.
//   conv_bench [ROUNDS [NAME]]
#include <torch/torch.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>

#include "models/machine/host_allocator.h"
#include "tests/core/conv/plans.h"

namespace {

using namespace gan::conv;

int rounds = 7;

double processor_ms() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
}

// Medians of the ways' times, each once a round.
std::vector<double> medians(const std::vector<std::function<void()>>& ways) {
  std::vector<std::vector<double>> times(ways.size());
  for (int round = -1; round < rounds; ++round)  // the first warms up
    for (size_t i = 0; i < ways.size(); ++i) {
      const double start = processor_ms();
      ways[i]();
      if (round >= 0) times[i].push_back(processor_ms() - start);
    }
  std::vector<double> all;
  for (auto& t : times) {
    std::sort(t.begin(), t.end());
    all.push_back(t[t.size() / 2]);
  }
  return all;
}

// A plan by LibTorch as one would write it: channels last, in place where nothing else reads.
class Torch {
 public:
  explicit Torch(const Plan& plan, const Channels& picture) : plan_(plan) {
    picture_ = torch::from_blob(const_cast<float*>(picture.values.data()),
                                {1, picture.channels, picture.size.height, picture.size.width})
                   .clone()
                   .contiguous(at::MemoryFormat::ChannelsLast);
    for (const Layer& layer : plan.layers) {
      const int64_t out = layer.out_channels, k = layer.kernel;
      auto weight = torch::tensor(layer.weight).reshape({out, -1, k, k});
      weights_.push_back(weight.contiguous(at::MemoryFormat::ChannelsLast));
      biases_.push_back(torch::tensor(layer.bias));
      slopes_.push_back(layer.slopes.empty() ? torch::Tensor() : torch::tensor(layer.slopes));
    }
  }

  void run() {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> values = {picture_};
    const auto at = [&](Value value) { return values[static_cast<size_t>(value)]; };
    for (size_t i = 0; i < plan_.layers.size(); ++i) {
      const Layer& layer = plan_.layers[i];
      std::vector<torch::Tensor> read;
      for (const Value value : layer.inputs) read.push_back(at(value));
      torch::Tensor x = read.size() == 1 ? read[0] : torch::cat(read, 1);
      if (layer.twice) x = at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
      x = at::conv2d(x, weights_[i], biases_[i], 1, layer.kernel / 2);
      if (layer.slopes.size() > 1) x = at::prelu(x, slopes_[i]);
      if (layer.slopes.size() == 1) x = at::leaky_relu_(x, layer.slopes[0]);
      for (const Add& add : layer.adds) x = at::add(at(add.value), x, add.scale);
      if (layer.shuffle > 1) x = at::pixel_shuffle(x, layer.shuffle);
      if (layer.add_picture) x.add_(at::upsample_nearest2d(picture_, {x.size(2), x.size(3)}));
      values.push_back(x);
    }
  }

 private:
  const Plan& plan_;
  torch::Tensor picture_;
  std::vector<torch::Tensor> weights_, biases_, slopes_;
};

// The engine at every precision that computes otherwise here, then LibTorch.
std::vector<double> times(const Plan& plan, gan::Size size) {
  const Channels picture = random_picture(plan.in_channels, size);
  Torch torch(plan, picture);
  std::vector<std::unique_ptr<Executor>> engines;
  for (const auto precision : {Precision::kFloat, Precision::kBf16Storage, Precision::kBf16}) {
    engines.push_back(std::make_unique<Executor>(plan, ExecutorOptions{.precision = precision}));
    engines.back()->prepare(size);
  }
  Channels out(engines[0]->result().channels, engines[0]->result().of(size));
  std::vector<std::function<void()>> ways;
  for (auto& engine : engines) ways.emplace_back([&] { engine->run(view(picture), span(out)); });
  ways.emplace_back([&] { torch.run(); });
  return medians(ways);
}

void print(const std::string& name, double gflop, const std::vector<double>& ms) {
  std::printf("| %-28s | %7.2f", name.c_str(), gflop);
  for (const double t : ms) std::printf(" | %8.2f | %6.1f", t, gflop / t * 1e3);
  std::printf(" | %4.2f |\n", ms.back() / ms[0]);
  std::fflush(stdout);
}

// One layer: what two layers around it take less alone.
void layer(const Layer& layer, int in, gan::Size size) {
  Plan with = {.layers = {conv({0}, 3, in, 1), layer, conv({2}, layer.out_channels, 1, 1)}};
  const Plan without = {.layers = {conv({0}, 3, in, 1), conv({1}, in, 1, 1)}};
  if (layer.shuffle > 1) with.layers.pop_back();
  auto ms = times(with, size);
  const auto rest = times(without, size);
  for (size_t i = 0; i < ms.size(); ++i) ms[i] -= rest[i];
  const std::string name = "layer " + std::to_string(in) + " to " +
                           std::to_string(layer.out_channels) +
                           (layer.kernel == 1 ? " 1x1"
                            : layer.twice     ? " twice"
                                              : "") +
                           (layer.shuffle > 1 ? " shuffle" : "");
  const double pixels = static_cast<double>(size.area()) * (layer.twice ? 4 : 1);
  print(name, 2e-9 * pixels * static_cast<double>(layer.weight.size()), ms);
}

void network(const std::string& name, const Plan& plan, gan::Size size) {
  print(name + " " + std::to_string(size.width) + "x" + std::to_string(size.height),
        flops(plan, size) * 1e-9, times(plan, size));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) rounds = std::max(1, std::atoi(argv[1]));
  const std::string only = argc > 2 ? argv[2] : "";
  at::set_num_threads(1);
  gan::install_host_allocator();
  std::printf("%s, bf16 products %s\n", kernels().name, kernels().multiply_bf16 ? "yes" : "no");
  std::printf(
      "| | GFLOP | fp32, ms | GF/s | bf16 values, ms | GF/s | bf16, ms | GF/s | LibTorch fp32, ms "
      "| GF/s | LibTorch / fp32 |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|\n");
  const gan::Size size = {640, 96};
  if (only.empty() || only == "layers") {
    for (const auto& [in, out] : {std::pair{32, 32},
                                  {64, 64},
                                  {64, 32},
                                  {96, 32},
                                  {128, 32},
                                  {160, 32},
                                  {192, 64},
                                  {64, 3}})
      layer(leaky(conv({1}, in, out)), in, size);
    layer(leaky(conv({1}, 64, 64, 1)), 64, size);
    Layer twice = leaky(conv({1}, 64, 64));
    twice.twice = true;
    layer(twice, 64, {320, 48});
    Layer shuffle = conv({1}, 32, 12);
    shuffle.shuffle = 2;
    layer(shuffle, 32, size);
    shuffle = conv({1}, 64, 48);
    shuffle.shuffle = 4;
    layer(shuffle, 64, size);
  }
  if (only.empty() || only == "networks") {
    network("x2", compact_plan(32, 5, 2), {640, 360});
    network("SRVGG 64x16 x4", compact_plan(64, 16, 4), {640, 360});
    network("RRDBNet 6 blocks x4", rrdb_plan(64, 32, 6, 1), {320, 180});
  }
}
