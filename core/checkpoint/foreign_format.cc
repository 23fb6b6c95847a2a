// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/foreign_format.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace gan {
namespace {

using namespace std::string_view_literals;

struct Format {
  std::string_view magic, what;
};
constexpr auto kFormats = std::to_array<Format>({
    {"version https://git-lfs"sv,
     "a Git LFS pointer, not the file it stands for: get that with git lfs pull, or download it"},
    {"\x1f\x8b"sv, "compressed by gzip: unpack it first"},
    {"\xfd"
     "7zXZ"sv,
     "compressed by xz: unpack it first"},
    {"\x28\xb5\x2f\xfd"sv, "compressed by zstd: unpack it first"},
    {"BZh"sv, "compressed by bzip2: unpack it first"},
    {"7z\xbc\xaf"sv, "a 7-Zip archive: unpack it first"},
    {"Rar!"sv, "a RAR archive: unpack it first"},
    {"ftrt"sv, "an engine of TensorRT, made for one GPU; the ONNX model it was made of is wanted"},
    {"GGUF"sv, "a GGUF file, which holds language models"},
    {"\x47\x6b\x30\x01"sv, "the weights of an ncnn network: name its .param"},
    {"\x89HDF\r\n"sv,
     "an HDF5 file such as Keras writes; its weights must be exported to safetensors"},
    {"\x93NUMPY"sv, "a NumPy array; save the network's state_dict as safetensors"},
    {"\x89PNG"sv, "a picture"},
    {"\xff\xd8\xff"sv, "a picture"},
    {"RIFF"sv, "a picture, sound or video"},
    {"%PDF"sv, "a PDF document"},
    {"\x7f"
     "ELF"sv,
     "a program"},
    {"\x80"sv,
     "a Python pickle that torch.save did not write; save the network's state_dict with torch.save "
     "or as safetensors"},
});

}  // namespace

std::string foreign_format(const ByteSource& source) {
  const std::string head = source.read_text(0, std::min<uint64_t>(source.size(), 512));
  for (const auto& [magic, what] : kFormats)
    if (head.starts_with(magic)) return " (" + std::string(what) + ")";
  if (head.size() > 262 && head.substr(257, 5) == "ustar")
    return " (a tar archive, as PyTorch before 0.1.10 wrote too: unpack it, or load and save it "
           "with a current PyTorch)";
  if (head.size() > 8 && head.substr(4, 4) == "TFL3")
    return " (a TensorFlow Lite network; its weights are wanted as safetensors, PyTorch or ONNX)";
  std::string text;
  for (const char c : head)
    if (!std::isspace(static_cast<unsigned char>(c)))
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (text.starts_with("<?xml") && text.find("<netname=") != std::string::npos)
    return " (a network of OpenVINO; its weights are wanted as safetensors, PyTorch or ONNX)";
  if (text.starts_with("<!doctypehtml") || text.starts_with("<html") || text.starts_with("<?xml"))
    return " (a web page: the download gave the page about the file instead of the file)";
  if (text.starts_with('{') && text.find("\"weight_map\"") != std::string::npos)
    return " (the index of a safetensors file in several pieces; it must keep its name, which ends "
           "in .safetensors.index.json, and lie beside them)";
  if (text.starts_with('{')) return " (JSON, perhaps a configuration that belongs to the weights)";
  return "";
}

}  // namespace gan
