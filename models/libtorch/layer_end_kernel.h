// SPDX-License-Identifier: LGPL-2.1-or-later
// The kernel of layer_end_cuda.cc: text for NVRTC, or C++, as the including code has the macros
// GAN_NUMBERS and GAN_KERNEL. Numbers of 16 bits are `unsigned short`, which to_float() and
// to_bits() turn into floats and back. Elements lie pixel by pixel, all channels of each; a thread
// has kCount in a row, of which the channels are a multiple.
GAN_NUMBERS(struct LayerEndNumbers {
  const float* bias;
  const float* slopes;
  const unsigned short* gate;
  const unsigned short* adds[3];
  float scales[3];
  float slope_after;
  int activation;
  int slope_step;
  int channels;
  long long elements;
};)

GAN_KERNEL(
    template <int kCount> struct alignas(2 * kCount) SomeBits { unsigned short bits[kCount]; };

    __device__ inline float ended(float x, float other, int channel, const LayerEndNumbers& end) {
      if (end.bias) x += end.bias[channel];
      if (end.activation == 1 && x < 0) x *= end.slopes[channel * end.slope_step];
      if (end.activation == 2) x = x / (1.0f + expf(-x));
      if (end.activation == 3) x = tanhf(x);
      if (end.gate) x = (x + other) * (1.0f / (1.0f + expf(-x)) - 0.5f);
      return x;
    }

    template <int kCount>
    __device__ inline void end_layer(unsigned short* result, const LayerEndNumbers& end,
                                     long long first) {
      typedef SomeBits<kCount> Bits;
      if (first >= end.elements) return;
      Bits bits = *reinterpret_cast<const Bits*>(result + first);
      const int channel = static_cast<int>(first % end.channels);
      Bits gate = bits;
      if (end.gate) gate = *reinterpret_cast<const Bits*>(end.gate + first);
      float x[kCount];
      for (int i = 0; i < kCount; ++i)
        x[i] = ended(to_float(bits.bits[i]), to_float(gate.bits[i]), channel + i, end);
      for (int k = 0; k < 3; ++k) {
        if (!end.adds[k]) break;
        const Bits add = *reinterpret_cast<const Bits*>(end.adds[k] + first);
        for (int i = 0; i < kCount; ++i) x[i] = to_float(add.bits[i]) + end.scales[k] * x[i];
      }
      for (int i = 0; i < kCount; ++i)
        bits.bits[i] = to_bits(x[i] < 0 ? x[i] * end.slope_after : x[i]);
      *reinterpret_cast<Bits*>(result + first) = bits;
    })
