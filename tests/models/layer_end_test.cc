// SPDX-License-Identifier: LGPL-2.1-or-later
// The kernel that a GPU runs after a convolution, as C++, beside LibTorch's operators.
#include "models/libtorch/layer_end.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace gan {
namespace {

float to_float(unsigned short bits) { return c10::Half(bits, c10::Half::from_bits()); }
unsigned short to_bits(float x) { return c10::Half(x).x; }

#define __device__
#define GAN_NUMBERS(...) __VA_ARGS__
#define GAN_KERNEL(...) __VA_ARGS__
#include "models/libtorch/layer_end_kernel.h"
#undef __device__

const unsigned short* bits_of(const torch::Tensor& tensor) {
  return static_cast<const unsigned short*>(tensor.data_ptr());
}

// Like layer_end_cuda.cc's, of one thread after the other.
template <int kCount>
torch::Tensor by_kernel(const torch::Tensor& result, const LayerEnd& end,
                        const LayerEnd::Others& others) {
  LayerEndNumbers numbers{};
  if (end.bias.defined()) numbers.bias = end.bias.data_ptr<float>();
  if (end.slopes.defined()) {
    numbers.slopes = end.slopes.data_ptr<float>();
    numbers.slope_step = end.slopes.numel() > 1 ? 1 : 0;
  }
  if (others.gate.defined()) numbers.gate = bits_of(others.gate);
  for (size_t i = 0; i < others.adds.size(); ++i) {
    numbers.adds[i] = bits_of(others.adds[i].value);
    numbers.scales[i] = others.adds[i].scale;
  }
  numbers.slope_after = end.slope_after;
  numbers.activation = static_cast<int>(end.activation);
  numbers.channels = static_cast<int>(result.size(1));
  numbers.elements = result.numel();
  const auto ended = result.clone();
  for (int64_t first = 0; first < numbers.elements + 2 * kCount; first += kCount)
    end_layer<kCount>(static_cast<unsigned short*>(ended.data_ptr()), numbers, first);
  return ended;
}

class LayerEndKernel : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { torch::manual_seed(1); }
  static torch::Tensor random() {
    return (torch::randn({1, GetParam(), 5, 7}) * 2)
        .to(torch::kHalf)
        .contiguous(torch::MemoryFormat::ChannelsLast);
  }
  void expect_same(const LayerEnd& end, const LayerEnd::Others& others = {}) {
    const auto result = random();
    torch::Tensor expected = result.to(torch::kFloat);
    LayerEnd::Others floats;
    if (others.gate.defined()) floats.gate = others.gate.to(torch::kFloat);
    for (const auto& [value, scale] : others.adds)
      floats.adds.push_back({value.to(torch::kFloat), scale});
    end.apply(expected, floats);
    const auto made =
        GetParam() % 8 == 0 ? by_kernel<8>(result, end, others) : by_kernel<1>(result, end, others);
    const auto apart = (made.to(torch::kFloat) - expected).abs() - expected.abs() / 1024;
    EXPECT_LT(apart.max().item<float>(), 1e-6f);
  }
};

TEST_P(LayerEndKernel, IsLibTorchsOperators) {
  const int64_t channels = GetParam();
  for (const auto activation : {conv::Activation::kNone, conv::Activation::kSlope,
                                conv::Activation::kSilu, conv::Activation::kTanh})
    for (const bool bias : {false, true})
      for (const int64_t slopes : {int64_t{1}, channels}) {
        SCOPED_TRACE(concat(static_cast<int>(activation), " ", bias, " ", slopes));
        LayerEnd end;
        end.activation = activation;
        if (bias) end.bias = torch::randn({channels});
        if (activation == conv::Activation::kSlope) end.slopes = torch::rand({slopes});
        expect_same(end);
      }
}

TEST_P(LayerEndKernel, GatesAndAddsInOrder) {
  LayerEnd end;
  end.bias = torch::randn({GetParam()});
  expect_same(end, {random(), {}});
  expect_same(end, {{}, {{random(), 0.2f}, {random(), -0.5f}, {random(), 1}}});
  end.slope_after = 0.1f;
  expect_same(end, {random(), {{random(), 0.2f}}});
}

INSTANTIATE_TEST_SUITE_P(Channels, LayerEndKernel, testing::Values(1, 3, 8, 64));

}  // namespace
}  // namespace gan
