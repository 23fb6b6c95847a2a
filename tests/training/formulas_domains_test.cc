// SPDX-License-Identifier: LGPL-2.1-or-later
// The same of recipes of two domains and of pictures from codes.
#include "models/blocks/fixed_filter.h"
#include "models/generators/vae.h"
#include "tests/training/idx_data.h"
#include "tests/training/twin.h"

namespace gan::training {
namespace {

torch::Tensor blurred(const torch::Tensor& x) {
  const auto kernel = released_blur_kernel(21).expand({3, 1, 21, 21}).contiguous();
  return at::conv2d(x, kernel, {}, 1, 10, 1, int64_t{3});
}

class DomainFormulas : public testing::Test {
 protected:
  void SetUp() override { test::make_pictures(scratch_.file("data"), 5, {140, 132}); }
  Twin twin(const char* recipe, OptionValues values) {
    values.emplace("ema", "0");
    return {recipe, values, scratch_.file("data")};
  }
  test::Scratch scratch_;
};

TEST_F(DomainFormulas, CycleGanHasBothCyclesAndIdentities) {
  auto cycle = twin("cyclegan", {{"features", "4"},
                                 {"blocks", "1"},
                                 {"residual", "false"},
                                 {"d_features", "4"},
                                 {"d_layers", "1"},
                                 {"load", "0"},
                                 {"crop", "32"},
                                 {"pool", "0"},
                                 {"cycle_weight", "3"},
                                 {"identity_weight", "0.4"},
                                 {"simulate", "phone"},
                                 {"holdout", "1"}});
  const Batch batch = random_batch(2, 32);
  cycle.step(1, {batch});
  const auto a = batch.input * 2 - 1, b = batch.target * 2 - 1;
  const auto fake_b = cycle.run("g", a), fake_a = cycle.run("f", b);
  const auto deceives =
      squared_from(1, cycle.run("d_b", fake_b)) + squared_from(1, cycle.run("d_a", fake_a));
  const auto around = mean_l1(cycle.run("f", fake_b), a) + mean_l1(cycle.run("g", fake_a), b);
  const auto same = mean_l1(cycle.run("g", b), b) + mean_l1(cycle.run("f", a), a);
  EXPECT_NEAR(cycle.logged("identity"), same.item<double>(), 1e-5);
  cycle.step_by({"g"}, "loss_g", deceives + 3 * around + 3 * 0.4 * same);
  const auto half = [&](const char* judge, const torch::Tensor& real, const torch::Tensor& fake) {
    return (squared_from(1, cycle.run(judge, real)) +
            squared_from(0, cycle.run(judge, fake.detach()))) /
           2;
  };
  cycle.step_by({"d"}, "loss_d", half("d_a", a, fake_a) + half("d_b", b, fake_b));
  cycle.expect_equal("g");
  cycle.expect_equal("d");
}

TEST_F(DomainFormulas, WespeHasItsLossesAndOnlyTheEnhancedIsJudged) {
  auto wespe = twin("wespe", {{"features", "4"},
                              {"f_features", "4"},
                              {"residual", "false"},
                              {"d_features", "4"},
                              {"crop", "32"},
                              {"color_weight", "0.3"},
                              {"texture_weight", "0.7"},
                              {"tv_weight", "2"},
                              {"cycle_a_weight", "1.5"},
                              {"cycle_b_weight", "2.5"},
                              {"identity_weight", "0.6"},
                              {"blur_weight", "0.9"},
                              {"simulate", "phone"},
                              {"holdout", "1"}});
  const Batch batch = random_batch(2, 32);
  wespe.step(1, {batch});
  const auto a = batch.input, b = batch.target, better = wespe.run("g", a);
  const auto judge = [&](const char* role) {
    return squared_from(1, wespe.run(role, b)) + squared_from(0, wespe.run(role, better.detach()));
  };
  wespe.step_by({"d"}, "loss_d", judge("d_color") + judge("d_texture"));
  const auto dx = (better - better.roll(-1, 3)).slice(3, 0, 31).slice(2, 0, 31),
             dy = (better - better.roll(-1, 2)).slice(3, 0, 31).slice(2, 0, 31);
  wespe.step_by({"g"}, "loss_g",
                0.3 * squared_from(1, wespe.run("d_color", better)) +
                    0.7 * squared_from(1, wespe.run("d_texture", better)) +
                    1.5 * mean_l1(wespe.run("f", better), a) +
                    2.5 * mean_l1(wespe.run("g", wespe.run("f", b)), b) +
                    0.6 * mean_l1(wespe.run("g", b), b) +
                    0.9 * mean_l1(blurred(a), blurred(better)) +
                    2 * (dx.square() + dy.square()).mean());
  wespe.expect_equal("d");
  wespe.expect_equal("g");
}

class AugFormulas : public DomainFormulas {
 protected:
  Twin twin(OptionValues more) {
    OptionValues values = {
        {"features", "4"},     {"e_features", "4"},    {"d_features", "4"},
        {"latent", "2"},       {"crop", "32"},         {"rounds", "1"},
        {"residual", "false"}, {"simulate", "phone"},  {"holdout", "1"},
        {"path", "none"},      {"gan_weight", "0.5"},  {"code_gan_weight", "0.8"},
        {"cycle_weight", "2"}, {"code_weight", "1.2"}, {"blur_weight", "0.7"}};
    for (const auto& [key, value] : more) values[key] = value;
    return DomainFormulas::twin("augcyclegan", values);
  }
  static torch::Tensor draw(Twin& twin, const char* role, const torch::Tensor& picture,
                            const torch::Tensor& code) {
    return twin.network(role).run({picture, code, {}});
  }
  static torch::Tensor encode(Twin& twin, const char* role, const torch::Tensor& a,
                              const torch::Tensor& b) {
    return twin.run(role, torch::cat({a, b}, 1));
  }
  static torch::Tensor judge_code(Twin& twin, const char* role, const torch::Tensor& code) {
    return twin.network(role).run({.latent = code});
  }

  // The cycles weigh nothing and no weight moves.
  Twin without_cycles(const OptionValues& more) {
    OptionValues values = {{"gan_weight", "0"},          {"code_gan_weight", "0"},
                           {"cycle_weight", "0"},        {"code_weight", "0"},
                           {"blur_weight", "0"},         {"paired_weight", "3"},
                           {"mode_seeking_weight", "4"}, {"lr", "0"}};
    for (const auto& [key, value] : more) values[key] = value;
    return twin(values);
  }
  // A step on pictures that hold an unpaired one and one of a pair, up to the cycles' codes.
  static Batch step_with_pairs(Twin& twin) {
    Batch batch = random_batch(2, 32);
    batch.input = torch::rand({2, 6, 32, 32});
    batch.target = torch::rand({2, 6, 32, 32});
    twin.step(1, {batch});
    for (int i = 0; i < 2; ++i) Twin::codes(2, 2);
    return batch;
  }
  static torch::Tensor part(const torch::Tensor& pictures, int64_t first) {
    return pictures.narrow(1, first, 3);
  }
};

TEST_F(AugFormulas, EachCycleHasItsSevenTerms) {
  auto aug = twin({{"paired", "none"}});
  const Batch batch = random_batch(2, 32);
  aug.step(1, {batch});
  const auto a = batch.input, b = batch.target;
  const auto z_a = Twin::codes(2, 2), z_b = Twin::codes(2, 2);
  for (const bool from_a : {true, false}) {
    const auto x = from_a ? a : b, y = from_a ? b : a, z_x = from_a ? z_a : z_b,
               z_y = from_a ? z_b : z_a;
    const char *there = from_a ? "g" : "f", *back = from_a ? "f" : "g",
               *of_x = from_a ? "e_a" : "e_b", *of_y = from_a ? "e_b" : "e_a",
               *judge = from_a ? "d_b" : "d_a", *code_judge = from_a ? "d_za" : "d_zb";
    const auto code = [&](const char* encoder, const torch::Tensor& fake) {
      return from_a ? encode(aug, encoder, x, fake) : encode(aug, encoder, fake, x);
    };
    const auto fake = draw(aug, there, x, z_y), found = code(of_x, fake);
    const auto around = draw(aug, back, fake, found);
    const auto of_real = aug.run(judge, y), of_fake = aug.run(judge, fake);
    const auto of_prior = judge_code(aug, code_judge, z_x),
               of_found = judge_code(aug, code_judge, found);
    aug.descend({"d", "dz"}, from_a ? "loss_d_b" : "loss_d_a",
                (squared_from(1, of_real) + squared_from(0, of_fake)) / 2 +
                    (squared_from(1, of_prior) + squared_from(0, of_found)) / 2);
    aug.descend({"g", "e"}, from_a ? "loss_g_a" : "loss_g_b",
                0.5 * squared_from(1, of_fake) + 0.8 * squared_from(1, of_found) +
                    2 * mean_l1(around, x) + 1.2 * mean_l1(code(of_y, fake), z_y) +
                    0.7 * mean_l1(blurred(x), blurred(fake)));
    aug.apply({"d", "dz", "g", "e"});
  }
  for (const char* optimizer : {"d", "dz", "g", "e"}) aug.expect_equal(optimizer);
}

TEST_F(AugFormulas, PairsPathsAndModesHaveTheirSteps) {
  auto aug = without_cycles({{"path", "step"}, {"path_weight", "2"}});
  const Batch batch = step_with_pairs(aug);
  const auto a = part(batch.input, 3), b = part(batch.target, 3);
  const auto to_b = draw(aug, "g", a, encode(aug, "e_b", a, b)),
             to_a = draw(aug, "f", b, encode(aug, "e_a", a, b));
  aug.descend({"g", "e"}, "loss_paired", 3 * (mean_l1(to_b, b) + mean_l1(to_a, a)));
  const auto code = Twin::codes(2, 2);
  const auto path = [&](const char* role, const torch::Tensor& picture) {
    const auto moved = code + 0.1 * torch::randn_like(code);
    const auto apart = draw(aug, role, picture, code) - draw(aug, role, picture, moved);
    return apart.flatten(1).square().sum(1).mean();  // the running mean is 0 before the first
  };
  const auto of_g = path("g", part(batch.input, 0)), of_f = path("f", part(batch.target, 0));
  aug.descend({"g"}, "loss_path", 2 * (of_g + of_f));
  const auto one = Twin::codes(2, 2), other = Twin::codes(2, 2);
  const auto modes = [&](const char* role, const torch::Tensor& picture) {
    return -mean_l1(draw(aug, role, picture, one), draw(aug, role, picture, other)) /
           (mean_l1(one, other) + 1e-8);
  };
  aug.descend({"g"}, "loss_mode_seeking",
              4 * (modes("g", part(batch.input, 0)) + modes("f", part(batch.target, 0))));
}

// Any code gives the truth when it is blurred; codes choose what the blur takes away, up to a
// limit.
TEST_F(AugFormulas, CodesChooseDetailWhereTheBlurredPictureIsHeld) {
  for (const double enough : {0.0, 1e-4}) {
    auto aug = without_cycles({{"paired_blur_weight", "5"},
                               {"mode_seeking", "detail"},
                               {"mode_seeking_enough", concat(enough)}});
    const Batch batch = step_with_pairs(aug);
    const auto a = part(batch.input, 3), b = part(batch.target, 3);
    const auto of_b = Twin::codes(2, 2), of_a = Twin::codes(2, 2);
    aug.descend({"g", "e"}, "loss_paired",
                3 * (mean_l1(draw(aug, "g", a, encode(aug, "e_b", a, b)), b) +
                     mean_l1(draw(aug, "f", b, encode(aug, "e_a", a, b)), a)) +
                    5 * (mean_l1(blurred(draw(aug, "g", a, of_b)), blurred(b)) +
                         mean_l1(blurred(draw(aug, "f", b, of_a)), blurred(a))));
    const auto one = Twin::codes(2, 2), other = Twin::codes(2, 2);
    const auto modes = [&](const char* role, const torch::Tensor& picture) {
      const auto first = draw(aug, role, picture, one), second = draw(aug, role, picture, other);
      const auto apart = mean_l1(first - blurred(first), second - blurred(second)) -
                         mean_l1(blurred(first), blurred(second));
      const auto ratio = apart / (mean_l1(one, other) + 1e-8);
      return enough > 0 && ratio.item<double>() > enough ? -enough + 0 * ratio : -ratio;
    };
    aug.descend({"g"}, "loss_mode_seeking",
                4 * (modes("g", part(batch.input, 0)) + modes("f", part(batch.target, 0))));
  }
}

TEST_F(DomainFormulas, DcganDeceivesAndIsJudged) {
  auto dcgan = twin("dcgan", {{"features", "4"},
                              {"d_features", "4"},
                              {"side", "16"},
                              {"latent", "5"},
                              {"judge_pictures", "16"},
                              {"holdout", "1"}});
  const Batch batch = random_batch(4, 16);
  dcgan.step(1, {batch});
  const auto fake = dcgan.network("g").run({.latent = Twin::codes(4, 5)});
  dcgan.step_by({"d"}, "loss_d",
                real_by_entropy(dcgan.run("d", batch.input * 2 - 1)) +
                    fake_by_entropy(dcgan.run("d", fake.detach())));
  dcgan.step_by({"g"}, "loss_g", real_by_entropy(dcgan.run("d", fake)));
  dcgan.expect_equal("d");
  dcgan.expect_equal("g");
}

TEST_F(DomainFormulas, CganJudgesItsFakesByTheLabelsTheyWereDrawnFor) {
  test::make_idx(scratch_.file("idx"));
  Twin cgan("cgan",
            {{"features", "4"},
             {"d_features", "4"},
             {"latent", "5"},
             {"dropout", "0"},
             {"judge_steps", "1"},
             {"judge_pictures", "20"}},
            scratch_.file("idx"));
  Batch batch;
  batch.input = torch::rand({6, 1, 28, 28});
  batch.label = torch::tensor({1, 2, 3, 4, 5, 6});
  cgan.step(1, {batch});
  const auto codes = Twin::codes(6, 5);
  const auto labels = torch::randint(10, {6}, torch::kLong);
  ASSERT_FALSE(at::equal(labels, batch.label));
  const auto fake = cgan.network("g").run({.latent = codes, .label = labels});
  const auto judged = [&](const torch::Tensor& picture, const torch::Tensor& label) {
    return cgan.network("d").run({picture, {}, label});
  };
  cgan.step_by({"d"}, "loss_d",
               (real_by_entropy(judged(batch.input * 2 - 1, batch.label)) +
                fake_by_entropy(judged(fake.detach(), labels))) /
                   2);
  cgan.step_by({"g"}, "loss_g", real_by_entropy(judged(fake, labels)));
  cgan.expect_equal("d");
  cgan.expect_equal("g");
}

TEST_F(DomainFormulas, VaeWeighsTheDivergence) {
  auto coder = twin("vae", {{"hidden", "4-4-4"},
                            {"latent", "3"},
                            {"kl_weight", "0.05"},
                            {"judge_pictures", "16"},
                            {"holdout", "1"}});
  const Batch batch = random_batch(4, 16);
  coder.step(1, {batch});
  auto& vae = dynamic_cast<Vae&>(coder.network("g"));
  const auto picture = batch.input * 2 - 1;
  const auto noise = Twin::codes(4, 3);
  const auto [mean, log_variance] = vae.encode(picture);
  const auto back = vae.decode(mean + (log_variance / 2).exp() * noise);
  const auto kl = (0.5 * (mean.square() + log_variance.exp() - log_variance - 1)).sum(1).mean();
  coder.step_by({"g"}, "loss", (back - picture).square().mean() + 0.05 * kl);
  coder.expect_equal("g");
}

}  // namespace
}  // namespace gan::training
