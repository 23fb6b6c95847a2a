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

Picture run_on_picture(Network& network, const Picture& picture, torch::Device device,
                       const torch::Tensor& code) {
  torch::InferenceMode inference;
  const NetworkTraits traits = network.traits();
  const Size size = picture.size;
  const int64_t right = padded_side(size.width, traits) - size.width,
                below = padded_side(size.height, traits) - size.height;
  auto image = tensor_from_picture(picture).to(device);
  if (right > 0 || below > 0)
    image = right < size.width && below < size.height
                ? at::reflection_pad2d(image, {0, right, 0, below})
                : at::replication_pad2d(image, {0, right, 0, below});
  auto output = network.run({to_network_range(image, traits), code, {}});
  output = output.slice(2, 0, int64_t{size.height} * traits.scale)
               .slice(3, 0, int64_t{size.width} * traits.scale);
  return picture_from_tensor(from_network_range(output, traits));
}

}  // namespace gan
