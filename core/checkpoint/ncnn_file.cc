// SPDX-License-Identifier: LGPL-2.1-or-later
// Layout: ncnn's wiki, "param and model file structure" and "operation param weight table".
#include "core/checkpoint/ncnn_file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

#include "core/error.h"

namespace gan {
namespace {

constexpr uint64_t kMaxParam = 8 << 20;
constexpr std::string_view kMagic = "7767517";

struct Layer {
  std::string type;
  std::map<int, int64_t> numbers;
  int64_t number(int key, int64_t otherwise = 0) const {
    const auto found = numbers.find(key);
    return found == numbers.end() ? otherwise : found->second;
  }
};

// "Type name inputs outputs [names] key=value ..."
Layer parse_layer(const std::string& line, const std::string& file) {
  std::istringstream words(line);
  Layer layer;
  std::string name;
  int64_t inputs = 0, outputs = 0;
  words >> layer.type >> name >> inputs >> outputs;
  check(words && inputs >= 0 && outputs >= 0 && inputs + outputs <= 10000, ErrorKind::kWrongType,
        file, ": a layer that is none: ", line.substr(0, 100));
  for (int64_t i = 0; i < inputs + outputs; ++i) words >> name;
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    int key = 0;
    int64_t value = 0;
    if (equals == std::string::npos) continue;
    std::from_chars(word.data(), word.data() + equals, key);
    const char* const end = word.data() + word.size();
    if (std::from_chars(word.data() + equals + 1, end, value).ptr == end)
      layer.numbers[key] = value;
  }
  return layer;
}

class Reader {
 public:
  // bin: the name of the weights' file, which lies in file.source from byte `begin` on.
  Reader(TensorFile& file, std::string bin, uint64_t begin)
      : file_(file), param_(file.source->name()), bin_(std::move(bin)), begin_(begin) {}

  void add(const Layer& layer) {
    if (layer.type == "Convolution" || layer.type == "ConvolutionDepthWise" ||
        layer.type == "Deconvolution") {
      add_convolution(layer);
    } else if (layer.type == "PReLU") {
      add_floats("weight", {layer.number(0)});
      ++places_;
    } else {
      static constexpr std::string_view kWithout[] = {
          "Input",   "Split",   "BinaryOp", "Interp",  "PixelShuffle", "Concat",  "ReLU",
          "Sigmoid", "Swish",   "Crop",     "Padding", "Pooling",      "Eltwise", "UnaryOp",
          "Clip",    "Dropout", "Slice",    "Noop",    "Reshape",      "Permute", "Reduction"};
      check(std::ranges::find(kWithout, layer.type) != std::end(kWithout), ErrorKind::kWrongType,
            param_, ": layers of the type ", layer.type.substr(0, 50), " are not known here");
      ++file_.operators[layer.type];
    }
  }

  void finish() {
    const uint64_t bytes = file_.source->size() - begin_;
    check(at_ == bytes, ErrorKind::kWrongType, param_, ": its layers take ", at_, " bytes of ",
          bin_, ", which has ", bytes);
    for (const auto& [type, count] : file_.operators)
      file_.outline += concat(file_.outline.empty() ? "" : ", ", count, " ", type);
    file_.index();
  }

 private:
  void add_convolution(const Layer& layer) {
    const int64_t out = layer.number(0), width = layer.number(1), height = layer.number(11, width),
                  count = layer.number(6), group = layer.number(7, 1);
    check(out > 0 && width > 0 && height > 0 && group > 0 && width < 1000 && height < 1000 &&
              out < 1000000 && count > 0 && count % (out * width * height) == 0,
          ErrorKind::kWrongType, param_, ": a convolution of impossible size");
    check(layer.number(8) == 0, ErrorKind::kWrongType, param_,
          ": its weights are quantised to 8 bits, which cannot be used");
    uint32_t flag = 0;
    file_.source->read(begin_ + at_, std::as_writable_bytes(std::span(&flag, 1)));
    at_ += sizeof flag;
    const bool half = flag == 0x01306B47;
    check(half || flag == 0, ErrorKind::kWrongType, param_,
          ": its weights are quantised, which cannot be used");
    add_tensor("weight", {out, count / (out * width * height), height, width},
               half ? Dtype::kF16 : Dtype::kF32);
    at_ = (at_ + 3) / 4 * 4;
    if (layer.number(5)) add_floats("bias", {out});
    ++places_;
  }
  void add_floats(const char* part, std::vector<int64_t> shape) {
    add_tensor(part, std::move(shape), Dtype::kF32);
  }
  void add_tensor(const char* part, std::vector<int64_t> shape, Dtype dtype) {
    TensorEntry entry{concat("layer.", places_, ".", part), dtype, shape, contiguous_strides(shape),
                      begin_ + at_};
    check_entry(entry, *file_.source);
    at_ += static_cast<uint64_t>(entry.numel()) * item_size(dtype);
    file_.tensors.push_back(std::move(entry));
  }

  TensorFile& file_;
  const std::string &param_, bin_;
  const uint64_t begin_;
  uint64_t at_ = 0;  // in the weights' file
  int places_ = 0;
};

std::string bin_of(const std::string& param) {
  namespace fs = std::filesystem;
  const fs::path path(param);
  const fs::path own = fs::path(path).replace_extension(".bin");
  std::error_code ignored;
  if (fs::exists(own, ignored)) return own;
  const std::string stem = path.stem();
  std::string longest;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".bin" && stem.starts_with(entry.path().stem().string()) &&
        entry.path().stem().string().size() > longest.size())
      longest = entry.path().stem();
  check(!longest.empty(), ErrorKind::kNotFound, param, ": its weights, ", own.string(),
        ", are not beside it");
  return folder / (longest + ".bin");
}

}  // namespace

bool is_ncnn_param(const ByteSource& source) {
  return source.size() >= 8 && source.read_text(0, 7) == kMagic;
}

TensorFile read_ncnn(const std::string& param) {
  return read_ncnn(open_file(param), open_file(bin_of(param)));
}

TensorFile read_ncnn(const std::shared_ptr<const ByteSource>& text,
                     const std::shared_ptr<const ByteSource>& weights) {
  const std::string& param = text->name();
  check(text->size() <= kMaxParam, ErrorKind::kWrongType, param, ": layers of over 8 MiB");
  TensorFile file;
  file.source = join_sources({text, weights});  // under the name that the user gave
  file.container = "ncnn network";
  Reader reader(file, weights->name(), text->size());
  std::istringstream lines(text->read_text(0, text->size()));
  std::string line;
  std::getline(lines, line);  // the magic number
  std::getline(lines, line);  // how many layers and blobs
  while (std::getline(lines, line))
    if (line.find_first_not_of(" \t\r") != std::string::npos) reader.add(parse_layer(line, param));
  reader.finish();
  return file;
}

}  // namespace gan
