// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes the seeds of tests/fuzz into the folder GAN_FUZZ_CORPUS, one below it for each reader, and
// checks that each seed of one file is one that its reader opens.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/checkpoint/onnx_writer.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/torch_file.h"
#include "tests/core/checkpoint/onnx_bytes.h"
#include "tests/core/checkpoint/pickle_writer.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan {
namespace {

using namespace test;

class Corpus {
 public:
  explicit Corpus(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }
  std::string next() { return folder_ + "/seed-" + std::to_string(count_++); }
  void add(const std::string& bytes) { std::ofstream(next(), std::ios::binary) << bytes; }
  int count() const { return count_; }

 private:
  std::string folder_;
  int count_ = 0;
};

std::vector<std::string> pickles() {
  return {state_pickle(),
          state_pickle("params_ema", "body.0.weight"),
          state_pickle("state_dict", "module.conv_first.weight"),
          state_pickle("", "weight", {3, 2}, {1, 3}),
          state_pickle("", "weight", {1, 1}, {1, 1}, 5),
          state_pickle("", "weight", {0, 3}, {3, 1})};
}

TEST(FuzzCorpus, EverySeedOpens) {
  const Scratch scratch;
  const char* const named = std::getenv("GAN_FUZZ_CORPUS");
  const std::string folder = named ? named : scratch.file("corpus");

  Corpus zip(folder + "/read_torch_zip"), legacy(folder + "/read_torch_legacy");
  for (const auto& pickle : pickles()) {
    zip.add(torch_zip(pickle));
    legacy.add(torch_legacy(pickle));
  }
  // Of every protocol, with what training code leaves beside weights.
  for (int protocol = 0; protocol <= 5; ++protocol) {
    PickleWriter writer(protocol);
    writer.dict().text("args").object("argparse", "Namespace").dict().text("lr").real(1).item();
    writer.build().item().text("state_dict").dict().text("body.0.weight");
    writer.tensor({"", {2, 3}, Dtype::kF32, floats(6)}).item().text("extra");
    writer.tensor({"", {4}, Dtype::kF8E4M3, "abcd"}).item().item();
    zip.add(writer.file(PickleWriter::Container::kZip));
    zip.add(writer.file(PickleWriter::Container::kDeflatedZip));
    legacy.add(writer.file(PickleWriter::Container::kLegacy));
  }
  Corpus onnx(folder + "/read_onnx");
  onnx.add(onnx_of({{"body.0.weight", {2, 3}, Dtype::kF32, floats(6)}}, {}));
  onnx.add(
      onnx_of({{"w", {2, 1, 1, 1}, Dtype::kF32, floats(2)}, {"b", {2}, Dtype::kF32, floats(2)}},
              {{"Conv", {"x", "w", "b"}}, {"Relu", {"y"}}}));
  const std::string four = floats(4);
  write_onnx(onnx.next(),
             {{{"input", {"1", "3", "height", "width"}}},
              {{"output", {"1", "3", "8", "8"}}},
              {{"Conv", {"input", "a.weight"}, {"y"}, {{"strides", std::vector<int64_t>{1, 1}}}},
               {"LeakyRelu", {"y"}, {"output"}, {{"alpha", 0.1F}}}},
              {{"a.weight", Dtype::kF32, {2, 2, 1, 1}, std::as_bytes(std::span(four))}},
              {{"gan.format", "1"}, {"gan.network", "compact"}, {"gan.options", "{\"scale\": 2}"}},
              "a network"});
  Corpus pair(folder + "/read_pair");
  const std::string lines =
      "7767517\n4 4\nInput in 0 1 x\nConvolution c 1 1 x y 0=2 1=1 5=1 6=2\nPReLU p 1 1 y z 0=2\n"
      "BinaryOp a 2 1 z z w 0=0\n";
  pair.add(lines + std::string(5, '\0') + floats(6));
  pair.add(lines + std::string("\0\x47\x6b\x30\x01", 5) + std::string(4, 'h') + floats(4));
  Corpus shards(folder + "/read_shards");
  shards.add(R"({"metadata": {"total_size": 8}, "weight_map": {"a": "1", "b": "2"}})");
  shards.add(R"({"weight_map": {"a": "1"}})");
  Corpus safetensors(folder + "/read_safetensors");
  const std::string values = floats(24);
  const auto bytes = std::as_bytes(std::span(values));
  write_safetensors(safetensors.next(), {{"weight", Dtype::kF32, {2, 3, 4}, bytes}}, {});
  write_safetensors(safetensors.next(),
                    {{"a", Dtype::kF16, {48}, bytes}, {"b", Dtype::kI64, {}, bytes.first(8)}},
                    {{"gan.format", "1"}, {"gan.network", "compact"}});
  write_safetensors(safetensors.next(), {{"empty", Dtype::kU8, {0, 7}, {}}}, {{"note", "\"\\\n"}});

  int opened = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || !entry.path().filename().string().starts_with("seed-"))
      continue;
    const std::string reader = entry.path().parent_path().filename();
    if (reader == "read_pair" || reader == "read_shards") continue;  // of two files and more
    EXPECT_NO_THROW(open_tensor_file(entry.path())) << entry.path();
    ++opened;
  }
  EXPECT_EQ(opened, zip.count() + legacy.count() + onnx.count() + safetensors.count());
}

}  // namespace
}  // namespace gan
