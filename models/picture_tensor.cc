// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/picture_tensor.h"

#include <algorithm>

#include "core/error.h"

namespace gan {

torch::Tensor tensor_from_picture(const Picture& picture) {
  auto tensor = torch::empty({1, picture.size.height, picture.size.width, picture.channels});
  std::copy(picture.values.begin(), picture.values.end(), tensor.data_ptr<float>());
  return tensor.permute({0, 3, 1, 2});
}

Picture picture_from_tensor(const torch::Tensor& tensor) {
  auto chw = tensor.dim() == 4 ? tensor.squeeze(0) : tensor;
  check(chw.dim() == 3, ErrorKind::kFailed, "a picture is {C, H, W}, got ", tensor.sizes());
  const auto hwc = chw.detach().to(at::kCPU, at::kFloat).permute({1, 2, 0}).contiguous();
  Picture picture({static_cast<int>(hwc.size(1)), static_cast<int>(hwc.size(0))},
                  static_cast<int>(hwc.size(2)));
  std::copy_n(hwc.data_ptr<float>(), picture.values.size(), picture.values.data());
  return picture;
}

torch::Tensor pad_to_multiple(torch::Tensor image, int multiple) {
  const auto missing = [&](int64_t side) { return (multiple - side % multiple) % multiple; };
  const int64_t right = missing(image.size(3)), below = missing(image.size(2));
  if (right == 0 && below == 0) return image;
  const bool reflects = right < image.size(3) && below < image.size(2);
  return reflects ? at::reflection_pad2d(image, {0, right, 0, below})
                  : at::replication_pad2d(image, {0, right, 0, below});
}

Picture run_on_picture(Network& network, const Picture& picture, torch::Device device) {
  torch::InferenceMode inference;
  const NetworkTraits traits = network.traits();
  const double span = traits.high - traits.low;
  auto image = pad_to_multiple(tensor_from_picture(picture).to(device), traits.size_multiple);
  if (span != 1 || traits.low != 0) image = image * span + traits.low;
  auto output = network.run({image, {}, {}});
  output = output.slice(2, 0, int64_t{picture.size.height} * traits.scale)
               .slice(3, 0, int64_t{picture.size.width} * traits.scale);
  if (span != 1 || traits.low != 0) output = (output - traits.low) / span;
  return picture_from_tensor(output);
}

}  // namespace gan
