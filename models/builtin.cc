// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/builtin.h"

#include <gio/gio.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "core/error.h"

extern "C" GResource* gan_builtin_get_resource(void);

namespace gan {

const std::vector<BuiltinModel>& builtin_models() {
  static const std::vector<BuiltinModel> models = {
      {kDefaultEnhancer, "x2.safetensors", "enhancegan",
       "2x super-resolution of photographs and video (enhancegan's default)"},
      {kDefaultGenerator, "emoji.safetensors", "latentwalk",
       "64x64 emoji that never were (latentwalk's default)"},
      {"fashion", "fashion.safetensors", "latentwalk",
       "28x28 pictures of clothes, shoes and bags by class"},
      {"mobilenet", "mobilenet.safetensors", "", "features for perceptual losses (gan-train)"},
  };
  return models;
}

namespace {

std::span<const std::byte> resource(std::string_view name) {
  GBytes* const bytes =
      g_resource_lookup_data(gan_builtin_get_resource(), concat("/gan/", name).c_str(),
                             G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr);
  check(bytes, ErrorKind::kFailed, "the built-in file ", name, " is missing from this build");
  gsize size = 0;
  const void* const data = g_bytes_get_data(bytes, &size);  // static memory of the library
  g_bytes_unref(bytes);
  return {static_cast<const std::byte*>(data), size};
}

}  // namespace

Picture builtin_photograph() {
  constexpr std::string_view kHeader = "P6 256 256 255 ";  // with line ends for blanks
  Picture photograph({256, 256}, 3);
  const auto samples = resource("osprey.ppm").subspan(kHeader.size());
  check(samples.size() == photograph.values.size(), ErrorKind::kFailed,
        "the built-in photograph is not 256x256");
  std::ranges::transform(samples, photograph.values.begin(), [](std::byte sample) {
    return static_cast<float>(std::to_integer<int>(sample)) / 255;
  });
  return photograph;
}

TensorFile open_model(const std::string& name_or_path, std::string_view element) {
  std::string name = name_or_path.empty() ? kDefaultEnhancer : name_or_path;
  const bool must_be_builtin = name.starts_with("builtin:");
  if (must_be_builtin) name.erase(0, 8);
  std::string known;
  for (const auto& model : builtin_models()) {
    if (element.empty() || model.element == element)
      known += (known.empty() ? "" : ", ") + std::string(model.name);
    if (model.name != name) continue;
    return open_tensor_file(wrap_memory(concat("builtin:", name), resource(model.resource)));
  }
  check(!must_be_builtin, ErrorKind::kNotFound, "no built-in model \"", name, "\"; there is ",
        known);
  std::error_code ignored;
  check(std::filesystem::exists(name, ignored), ErrorKind::kNotFound, name,
        ": no such file, nor a built-in model (", known, ")");
  return open_tensor_file(name);
}

}  // namespace gan
