// SPDX-License-Identifier: LGPL-2.1-or-later
// Blur kernels, filtering, sharpening and JPEG against the originals' values.
#include "tests/golden/network_file.h"
#include "training/degradations/jpeg.h"
#include "training/degradations/kernels.h"

namespace gan::training {
namespace {

using test::golden;

Kernel kernel_of(JsonObject* options) {
  const auto number = [&](const char* key, double otherwise) {
    return json_object_has_member(options, key) ? test::number(options, key) : otherwise;
  };
  const std::string kind = json_object_get_string_member(options, "f");
  const auto size = static_cast<int>(number("kernel_size", 0));
  if (kind == "circular_lowpass_kernel") {
    const Kernel kernel = sinc_kernel(size, number("cutoff", 0));
    const auto pad = static_cast<int>(number("pad_to", 0));
    return pad > size ? padded(kernel, pad) : kernel;
  }
  const bool isotropic = json_object_get_boolean_member(options, "isotropic");
  BlurOptions blur{.size = size, .sigma_x = number("sig_x", 1)};
  blur.sigma_y = isotropic ? blur.sigma_x : number("sig_y", 1);
  blur.angle = isotropic ? 0 : number("theta", 0);
  blur.beta = number("beta", 1);
  if (kind == "bivariate_generalized_Gaussian") blur.shape = BlurShape::kGeneralized;
  if (kind == "bivariate_plateau") blur.shape = BlurShape::kPlateau;
  return blur_kernel(blur);
}

TEST(DegradationsGolden, KernelsReproduce) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument document(test::read_text(golden("degradations/kernels.json")), "kernels");
  const test::NetworkFile file(golden("degradations/kernels.safetensors"));
  g_autoptr(GList) names = json_object_get_members(document.root());
  for (GList* item = names; item; item = item->next) {
    const std::string name = static_cast<const char*>(item->data);
    if (!file.has(name)) continue;
    const Kernel kernel = kernel_of(json_object_get_object_member(document.root(), name.c_str()));
    const auto expected = file[name].to(torch::kDouble).flatten();
    ASSERT_EQ(expected.numel(), static_cast<int64_t>(kernel.weights.size())) << name;
    test::expect_within(
        name, (torch::tensor(kernel.weights, torch::kDouble) - expected).abs().max().item<double>(),
        1e-12);
  }
}

TEST(DegradationsGolden, FilteringReproduces) {
  GAN_NEEDS("GAN_GOLDEN");
  const TensorFile file = open_tensor_file(golden("degradations/filter2d.safetensors"));
  const test::NetworkFile tensors(golden("degradations/filter2d.safetensors"));
  for (const auto& name : tensors.names("kernel.")) {
    const auto weights = tensors["kernel." + name].to(torch::kDouble).contiguous();
    Kernel kernel{static_cast<int>(weights.size(1)), {}, {}};
    kernel.weights.assign(weights.data_ptr<double>(), weights.data_ptr<double>() + weights.numel());
    Picture picture = test::picture_from(file, "input");
    filter(picture, kernel);
    test::expect_within(
        "filter2d " + name,
        test::largest_difference(picture, test::picture_from(file, "output." + name)), 2e-6);
  }
}

TEST(DegradationsGolden, SharpeningReproduces) {
  GAN_NEEDS("GAN_GOLDEN");
  const TensorFile file = open_tensor_file(golden("degradations/usm.safetensors"));
  for (const auto& [name, options] : {std::pair("w0.5_r50_t10", SharpenOptions{0.5, 50, 10}),
                                      std::pair("w0.8_r21_t5", SharpenOptions{0.8, 21, 5})})
    for (const char* form : {"numpy_", "USMSharp_"}) {
      const std::string tensor = std::string("output.") + form + name;
      if (!file.find(tensor)) continue;
      Picture picture = test::picture_from(file, "input");
      sharpen(picture, options);
      test::expect_within("sharpening " + tensor,
                          test::largest_difference(picture, test::picture_from(file, tensor)),
                          1e-4);
    }
}

TEST(DegradationsGolden, JpegReproduces) {
  GAN_NEEDS("GAN_GOLDEN");
  const TensorFile file = open_tensor_file(golden("degradations/diffjpeg.safetensors"));
  for (const int quality : {30, 75}) {
    Picture picture = test::picture_from(file, "input");
    simulate_jpeg(picture, quality);
    const std::string name = concat("q", quality, "_hard");
    const Picture expected = test::picture_from(file, "output." + name);
    double sum = 0;
    for (size_t i = 0; i < picture.values.size(); ++i)
      sum += std::abs(double{picture.values[i]} - expected.values[i]);
    // A coefficient at a half may round either way.
    test::expect_within("JPEG mean " + name, sum / static_cast<double>(picture.values.size()),
                        1e-4);
    test::expect_within("JPEG largest " + name, test::largest_difference(picture, expected), 2e-2);
  }
}

}  // namespace
}  // namespace gan::training
