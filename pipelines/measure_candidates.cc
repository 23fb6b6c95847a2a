// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/measure_candidates.h"

#include <map>
#include <memory>
#include <numeric>

#include "core/error.h"
#include "core/frame.h"
#include "pipelines/enlarger.h"

namespace gan {
namespace {

// Shrinks and enlarges again.
struct WayBack {
  WayBack(const std::string& shrinking, const EnlargerOptions& options)
      : shrink(shrinking), enlarger(options) {}
  FrameFilter shrink;
  Enlarger enlarger;
};

std::function<Clip()> cut(const std::string& path, const ReaderOptions& reading, Size size) {
  return [=] {
    Clip clip(path, reading);
    const auto filter =
        std::make_shared<FrameFilter>(concat("crop=", size.width, ":", size.height, ":0:0"));
    clip.pass_through([filter](UniqueFrame frame) { return filter->run(std::move(frame)); });
    return clip;
  };
}

std::function<Clip()> shrunk_and_enlarged(const std::function<Clip()>& cut, Size size, int scale,
                                          const EnlargerOptions& options) {
  return [=] {
    Clip clip = cut();
    const auto way = std::make_shared<WayBack>(
        concat("scale=", size.width / scale, ":", size.height / scale,
               ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"),
        options);
    clip.pass_through(
        [way](UniqueFrame frame) { return way->enlarger.run(way->shrink.run(std::move(frame))); });
    return clip;
  };
}

}  // namespace

std::vector<Comparison> files_against(const std::vector<std::string>& files,
                                      const CandidateOptions& options) {
  const std::string original = files[0];
  ReaderOptions like = options.reading;
  like.like = shape_of(original, options.reading);
  like.like.stretch = true;
  std::vector<Comparison> all;
  for (size_t i = 1; i < files.size(); ++i) {
    const std::string path = files[i];
    const FilterTarget own = shape_of(path, options.reading);
    check(options.fit || (own.width == like.like.width && own.height == like.like.height),
          ErrorKind::kSettings, path, " is ", own.width, "x", own.height, ", ", original, " is ",
          like.like.width, "x", like.like.height,
          ": only what has one size can be measured; --fit resamples the former plainly");
    all.push_back({original,
                   path,
                   [=, reading = options.reading] { return Clip(original, reading); },
                   [=] { return Clip(path, like); },
                   {}});
  }
  return all;
}

std::vector<Comparison> networks_against(const std::string& original,
                                         std::vector<std::string> models,
                                         const CandidateOptions& options) {
  if (models.empty()) models.emplace_back();
  const FilterTarget shape = shape_of(original, options.reading);
  std::map<int, std::string> scales;  // and the first model of each
  std::vector<int> of_model;
  int multiple = 2;
  for (const std::string& model : models) {
    const int scale = scale_of({model, {}, options.say});
    check(scale > 1, ErrorKind::kSettings, name_of_model(model),
          ": does not enlarge, so nothing can be shrunk for it; measure the files that it makes");
    of_model.push_back(scale);
    scales.emplace(scale, model);
    multiple = std::lcm(multiple, 2 * scale);
  }
  const Size size{shape.width / multiple * multiple, shape.height / multiple * multiple};
  check(size.area() > 0, ErrorKind::kSettings, original, ": is ", shape.width, "x", shape.height,
        ", which is too small to be shrunk");
  const auto whole = cut(original, options.reading, size);
  std::vector<Comparison> all;
  for (const auto& [scale, model] : scales)
    all.push_back({original,
                   scales.size() == 1 ? "bicubic" : concat("bicubic x", scale),
                   whole,
                   shrunk_and_enlarged(whole, size, scale, {model, {"strength=0"}, options.say}),
                   {}});
  for (size_t i = 0; i < models.size(); ++i)
    all.push_back({original,
                   name_of_model(models[i]),
                   whole,
                   shrunk_and_enlarged(whole, size, of_model[i], {models[i], {}, options.say}),
                   {}});
  return all;
}

}  // namespace gan
