// SPDX-License-Identifier: LGPL-2.1-or-later
// Plans with random weights, and pictures to run them on.
#pragma once

#include <cmath>
#include <random>

#include "core/conv/executor.h"
#include "core/conv/simple.h"

namespace gan::conv {

inline std::vector<float> randoms(size_t count, float size, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-size, size);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(engine);
  return values;
}

// A convolution of `in` channels, all told, with weights that keep values near their size.
inline Layer conv(std::vector<Value> inputs, int in, int out, int kernel = 3) {
  const auto seed = static_cast<unsigned>(in * 1000 + out * 10 + kernel);
  Layer layer = {.inputs = std::move(inputs), .kernel = kernel, .out_channels = out};
  const auto fan_in = static_cast<size_t>(in * kernel * kernel);
  layer.weight = randoms(fan_in * static_cast<size_t>(out),
                         std::sqrt(3.0f / static_cast<float>(fan_in)), seed);
  layer.bias = randoms(static_cast<size_t>(out), 0.2f, seed + 1);
  return layer;
}

inline Layer leaky(Layer layer, float slope = 0.2f) {
  layer.activation = Activation::kSlope;
  layer.slopes = {slope};
  return layer;
}
inline Layer prelu(Layer layer) {
  layer.activation = Activation::kSlope;
  layer.slopes = randoms(static_cast<size_t>(layer.out_channels), 0.5f, 7);
  return layer;
}

inline Channels random_picture(int channels, Size size) {
  Channels picture(channels, size);
  picture.values = randoms(picture.values.size(), 1, 3);
  return picture;
}

inline PlanesView view(const Channels& picture) {
  return {picture.values.data(), static_cast<ptrdiff_t>(picture.size.area()), picture.size.width};
}
inline PlanesSpan span(Channels& picture) {
  return {picture.values.data(), static_cast<ptrdiff_t>(picture.size.area()), picture.size.width};
}

inline Channels run(Executor& executor, const Channels& picture, Workers* workers = nullptr) {
  executor.prepare(picture.size);
  Channels out(executor.result().channels, executor.result().of(picture.size));
  executor.run(view(picture), span(out), workers);
  return out;
}
inline Channels run_fast(const Plan& plan, const Channels& picture,
                         const ExecutorOptions& options = {}, Workers* workers = nullptr) {
  Executor executor(plan, options);
  return run(executor, picture, workers);
}

// The largest difference, in units of the root mean square of `expected`.
inline double difference(const Channels& got, const Channels& expected) {
  double most = 0, squares = 0;
  for (size_t i = 0; i < expected.values.size(); ++i) {
    const double apart = std::abs(static_cast<double>(got.values[i]) - expected.values[i]);
    most = apart > most || std::isnan(apart) ? apart : most;
    squares += static_cast<double>(expected.values[i]) * expected.values[i];
  }
  return most / std::sqrt(squares / static_cast<double>(expected.values.size()) + 1e-30);
}

// The networks that the engine is made for, small.
inline Plan compact_plan(int features, int convs, int scale) {
  Plan plan;
  plan.layers.push_back(prelu(conv({0}, 3, features)));
  for (int i = 0; i < convs; ++i) plan.layers.push_back(prelu(conv({i + 1}, features, features)));
  Layer last = conv({convs + 1}, features, 3 * scale * scale);
  last.shuffle = scale;
  last.add_picture = true;
  plan.layers.push_back(last);
  return plan;
}

// Residual-in-residual dense blocks between convolutions, twice enlarged to twice the side.
inline Plan rrdb_plan(int features, int growth, int blocks, int unshuffle) {
  Plan plan;
  const auto add_layer = [&](Layer layer) {
    plan.layers.push_back(std::move(layer));
    return static_cast<Value>(plan.layers.size());
  };
  Layer first = conv({0}, 3 * unshuffle * unshuffle, features);
  first.unshuffle = unshuffle;
  const Value head = add_layer(first);
  Value x = head;
  for (int b = 0; b < blocks; ++b) {
    const Value outer = x;
    for (int d = 0; d < 3; ++d) {
      std::vector<Value> dense = {x};
      for (int i = 0; i < 4; ++i)
        dense.push_back(add_layer(leaky(conv(dense, features + i * growth, growth))));
      Layer last = conv(dense, features + 4 * growth, features);
      last.adds = {{x, 0.2f}};
      if (d == 2) last.adds.push_back({outer, 0.2f});
      x = add_layer(last);
    }
  }
  Layer body = conv({x}, features, features);
  body.adds = {{head, 1}};
  x = add_layer(body);
  for (int i = 0; i < 2; ++i) {
    Layer up = leaky(conv({x}, features, features));
    up.twice = true;
    x = add_layer(up);
  }
  x = add_layer(leaky(conv({x}, features, features)));
  add_layer(conv({x}, features, 3));
  return plan;
}

// Two of SPAN's blocks: gates, SiLU, values side by side into a kernel of 1.
inline Plan span_plan(int features) {
  Plan plan;
  const auto silu = [](Layer layer) {
    layer.activation = Activation::kSilu;
    return layer;
  };
  plan.layers.push_back(conv({0}, 3, features));
  for (const Value in : {1, 4}) {
    plan.layers.push_back(silu(conv({in}, features, features)));
    plan.layers.push_back(silu(conv({in + 1}, features, features)));
    Layer gated = conv({in + 2}, features, features);
    gated.gate = in;
    plan.layers.push_back(gated);
  }
  plan.layers.push_back(conv({1, 7, 4, 5}, 4 * features, features, 1));
  Layer last = conv({8}, features, 12);
  last.shuffle = 2;
  plan.layers.push_back(last);
  return plan;
}

}  // namespace gan::conv
