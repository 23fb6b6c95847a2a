// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/commands/eval_generator.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/json.h"
#include "models/picture_tensor.h"
#include "training/datasets/pictures.h"
#include "training/judges/class_accuracy.h"
#include "training/judges/nearest_pictures.h"
#include "training/judges/seeded_pictures.h"
#include "training/judges/sliced_wasserstein.h"
#include "training/meters/sample_grid.h"

namespace gan::training {
namespace {

constexpr int64_t kAtOnce = 64;

// {count, C, H, W}; of a conditional generator of its classes in turn.
torch::Tensor drawn(Network& generator, int64_t count, torch::Device device) {
  const int classes = generator.traits().classes;
  std::vector<torch::Tensor> all;
  for (int64_t first = 0; first < count; first += kAtOnce) {
    const int64_t some = std::min(kAtOnce, count - first);
    all.push_back(seeded_pictures(
        generator, {first, some}, device,
        classes ? torch::arange(first, first + some, torch::kLong) % classes : torch::Tensor()));
  }
  return torch::cat(all);
}

torch::Tensor pictures_of(const std::string& data, const NetworkTraits& traits) {
  std::vector<std::string> notes;
  const auto set = open_all_pictures(data, {traits.out_width, traits.out_channels}, notes);
  for (const auto& note : notes) std::printf("%s\n", note.c_str());
  return plain_batch(*set, 0, set->size()).pictures;
}

}  // namespace

void evaluate_generator(Network& generator, const GeneratorEvaluation& wanted,
                        torch::Device device) {
  torch::NoGradGuard no_grad;
  const auto set = pictures_of(wanted.data, generator.traits());
  const auto pictures = drawn(generator, std::min<int64_t>(wanted.pictures, set.size(0)), device);
  const int64_t count = pictures.size(0), step = set.size(0) / count;
  const auto some = set.slice(0, 0, step * count, step);
  // What the same distance is between pictures of the data.
  const int64_t half = count / 2;
  const double swd = sliced_wasserstein(pictures, some),
               swd_data = sliced_wasserstein(some.narrow(0, 0, half), some.narrow(0, half, half));
  const Novelty novel = novelty(pictures, set);
  std::printf(
      "pictures  %lld of seeds 0 to %lld, beside %lld of the data, %lldx%lld\n"
      "swd       %.3f, between halves of the data %.3f (0: alike)\n"
      "nearest   %.4f the median distance to the nearest of the data, %.4f between neighbours of "
      "the data (0: copies)\n",
      static_cast<long long>(count), static_cast<long long>(count - 1),
      static_cast<long long>(set.size(0)), static_cast<long long>(set.size(3)),
      static_cast<long long>(set.size(2)), swd, swd_data, novel.median, novel.median_set);
  if (!wanted.json.empty())
    write_text_file(wanted.json,
                    concat("{\"pictures\": ", count, ", \"data\": ", set.size(0), ", \"swd\": ",
                           json_number(swd), ", \"swd_data\": ", json_number(swd_data),
                           ", \"nearest\": ", json_number(novel.median),
                           ", \"nearest_data\": ", json_number(novel.median_set), "}\n"));
  if (wanted.grid.empty()) return;
  std::vector<Picture> cells;
  const auto shown = pictures.narrow(0, 0, std::min<int64_t>(8, count));
  const auto nearest = nearest_pictures(shown, set, std::min<int64_t>(3, set.size(0)));
  for (int64_t i = 0; i < shown.size(0); ++i) {
    cells.push_back(picture_from_tensor(shown.narrow(0, i, 1)));
    for (int64_t k = 0; k < nearest.index.size(1); ++k)
      cells.push_back(picture_from_tensor(set.narrow(0, nearest.index[i][k].item<int64_t>(), 1)));
  }
  write_image(wanted.grid, make_grid(cells, static_cast<int>(1 + nearest.index.size(1))).view());
  std::printf("%s: pictures of seeds, each before those that are nearest to it\n",
              wanted.grid.c_str());
}

}  // namespace gan::training
