// SPDX-License-Identifier: LGPL-2.1-or-later
// Losses against the originals' values.
#include "models/blocks/fixed_filter.h"
#include "models/generators/augcyclegan.h"
#include "tests/golden/network_file.h"
#include "training/losses/gan.h"
#include "training/losses/latent.h"
#include "training/losses/pixel.h"
#include "training/losses/smoothness.h"
#include "training/losses/structure.h"

namespace gan::training {
namespace {

using namespace losses;
using test::NetworkFile;

// One line a value; difference and tolerance relative to the expected value.
void expect_value(const std::string& what, const torch::Tensor& actual, double expected,
                  double tolerance) {
  const double difference = std::abs(actual.item<double>() - expected);
  test::expect_within(what, difference, tolerance * std::max(std::abs(expected), 1e-3));
}

JsonDocument json_of(const std::string& name) {
  return JsonDocument(test::read_text(test::golden(name)), name);
}

NetworkFile golden_file(const std::string& name) { return NetworkFile(test::golden(name)); }

JsonObject* member(JsonObject* object, const std::string& name) {
  return json_object_get_object_member(object, name.c_str());
}

TEST(AdversarialGolden, EveryKindReproduces) {
  GAN_NEEDS("GAN_GOLDEN");
  const auto logits = golden_file("losses/gan_logits.safetensors");
  const JsonDocument document = json_of("losses/gan_losses.json");
  for (const char* set : {"set0", "set1"}) {
    JsonObject* const values = member(member(document.root(), set), "f64");
    const auto tensor = [&](const char* name) {
      return logits[std::string(set) + "." + name].to(torch::kDouble);
    };
    const auto real = tensor("real_logits"), fake = tensor("fake_logits");
    for (const char* word : {"vanilla", "lsgan", "wgan", "hinge"}) {
      const Adversarial kind = adversarial_from_word(word);
      const auto value = [&](const char* family, const char* name) {
        return test::number(values, concat(family, ".", word, ".", name));
      };
      const std::string name = concat(set, " ", word);
      expect_value(name + " D real", discriminator_real(kind, real), value("basicsr", "D_real"),
                   1e-6);
      expect_value(name + " D fake", discriminator_fake(kind, fake), value("basicsr", "D_fake"),
                   1e-6);
      expect_value(name + " G", generator(kind, fake), value("basicsr", "G"), 1e-6);
      expect_value(name + " relativistic D", relativistic_discriminator(kind, real, fake) / 2,
                   value("ragan", "D"), 1e-6);
      if (kind != Adversarial::kHinge)  // the original's generator has no hinge of this kind
        expect_value(name + " relativistic G", relativistic_generator(kind, real, fake) / 2,
                     value("ragan", "G"), 1e-6);
    }
    const auto x = fake.clone().set_requires_grad(true);
    (relativistic_generator(Adversarial::kVanilla, real, x) / 2).backward();
    test::expect_within(
        concat(set, " gradient of relativistic G"),
        (x.grad() - tensor("grad_ragan_vanilla_G_wrt_fake")).abs().max().item<double>(), 1e-7);
  }
}

TEST(GradientPenaltyGolden, Reproduces) {
  GAN_NEEDS("GAN_GOLDEN");
  const auto file = golden_file("losses/gradient_penalty.safetensors");
  const JsonDocument values = json_of("losses/gradient_penalty.json");
  const auto w = file["weights.w"].to(torch::kDouble), v = file["weights.v"].to(torch::kDouble);
  const Critic critic = [&](const torch::Tensor& x) {
    return ((w * x).flatten(1).sum(1) + 0.5 * (v * x.square()).flatten(1).sum(1)).view({-1, 1});
  };
  const auto real = file["input.real"].to(torch::kDouble),
             fake = file["input.fake"].to(torch::kDouble);
  expect_value("gradient penalty",
               10 * gradient_penalty(critic, real, fake, file["alpha"].to(torch::kDouble)),
               test::number(values.root(), "cyclegan.gradient_penalty_lambda10.f64"), 1e-6);
  expect_value("R1", r1_penalty(critic, real),
               test::number(values.root(), "basicsr.r1_penalty(real).f64"), 1e-6);
}

TEST(PathLengthGolden, ReproducesWithItsGradient) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument document = json_of("losses/path_length.json");
  for (const char* name : {"path_length_linear", "path_length_quadratic"}) {
    const auto file = golden_file(concat("losses/", name, ".safetensors"));
    JsonObject* const values = member(member(document.root(), name), "f64");
    const auto tensor = [&](const char* key) { return file[key].to(torch::kDouble); };
    const auto a = tensor("weights.A").set_requires_grad(true), b = tensor("weights.b");
    const auto styles = tensor("input.ws").set_requires_grad(true),
               noise = tensor("input.pl_noise_raw");
    auto y = at::matmul(styles.flatten(1), a.t()) + b;
    if (std::string(name) == "path_length_quadratic") y = y + 0.5 * y.square();
    const auto result =
        path_length(y.view(noise.sizes()), styles, noise,
                    torch::tensor(test::number(values, "pl_mean_before"), torch::kDouble));
    expect_value(concat(name, " penalty"), result.penalty, test::number(values, "pl_penalty_mean"),
                 1e-6);
    expect_value(concat(name, " mean"), result.mean, test::number(values, "pl_mean_after"), 1e-6);
    (2 * result.penalty).backward();
    test::expect_within(concat(name, " gradient"),
                        (a.grad() - tensor("output.grad_A")).abs().max().item<double>(), 2e-5);
  }
}

TEST(StructureGolden, HfenReproduces) {
  GAN_NEEDS("GAN_GOLDEN");
  const auto file = golden_file("losses/hfen.safetensors");
  const JsonDocument document = json_of("losses/hfen.json");
  test::expect_within("LoG kernel 15",
                      (log_kernel(15, 1.5) - file["log_kernel_f64"]).abs().max().item<double>(),
                      1e-12);
  const auto x = file["input.0"].to(torch::kDouble), reference = file["input.1"].to(torch::kDouble);
  expect_value("HFEN", hfen(x, reference),
               test::number(member(document.root(), "rgb.constant"),
                            "norm_relative ||LoG(x)-LoG(ref)||_2/||LoG(ref)||_2"),
               1e-6);
  const JsonDocument pixels = json_of("losses/pixel_losses.json");
  expect_value("L1", l1(x, reference), test::number(pixels.root(), "L1"), 1e-6);
  expect_value("MSE", mse(x, reference), test::number(pixels.root(), "MSE"), 1e-6);
  expect_value("Charbonnier 1e-12", charbonnier(x, reference),
               test::number(pixels.root(), "Charbonnier eps=1e-12 (BasicSR default, inside sqrt)"),
               1e-6);
  expect_value("Charbonnier 1e-3", charbonnier(x, reference, 1e-3),
               test::number(pixels.root(), "Charbonnier eps=1e-3 (eps inside sqrt as is)"), 1e-6);
}

TEST(StructureGolden, TheAutoEncoderLossesReproduce) {
  GAN_NEEDS("GAN_GOLDEN");
  const auto file = golden_file("seeds/losses/srae_losses_32x40.safetensors");
  const JsonDocument values(file.metadata("value"), "value");
  const auto a = file["input.0"].to(torch::kDouble), b = file["input.1"].to(torch::kDouble);
  test::expect_within(
      "SciPy's LoG kernel 13",
      (scipy_log_kernel(1.5) - file["fixed.log13"][0][0]).abs().max().item<double>(), 1e-7);
  expect_value("HFENN", hfenn(a, b), test::number(values.root(), "hfenn_loss"), 1e-5);
  expect_value("MSE + 10 HFENN", mse(a, b) + 10 * hfenn(a, b),
               test::number(values.root(), "ae_loss_mean"), 1e-5);
  const auto psnr = json_object_get_array_member(values.root(), "psnr_per_image");
  for (int64_t i = 0; i < 2; ++i)
    expect_value(concat("PSNR ", i), psnr_db(a.slice(0, i, i + 1), b.slice(0, i, i + 1)),
                 json_array_get_double_element(psnr, static_cast<guint>(i)), 1e-5);
}

TEST(StructureGolden, SsimAndMsSsimReproduce) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument document = json_of("metrics/image_metrics.json");
  JsonObject* const pairs = member(document.root(), "pairs");
  g_autoptr(GList) names = json_object_get_members(pairs);
  for (GList* item = names; item; item = item->next) {
    const std::string name = static_cast<const char*>(item->data);
    JsonObject* const values = member(pairs, name);
    const auto file = golden_file(json_object_get_string_member(values, "file"));
    const auto a = file["input.0"].to(torch::kDouble) / 255,
               b = file["input.1"].to(torch::kDouble) / 255;
    expect_value(name + " SSIM", ssim(a, b), test::number(values, "basicsr.ssim_rgb.crop0"), 1e-6);
    expect_value(name + " PSNR", psnr_db(a, b), test::number(values, "psnr_rgb"), 1e-6);
    for (const char* key : {"pytorch_msssim.ms_ssim.f64", "pytorch_msssim.ms_ssim_rgb.f64"})
      if (json_object_has_member(values, key) && a.size(2) > 160)
        expect_value(name + " MS-SSIM", ms_ssim(a, b), test::number(values, key), 1e-5);
  }
  const auto file = golden_file("seeds/losses/esrgan_tf_losses.safetensors");
  const JsonDocument values(file.metadata("value"), "value");
  const auto real = file["real_logit"].to(torch::kDouble),
             fake = file["fake_logit"].to(torch::kDouble);
  expect_value("relativistic D of the TensorFlow ESRGAN",
               relativistic_discriminator(Adversarial::kVanilla, real, fake),
               test::number(values.root(), "d_ragan"), 2e-5);
  expect_value("its G", generator(Adversarial::kVanilla, fake),
               test::number(values.root(), "g_bce"), 2e-5);
  const auto x = (file["input.0"].to(torch::kDouble) + 1) / 2,
             y = (file["input.1"].to(torch::kDouble) + 1) / 2;
  expect_value("its L1", 2 * l1(x, y), test::number(values.root(), "l1"), 2e-5);
  const auto expected = json_object_get_array_member(values.root(), "ssim");
  for (int64_t i = 0; i < 3; ++i)
    expect_value(concat("its SSIM ", i), ssim(x.slice(0, i, i + 1), y.slice(0, i, i + 1)),
                 json_array_get_double_element(expected, static_cast<guint>(i)), 2e-5);
}

TEST(SmoothnessGolden, TotalVariationAndBlurReproduce) {
  GAN_NEEDS("GAN_GOLDEN");
  const auto file = golden_file("losses/wespe_blur_tv.safetensors");
  const JsonDocument values = json_of("losses/total_variation.json");
  const auto x = file["input"].to(torch::kDouble);
  expect_value("total variation of DPED", total_variation_dped(x),
               test::number(values.root(), "shadow2496_WESPE: mse(dy)+mse(dx)"), 1e-6);
  test::expect_within("released blur",
                      (depthwise(file["input"], released_blur_kernel(21)) - file["output"])
                          .abs()
                          .max()
                          .item<double>(),
                      2e-6);
  test::expect_within(
      "printed blur",
      (depthwise(file["input"], printed_blur_kernel(21)) - file["output.paper_kernel_zero_pad"])
          .abs()
          .max()
          .item<double>(),
      2e-6);
  const auto wespe = golden_file("seeds/losses/wespe_tv_17x23.safetensors");
  expect_value("total variation of WESPE", total_variation(wespe["input"]),
               wespe["loss"].item<double>(), 1e-5);
  const auto blur = golden_file("seeds/losses/aug_blur_loss_24x40.safetensors");
  expect_value("blur loss", blurred_l1(blur["input.0"], blur["input.1"], released_blur_kernel(21)),
               blur["loss"].item<double>(), 2e-5);
}

std::shared_ptr<AugCycleGan> generator_of(const NetworkFile& file, const std::string& name) {
  AugCycleGanOptions options;
  options.latent = 2;
  options.features = static_cast<int>(file["weights." + name + ".conv1.weight"].size(0));
  auto network = std::make_shared<AugCycleGan>(options);
  torch::NoGradGuard no_grad;
  for (auto& [key, tensor] : state_dict(*network))
    tensor.copy_(file["weights." + name + "." + key]);
  return network;
}

TEST(LatentGolden, PathStepAndModeSeekingReproduce) {
  GAN_NEEDS("GAN_GOLDEN");
  torch::NoGradGuard no_grad;
  for (const char* name : {"aug_ppl_m", "aug_ppl_m0"}) {
    const auto file = golden_file(concat("seeds/losses/", name, ".safetensors"));
    const JsonDocument values(file.metadata("value"), "value");
    for (const auto& [side, x, z] :
         {std::tuple("AB", "input.a", "b"), std::tuple("BA", "input.b", "a")}) {
      const auto g = generator_of(file, concat("G_", side));
      const auto code = file[concat("input.z_", z)];
      const auto moved = code + 0.1 * file[concat("input.delta_z_", z)];
      const auto step = path_step(
          g->forward(file[x], code), g->forward(file[x], moved),
          torch::tensor(test::number(values.root(), concat("m_before_", side)), torch::kFloat));
      expect_value(concat(name, " ", side), step.penalty,
                   test::number(values.root(), concat("loss_", side)), 5e-5);
      expect_value(concat(name, " ", side, " mean"), step.mean,
                   test::number(values.root(), concat("m_after_", side)), 5e-5);
    }
  }
  const auto file = golden_file("seeds/losses/aug_mode_seeking.safetensors");
  const JsonDocument values(file.metadata("value"), "value");
  for (const auto& [side, x, z] :
       {std::tuple("AB", "input.a", "b"), std::tuple("BA", "input.b", "a")}) {
    const auto g = generator_of(file, concat("G_", side));
    const auto one = file[concat("input.z_", z)], other = file[concat("input.z_", z, "2")];
    expect_value(concat("mode seeking ", side),
                 mode_seeking(g->forward(file[x], one), g->forward(file[x], other), one, other),
                 test::number(values.root(), concat("loss_", side)), 1e-5);
  }
}

TEST(LatentGolden, TheVaesLossReproduces) {
  GAN_NEEDS("GAN_GOLDEN");
  const auto file = golden_file("seeds/networks/vae_z16_small.safetensors");
  const JsonDocument values(file.metadata("value"), "value");
  expect_value("KL", kl_divergence(file["output.mu"], file["output.logvar"]),
               -test::number(values.root(), "KLD"), 1e-5);
  expect_value("reconstruction", mse(file["output.recon"], file["input"]),
               test::number(values.root(), "Reconstruction_Loss"), 1e-5);
}

}  // namespace
}  // namespace gan::training
