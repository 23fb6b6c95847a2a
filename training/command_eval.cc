// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/json.h"
#include "core/resize.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/device.h"
#include "models/host_allocator.h"
#include "models/picture_tensor.h"
#include "training/commands.h"
#include "training/judges/super_resolution.h"

namespace gan::training {
namespace {

struct Row {
  std::string picture, method;
  Quality quality;
};

void print(const Row& row) {
  const Quality& q = row.quality;
  std::printf("%-24s %-10s %8.3f %8.4f %8.3f %8.4f %10.3f\n", row.picture.c_str(),
              row.method.c_str(), q.psnr_y_db, q.ssim_y, q.psnr_rgb_db, q.ssim_rgb, q.mse_rgb);
}

std::string to_json(const std::vector<Row>& rows, int scale) {
  std::string json = concat("{\"convention\": \"space=Y and RGB crop=", scale,
                            " range=255, pictures rounded to 8 bits\", \"rows\": [");
  for (size_t i = 0; i < rows.size(); ++i) {
    const Quality& q = rows[i].quality;
    json += concat(
        i ? ",\n  " : "\n  ", "{\"picture\": ", json_quote(rows[i].picture),
        ", \"method\": ", json_quote(rows[i].method), ", \"psnr_y\": ", json_number(q.psnr_y_db),
        ", \"ssim_y\": ", json_number(q.ssim_y), ", \"psnr_rgb\": ", json_number(q.psnr_rgb_db),
        ", \"ssim_rgb\": ", json_number(q.ssim_rgb), ", \"mse_rgb\": ", json_number(q.mse_rgb),
        "}");
  }
  return json + "\n]}\n";
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

int command_eval(int argc, char** argv) {
  StringOption data, json, device;
  gint threads = 0;
  const GOptionEntry entries[] = {
      {"data", 0, 0, G_OPTION_ARG_FILENAME, &data, "folder of good pictures", "DIR"},
      {"json", 0, 0, G_OPTION_ARG_FILENAME, &json, "write the rows as JSON too", "FILE"},
      {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, cpu, cuda, cuda:N", "D"},
      {"threads", 0, 0, G_OPTION_ARG_INT, &threads, "0: all", "N"},
      {}};
  const auto words = parse_arguments(
      argc, argv, "CHECKPOINT",
      "Every picture is cropped to a multiple of the network's scale, shrunk by the antialiased\n"
      "bicubic, rounded to 8 bits, enlarged by the network and by plain filters, rounded and\n"
      "compared. CHECKPOINT is a path or the name of a built-in model.",
      entries);
  check(words.size() == 1 && !data.get().empty(), ErrorKind::kSettings,
        "eval wants a checkpoint and --data DIR; see gan-train eval --help");
  install_host_allocator();
  set_threads_of_this_thread(threads);
  const torch::Device where = device_from_name(device.get("auto"));
  const LoadedNetwork loaded = load_network(open_model(words[0]));
  loaded.network->to(where);
  const int scale = loaded.network->traits().scale;
  check(scale > 1, ErrorKind::kSettings, words[0],
        ": eval measures networks that enlarge, this one "
        "has scale 1");
  const auto files = list_images(data.get(), true);
  check(!files.empty(), ErrorKind::kData, data.get(), ": holds no pictures");

  std::printf("space=Y and RGB  crop=%d  range=255  scale=%d\n", scale, scale);
  std::printf("%-24s %-10s %8s %8s %8s %8s %10s\n", "picture", "method", "psnr_y", "ssim_y",
              "psnr_rgb", "ssim_rgb", "mse_rgb");
  std::vector<Row> rows, means;
  const auto add = [&](const std::string& file, const std::string& method, const Quality& quality) {
    rows.push_back({file_name(file), method, quality});
    for (auto& mean : means)
      if (mean.method == method) return mean.quality.add(quality);
    means.push_back({"mean", method, quality});
  };
  for (const auto& file : files) {
    const SuperResolutionCase one = make_case(file, scale);
    add(file, "network", measure(run_on_picture(*loaded.network, one.low, where), one.high, scale));
    print(rows.back());
    for (const char* filter : {"nearest", "bilinear", "bicubic", "lanczos"})
      add(file, filter,
          measure(resize(one.low, one.high.size, filter_from_name(filter)), one.high, scale));
  }
  for (auto& mean : means) {
    mean.quality.divide(static_cast<double>(files.size()));
    print(mean);
  }
  rows.insert(rows.end(), means.begin(), means.end());
  if (!json.get().empty()) write_text_file(json.get(), to_json(rows, scale));
  return 0;
}

}  // namespace gan::training
