// SPDX-License-Identifier: LGPL-2.1-or-later
// Two iterations of Aug-CycleGAN-keras, run by the original code, step by step against our networks
// and losses. Its optimizer is imitated here, with the habit that the recipe leaves out: the two
// networks of a kind share one Adam and its step counter.
#include <cmath>

#include "models/blocks/fixed_filter.h"
#include "tests/golden/network_file.h"
#include "training/losses/latent.h"
#include "training/losses/pixel.h"
#include "training/recipes/augcyclegan_networks.h"

namespace gan::training {
namespace {

// Keras' Adam: eps is added to the uncorrected root, and every call counts as a step.
class KerasAdam {
 public:
  void apply(const std::vector<torch::Tensor>& parameters) {
    torch::NoGradGuard no_grad;
    ++step_;
    const double rate = 2e-4 * std::sqrt(1 - std::pow(0.999, step_)) / (1 - std::pow(0.5, step_));
    for (const auto& parameter : parameters) {
      auto& [mean, square] = moments_[parameter.unsafeGetTensorImpl()];
      if (!mean.defined()) mean = torch::zeros_like(parameter), square = mean.clone();
      if (!parameter.grad().defined()) continue;
      mean.mul_(0.5).add_(parameter.grad(), 0.5);
      square.mul_(0.999).addcmul_(parameter.grad(), parameter.grad(), 0.001);
      torch::Tensor moved = parameter;
      moved.sub_(rate * mean / (square.sqrt() + 1e-7));
    }
  }

 private:
  int step_ = 0;
  std::map<void*, std::pair<torch::Tensor, torch::Tensor>> moments_;
};

class Trace : public testing::Test {
 protected:
  static constexpr std::pair<const char*, const char*> kRoles[] = {
      {"G_AB", "g"},  {"G_BA", "f"},  {"E_A", "e_a"},   {"E_B", "e_b"},
      {"D_A", "d_a"}, {"D_B", "d_b"}, {"D_Za", "d_za"}, {"D_Zb", "d_zb"}};

  void SetUp() override {
    GAN_NEEDS("GAN_GOLDEN");
    file_.emplace(test::golden("seeds/losses/aug_trace_z2.safetensors"));
    expected_.emplace(test::read_text(test::golden("seeds/losses/aug_trace_z2.json")), "trace");
    AugCycleGanRunOptions options;
    options.network.residual = false;
    options.e_norm = "batch";
    options.network.latent = 2;
    options.network.features = options.e_features = 4;
    options.d_features = 8;
    options.ema = 0;
    make_networks(state_, options);
    for (const auto& [theirs, ours] : kRoles) {
      const TensorFile file = open_tensor_file(file_->path());
      for (auto& [name, tensor] : state_dict(network(ours)))
        if (!name.ends_with("num_batches_tracked"))
          read_tensor(file, *file.find(concat("weights.", theirs, ".", name)), tensor);
      for (const auto& parameter : network(ours).parameters())
        start_[theirs].push_back(parameter.detach().clone());
    }
  }

  Network& network(const char* role) { return *state_.network(role).network; }
  std::vector<torch::Tensor> parameters(const char* role) { return network(role).parameters(); }
  torch::Tensor data(int iteration, const std::string& name) {
    return (*file_)[concat("iter", iteration, ".", name)];
  }

  // The values of the trace's next step.
  JsonObject* next() {
    JsonArray* const steps = json_object_get_array_member(expected_->root(), "steps");
    return json_array_get_object_element(steps, static_cast<guint>(place_++));
  }
  void expect(JsonObject* values, const char* name, const torch::Tensor& actual) {
    const double wanted = test::number(values, name);
    test::expect_within(concat("trace ", place_ - 1, " ", name),
                        std::abs(actual.item<double>() - wanted), 1e-3 * std::abs(wanted));
  }
  void expect_changes(JsonObject* values) {
    JsonObject* const wanted = json_object_get_object_member(values, "mean_abs_weight_change");
    for (const auto& [theirs, ours] : kRoles) {
      double sum = 0, count = 0;
      const auto now = parameters(ours);
      for (size_t i = 0; i < now.size(); ++i) {
        sum += (now[i] - start_[theirs][i]).abs().sum().item<double>();
        count += static_cast<double>(now[i].numel());
      }
      test::expect_within(concat("trace ", place_ - 1, " change of ", theirs),
                          std::abs(sum / count - test::number(wanted, theirs)),
                          3e-3 * test::number(wanted, theirs) + 1e-12);
    }
  }
  void forget_gradients() {
    for (const auto& [theirs, ours] : kRoles)
      for (auto& parameter : parameters(ours)) parameter.mutable_grad() = torch::Tensor();
  }

  void cycle(int iteration, int round, bool from_a) {
    const auto a = data(iteration, "a"), b = data(iteration, "b");
    const auto z_a = data(iteration, concat("cycle", round, ".z_a")),
               z_b = data(iteration, concat("cycle", round, ".z_b"));
    const auto terms = losses::augmented_cycle(
        way(state_, from_a ? Direction::kFromA : Direction::kFromB, /*two_sided=*/true),
        from_a ? losses::AugmentedBatch{a, b, z_a, z_b} : losses::AugmentedBatch{b, a, z_b, z_a},
        released_blur_kernel(21));
    const auto total =
        terms.picture_gan + terms.code_gan + terms.cycle + terms.code_cycle + terms.blur;
    JsonObject* const values = next();
    expect(values, from_a ? "D_B" : "D_A", terms.judge_picture);
    expect(values, from_a ? "D_Za" : "D_Zb", terms.judge_code);
    expect(values, from_a ? "G_B" : "G_A", terms.picture_gan);
    expect(values, from_a ? "E_A" : "E_B", terms.code_gan);
    expect(values, from_a ? "rec_a_dist" : "rec_b_dist", terms.cycle);
    expect(values, from_a ? "rec_Zb" : "rec_Za", terms.code_cycle);
    expect(values, from_a ? "blur_ab" : "blur_ba", terms.blur);
    expect(values, "total", total);
    const char* const judge = from_a ? "d_b" : "d_a";
    const char* const code_judge = from_a ? "d_za" : "d_zb";
    (terms.judge_picture + terms.judge_code)
        .backward({}, true, false, joined(parameters(judge), parameters(code_judge)));
    total.backward({}, false, false,
                   joined(joined(parameters("g"), parameters("f")),
                          joined(parameters("e_a"), parameters("e_b"))));
    pictures_.apply(parameters(judge));
    codes_.apply(parameters(code_judge));
    generators_.apply(parameters("g"));
    generators_.apply(parameters("f"));
    encoders_.apply(parameters("e_a"));
    encoders_.apply(parameters("e_b"));
    forget_gradients();
    if (iteration == 0 && round == 0 && from_a) expect_changes(values);
  }

  void supervise(int iteration) {
    const auto a = data(iteration, "sup_a"), b = data(iteration, "sup_b");
    const auto pair = torch::cat({a, b}, 1);
    const auto code = [&](const char* role) { return network(role).run({pair, {}, {}}); };
    const auto to_b = losses::l1(run_unit(network("g"), a, code("e_b")), b);
    const auto to_a = losses::l1(run_unit(network("f"), b, code("e_a")), a);
    JsonObject* const values = next();
    expect(values, "dist_a", to_a);
    expect(values, "dist_b", to_b);
    (to_a + to_b).backward();
    generators_.apply(parameters("f"));
    encoders_.apply(parameters("e_a"));
    generators_.apply(parameters("g"));
    encoders_.apply(parameters("e_b"));
    forget_gradients();
  }

  void regularise(int iteration) {
    const auto step = [&](const char* role, const torch::Tensor& picture, const char* side,
                          const torch::Tensor& mean) {
      const auto z = data(iteration, concat("ppl.z_", side)),
                 moved = z + 0.1 * data(iteration, concat("ppl.delta_z_", side));
      return losses::path_step(run_unit(network(role), picture, z),
                               run_unit(network(role), picture, moved), mean);
    };
    const auto g = step("g", data(iteration, "a"), "b", mean_g_),
               f = step("f", data(iteration, "b"), "a", mean_f_);
    JsonObject* const values = next();
    expect(values, "ppl_G_AB", g.penalty);
    expect(values, "ppl_G_BA", f.penalty);
    expect(values, "pl_mean_after_AB", mean_g_ = g.mean);
    expect(values, "pl_mean_after_BA", mean_f_ = f.mean);
    (g.penalty + f.penalty).backward();
    generators_.apply(parameters("g"));
    generators_.apply(parameters("f"));
    forget_gradients();
  }

  RunState state_{torch::kCPU};
  std::optional<test::NetworkFile> file_;
  std::optional<JsonDocument> expected_;
  std::map<std::string, std::vector<torch::Tensor>> start_;
  KerasAdam generators_, encoders_, pictures_, codes_;
  torch::Tensor mean_g_ = torch::zeros({}), mean_f_ = torch::zeros({});
  int place_ = 0;
};

TEST_F(Trace, GoldenTwoIterationsOfTheOriginalReproduce) {
  for (int iteration = 0; iteration < 2; ++iteration) {
    for (int round = 0; round < 2; ++round) {
      cycle(iteration, round, /*from_a=*/true);
      cycle(iteration, round, /*from_a=*/false);
    }
    supervise(iteration);
    regularise(iteration);
  }
  expect_changes(next());
}

}  // namespace
}  // namespace gan::training
