// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/json.h"
#include "core/resize.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/machine/device.h"
#include "models/machine/host_allocator.h"
#include "models/picture_tensor.h"
#include "models/table.h"
#include "training/commands/commands.h"
#include "training/commands/eval_generator.h"
#include "training/datasets/scan.h"
#include "training/datasets/super_resolution.h"
#include "training/datasets/two_domains.h"
#include "training/degradations/ways.h"
#include "training/judges/restoration.h"
#include "training/losses/lpips.h"
#include "training/losses/perceptual.h"

namespace gan::training {
namespace {

// A learned distance of two pictures, beside the measures that are always there.
struct Distance {
  std::string name;
  std::function<torch::Tensor(const torch::Tensor& a, const torch::Tensor& b)> measure;
};

struct Row {
  std::string picture, method;
  Quality quality;
  std::vector<double> distances;  // as many as were asked for
};

// The means of a method's rows. Equal pictures have an infinite PSNR, which its means leave out.
Row mean_of(const std::vector<Row>& rows, const std::string& method) {
  Row mean{"mean", method, {}, std::vector<double>(rows.empty() ? 0 : rows[0].distances.size())};
  double count = 0, y = 0, rgb = 0, y_count = 0, rgb_count = 0;
  const auto add = [](double value, double& sum, double& terms) {
    if (!std::isfinite(value)) return;
    sum += value;
    ++terms;
  };
  for (const Row& row : rows) {
    if (row.method != method) continue;
    mean.quality.add(row.quality);
    add(row.quality.psnr_y_db, y, y_count);
    add(row.quality.psnr_rgb_db, rgb, rgb_count);
    for (size_t i = 0; i < row.distances.size(); ++i) mean.distances[i] += row.distances[i];
    ++count;
  }
  mean.quality.divide(count);
  for (double& distance : mean.distances) distance /= count;
  if (y_count > 0) mean.quality.psnr_y_db = y / y_count;
  if (rgb_count > 0) mean.quality.psnr_rgb_db = rgb / rgb_count;
  const auto told = [&](const char* name, double finite) {
    if (finite > 0 && finite < count)
      std::printf("note: the mean %s of %s leaves out %g of %g pictures that equal the truth\n",
                  name, method.c_str(), count - finite, count);
  };
  told("psnr_y", y_count);
  told("psnr_rgb", rgb_count);
  return mean;
}

// A network with a code as one without: the code is 0, as enhancegan's is that has no seeds.
class WithCodeZero : public Network {
 public:
  explicit WithCodeZero(std::shared_ptr<Network> network) : network_(std::move(network)) {}
  NetworkTraits traits() const override { return network_->traits(); }
  torch::Tensor run(const NetworkInput& input) override {
    NetworkInput with = input;
    if (const int length = traits().latent; length > 0)
      with.latent = torch::zeros({input.image.size(0), length}, input.image.options());
    return network_->run(with);
  }

 private:
  std::shared_ptr<Network> network_;
};

double distance(const Distance& distance, const Picture& a, const Picture& b) {
  torch::NoGradGuard no_grad;
  const auto tensor = [](Picture picture) {
    round_to_8bit(picture);
    return tensor_from_picture(picture);
  };
  return distance.measure(tensor(a), tensor(b)).item<double>();
}

void print(const Row& row) {
  const Quality& q = row.quality;
  std::printf("%-24s %-10s %8.3f %8.4f %8.3f %8.4f %10.3f %10.4f %8.4f", row.picture.c_str(),
              row.method.c_str(), q.psnr_y_db, q.ssim_y, q.psnr_rgb_db, q.ssim_rgb, q.mse_rgb,
              q.gradient_y, q.hfen_rgb);
  for (const double distance : row.distances) std::printf(" %9.4f", distance);
  std::printf("\n");
}

std::string to_json(const std::vector<Row>& rows, const std::vector<Distance>& distances,
                    int scale) {
  std::string json = concat("{\"convention\": \"space=Y and RGB crop=", scale,
                            " range=255, pictures rounded to 8 bits\", \"rows\": [");
  for (size_t i = 0; i < rows.size(); ++i) {
    const Quality& q = rows[i].quality;
    json += concat(
        i ? ",\n  " : "\n  ", "{\"picture\": ", json_quote(rows[i].picture),
        ", \"method\": ", json_quote(rows[i].method), ", \"psnr_y\": ", json_number(q.psnr_y_db),
        ", \"ssim_y\": ", json_number(q.ssim_y), ", \"psnr_rgb\": ", json_number(q.psnr_rgb_db),
        ", \"ssim_rgb\": ", json_number(q.ssim_rgb), ", \"mse_rgb\": ", json_number(q.mse_rgb),
        ", \"gradient_y\": ", json_number(q.gradient_y),
        ", \"hfen_rgb\": ", json_number(q.hfen_rgb));
    for (size_t d = 0; d < distances.size(); ++d)
      json += concat(", \"", distances[d].name, "\": ", json_number(rows[i].distances[d]));
    json += "}";
  }
  return json + "\n]}\n";
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Pictures to measure on; each is read when its turn comes.
struct Cases {
  std::vector<std::string> names;
  std::function<RestorationCase(size_t)> make;
};

Cases damaged_pictures(const std::string& folder, const std::string& way_name, int scale) {
  const auto files = list_images(folder, true);
  check(!files.empty(), ErrorKind::kData, folder, ": holds no pictures");
  const DegradationWay& way = find_way(way_name);
  return {files, [=, &way](size_t i) {
            const Picture picture = read_image(files[i]);
            if (std::min(picture.size.width, picture.size.height) < scale)
              return RestorationCase{{}, picture};
            RestorationCase one{{}, crop_to_multiple(picture, scale)};
            if (way_name == "bicubic") {
              one.damaged = shrink_for_training(one.truth, scale);
              return one;
            }
            Random random(0, i, 0);  // as gan-train degrade damages it
            one.damaged = degrade(way, one.truth, scale, random);
            return one;
          }};
}

Cases pairs_of(const std::string& folder, bool backwards) {
  TwoDomains found = find_domains(folder, /*paired=*/true);
  if (!found.note.empty()) std::printf("%s\n", found.note.c_str());
  found.swap = backwards;
  return {found.a, [found](size_t i) { return whole_pair(found, i); }};
}

}  // namespace

int command_eval(int argc, char** argv) {
  StringOption data, json, device, way, vgg, lpips_file, perceptual, grid;
  gint threads = 0, pictures = 1000;
  gboolean backwards = false;
  const GOptionEntry entries[] = {
      {"data", 0, 0, G_OPTION_ARG_FILENAME, &data, "folder of good pictures, or of pairs", "DIR"},
      {"way", 0, 0, G_OPTION_ARG_STRING, &way,
       "how good pictures are damaged: one of degrade --help", "WAY"},
      {"backwards", 0, 0, G_OPTION_ARG_NONE, &backwards, "from B to A of the pairs", nullptr},
      {"json", 0, 0, G_OPTION_ARG_FILENAME, &json, "write the figures as JSON too", "FILE"},
      {"vgg", 0, 0, G_OPTION_ARG_FILENAME, &vgg, "torchvision's VGG16, for LPIPS", "FILE"},
      {"lpips", 0, 0, G_OPTION_ARG_FILENAME, &lpips_file, "LPIPS' vgg.pth, with --vgg", "FILE"},
      {"perceptual", 0, 0, G_OPTION_ARG_STRING, &perceptual,
       "mobilenet: also the distance of the built-in features, 0 for equal pictures", "F"},
      {"pictures", 0, 0, G_OPTION_ARG_INT, &pictures, "that a generator draws (default 1000)", "N"},
      {"grid", 0, 0, G_OPTION_ARG_FILENAME, &grid,
       "of a generator: draw pictures beside the nearest of the data", "PNG"},
      {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, cpu, cuda, cuda:N", "D"},
      {"threads", 0, 0, G_OPTION_ARG_INT, &threads, "0: all", "N"},
      {}};
  const auto words = parse_arguments(
      argc, argv, "CHECKPOINT",
      "Networks that enlarge: every picture is cropped to a multiple of the scale, shrunk by the\n"
      "antialiased bicubic, or damaged by --way, rounded to 8 bits, enlarged by the network and "
      "by\n"
      "plain filters, rounded and compared. Networks of scale 1: the folder holds pairs (A/ B/,\n"
      "A|B side by side, DPED), or good pictures that --way damages. Generators of codes: how far\n"
      "their pictures are from the folder's as a whole (the sliced Wasserstein distance), and "
      "from\n"
      "the nearest, which tells whether they are copies. CHECKPOINT is a path or the name of a\n"
      "built-in model.",
      entries);
  check(words.size() == 1 && !data.get().empty(), ErrorKind::kSettings,
        "eval wants a checkpoint and --data DIR; see gan-train eval --help");
  check(perceptual.get().empty() || perceptual.get() == "mobilenet", ErrorKind::kSettings,
        "--perceptual must be mobilenet, got ", perceptual.get());
  check(lpips_file.get().empty() == vgg.get().empty() && vgg.get() != "none", ErrorKind::kSettings,
        "LPIPS wants both --lpips FILE and --vgg FILE; the other metrics want neither");
  install_host_allocator();
  set_threads_of_this_thread(threads);
  const torch::Device where = device_from_name(device.get("auto"));
  const LoadedNetwork loaded = load_network(open_model(words[0]));
  loaded.network->to(where);
  const Task task = find_network(loaded.name).task;
  if (task == Task::kLatent || task == Task::kLatentLabel) {
    check(pictures >= 4 && pictures <= 100000, ErrorKind::kSettings,
          "--pictures must be 4 to 100000, got ", pictures);
    evaluate_generator(*loaded.network, {data.get(), grid.get(), json.get(), pictures}, where);
    return 0;
  }
  check(grid.get().empty(), ErrorKind::kSettings, "--grid wants a generator of codes, ",
        loaded.name, " is none");
  const int scale = loaded.network->traits().scale;
  const Cases cases = scale == 1 && way.get().empty()
                          ? pairs_of(data.get(), backwards)
                          : damaged_pictures(data.get(), way.get("bicubic"), scale);
  check(scale > 1 || way.get("pairs") != "bicubic", ErrorKind::kSettings,
        "--way bicubic changes nothing at scale 1, which this network has");
  std::vector<Distance> distances;
  if (!lpips_file.get().empty())
    distances.push_back(
        {"lpips", losses::Lpips(losses::feature_network("16", {.vgg = vgg.get()}, torch::kCPU),
                                lpips_file.get())});
  if (!perceptual.get().empty())
    distances.push_back({"mobilenet", losses::mobilenet_distance(losses::feature_network(
                                          "", {.perceptual = perceptual.get()}, torch::kCPU))});

  std::printf("space=Y and RGB  crop=%d  range=255  scale=%d\n", scale, scale);
  std::printf("%-24s %-10s %8s %8s %8s %8s %10s %10s %8s", "picture", "method", "psnr_y", "ssim_y",
              "psnr_rgb", "ssim_rgb", "mse_rgb", "gradient_y", "hfen_rgb");
  for (const auto& distance : distances) std::printf(" %9s", distance.name.c_str());
  std::printf("\n");
  std::vector<Row> rows;
  std::vector<std::string> methods, too_small;
  const auto add = [&](const std::string& name, const std::string& method, const Picture& result,
                       const Picture& truth) {
    Row row{name, method, measure(result, truth, scale), {}};
    row.quality.hfen_rgb = hfen(result, truth, scale);
    for (const auto& one : distances) row.distances.push_back(distance(one, result, truth));
    rows.push_back(row);
    if (std::ranges::find(methods, method) == methods.end()) methods.push_back(method);
  };
  const int least =
      std::max(least_measured_side(scale), lpips_file.get().empty() ? 1 : 16);  // 16: VGG's pooling
  WithCodeZero network(loaded.network);
  for (size_t i = 0; i < cases.names.size(); ++i) {
    const RestorationCase one = cases.make(i);
    const std::string name = file_name(cases.names[i]);
    if (const Size size = one.truth.size; std::min(size.width, size.height) < least) {
      too_small.push_back(concat(name, " (", size.width, "x", size.height, ")"));
      continue;
    }
    add(name, "network", run_on_picture(network, one.damaged, where), one.truth);
    print(rows.back());
    if (scale == 1) add(name, "input", one.damaged, one.truth);
    if (scale > 1)
      for (const char* filter : {"nearest", "bilinear", "bicubic", "lanczos"})
        add(name, filter, resize(one.damaged, one.truth.size, filter_from_name(filter)), one.truth);
  }
  check(!rows.empty(), ErrorKind::kData, data.get(), ": no picture has the ", least, "x", least,
        " that measuring needs:", first_named(too_small));
  if (!too_small.empty())
    std::printf(
        "note: left out %zu of %zu pictures, smaller than the %dx%d that measuring needs:%s\n",
        too_small.size(), cases.names.size(), least, least, first_named(too_small).c_str());
  std::vector<Row> means;
  for (const auto& method : methods) means.push_back(mean_of(rows, method));
  for (const auto& mean : means) print(mean);
  rows.insert(rows.end(), means.begin(), means.end());
  if (!json.get().empty()) write_text_file(json.get(), to_json(rows, distances, scale));
  return 0;
}

}  // namespace gan::training
