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

// A part of a file, its sides cut to a size.
struct Cut {
  std::string path;
  ReaderOptions reading;
  Size size;
  std::string filter() const { return concat("crop=", size.width, ":", size.height, ":0:0"); }
};

// Shrinks and enlarges again.
struct WayBack {
  WayBack(const std::string& shrinking, const EnlargerOptions& options)
      : shrink(shrinking), enlarger(options) {}
  FrameFilter shrink;
  Enlarger enlarger;
};

std::function<Clip()> opening(const Cut& cut) {
  return [cut] {
    Clip clip(cut.path, cut.reading);
    const auto filter = std::make_shared<FrameFilter>(cut.filter());
    clip.pass_through([filter](UniqueFrame frame) { return filter->run(std::move(frame)); });
    return clip;
  };
}

std::function<Clip()> shrunk_and_enlarged(const Cut& cut, int scale,
                                          const EnlargerOptions& options) {
  return [=] {
    Clip clip(cut.path, cut.reading);
    const auto way = std::make_shared<WayBack>(
        concat(cut.filter(), ",scale=", cut.size.width / scale, ":", cut.size.height / scale,
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
  const Cut cut{original,
                options.reading,
                {shape.width / multiple * multiple, shape.height / multiple * multiple}};
  check(cut.size.area() > 0, ErrorKind::kSettings, original, ": is ", shape.width, "x",
        shape.height, ", which is too small to be shrunk");
  std::vector<Comparison> all;
  const auto add = [&](const std::string& name, int scale, const EnlargerOptions& enlarging) {
    all.push_back({original, name, opening(cut), shrunk_and_enlarged(cut, scale, enlarging), {}});
  };
  for (const auto& [scale, model] : scales)
    add(scales.size() == 1 ? "bicubic" : concat("bicubic x", scale), scale,
        {model, {"strength=0"}, options.say});
  for (size_t i = 0; i < models.size(); ++i)
    add(name_of_model(models[i]), of_model[i], {models[i], {}, options.say});
  return all;
}

}  // namespace gan
