// SPDX-License-Identifier: LGPL-2.1-or-later
// One small network in all the wrappings that training code puts around weights.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/error.h"
#include "models/generators/compact.h"
#include "tests/core/checkpoint/onnx_bytes.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/golden/golden.h"
#include "tests/models/wrappings.h"

namespace gan {
namespace {

using test::Container;
using test::PickleWriter;
using test::Sample;
using test::StoredTensor;
using test::written;

LoadedNetwork load(const std::string& bytes) {
  return load_network(open_tensor_file(wrap_memory("test.pth", std::as_bytes(std::span(bytes)))));
}

std::string refusal(const std::string& bytes) {
  try {
    load(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kWrongType);
    return error.what();
  }
  return "it was loaded";
}

TEST(WrappedCheckpoint, EveryWrappingLoads) {
  const Sample sample;
  const auto all = test::wrappings();
  EXPECT_GE(all.size(), 200u);
  for (const auto& wrapping : all) {
    SCOPED_TRACE(concat(wrapping.wrapper, " | ", wrapping.prefix, " | ", wrapping.beside, " | ",
                        safetensors_name(wrapping.dtype), " | protocol ", wrapping.protocol,
                        " | container ", static_cast<int>(wrapping.container)));
    try {
      const LoadedNetwork loaded = load(written(sample, wrapping));
      EXPECT_TRUE(sample.is_in(loaded));
      if (!wrapping.wrapper.empty()) {
        EXPECT_NE(loaded.origin.find(wrapping.wrapper.substr(wrapping.wrapper.rfind('/') + 1)),
                  std::string::npos)
            << loaded.origin;
      }
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

TEST(WrappedCheckpoint, PrefixesLoadFromSafetensorsToo) {
  const Sample sample;
  const test::Scratch scratch;
  for (const char* prefix : {"", "module.", "model.net_g._orig_mod."}) {
    const auto tensors = sample.tensors(Dtype::kF16, prefix);
    std::vector<TensorToWrite> writes;
    for (const auto& tensor : tensors)
      writes.push_back(
          {tensor.name, tensor.dtype, tensor.shape, std::as_bytes(std::span(tensor.bytes))});
    write_safetensors(scratch.file("a"), writes, {});
    EXPECT_TRUE(sample.is_in(load_network(open_tensor_file(scratch.file("a"))))) << prefix;
    // The same in two pieces and their index.
    const size_t half = writes.size() / 2;
    std::string map;
    for (size_t i = 0; i < writes.size(); ++i)
      map += concat(i ? "," : "", "\"", writes[i].name, "\":\"", i < half ? "1" : "2", "\"");
    write_safetensors(scratch.file("1"), {writes.begin(), writes.begin() + static_cast<long>(half)},
                      {});
    write_safetensors(scratch.file("2"), {writes.begin() + static_cast<long>(half), writes.end()},
                      {});
    const std::string index = scratch.file("m.safetensors.index.json");
    std::ofstream(index) << "{\"weight_map\":{" << map << "}}";
    EXPECT_TRUE(sample.is_in(load_network(open_tensor_file(index)))) << prefix;
  }
}

std::string two(const std::vector<StoredTensor>& first, const std::vector<StoredTensor>& second,
                const std::string& first_name = "params",
                const std::string& second_name = "params_ema") {
  PickleWriter writer(2);
  writer.dict().text(first_name);
  test::write_dict(writer, first);
  writer.item().text(second_name);
  test::write_dict(writer, second);
  writer.item();
  return writer.file(Container::kZip);
}

TEST(WrappedCheckpoint, AveragedWeightsComeFirstUnlessIncompleteOrNotFinite) {
  const Sample plain(1), average(2);
  const auto good = average.tensors(Dtype::kF32);
  const LoadedNetwork loaded = load(two(plain.tensors(Dtype::kF32), good));
  EXPECT_TRUE(average.is_in(loaded));
  EXPECT_NE(loaded.origin.find("passed over: params"), std::string::npos) << loaded.origin;
  EXPECT_TRUE(average.is_in(load(two(good, plain.tensors(Dtype::kF32), "g_ema", "g"))));
  auto incomplete = good;
  incomplete.pop_back();
  EXPECT_TRUE(plain.is_in(load(two(plain.tensors(Dtype::kF32), incomplete))));
  auto endless = good;
  const float nan = NAN;
  std::memcpy(endless[0].bytes.data(), &nan, sizeof nan);
  const LoadedNetwork finite = load(two(plain.tensors(Dtype::kF32), endless));
  EXPECT_TRUE(plain.is_in(finite));
  EXPECT_NE(finite.origin.find("not finite"), std::string::npos) << finite.origin;
}

TEST(WrappedCheckpoint, RefusalsSayWhatIsWrong) {
  const Sample sample;
  const auto expect = [](const std::string& text, const std::vector<std::string>& words) {
    for (const auto& word : words)
      EXPECT_NE(text.find(word), std::string::npos) << text << "\n" << word;
  };
  auto tensors = sample.tensors(Dtype::kF32);
  tensors.pop_back();
  tensors.push_back({"body.9.gamma", {4}, Dtype::kF32, std::string(16, '\0')});
  PickleWriter lacking(2);
  test::write_dict(lacking, tensors);
  expect(refusal(lacking.file(Container::kZip)),
         {"lacks tensors of SRVGGNetCompact", "body.4.bias", "do not belong", "body.9.gamma"});
  expect(refusal(written(sample, {.wrapper = "params", .dtype = Dtype::kI8})), {"I8", "quantised"});
  PickleWriter hostile(2);
  hostile.dict().text("params");
  test::write_dict(hostile, sample.tensors(Dtype::kF32));
  hostile.item().text("x").global("os", "system").mark().text("true").tuple().call().item();
  expect(refusal(hostile.file(Container::kZip)), {"os.system", "nothing of it was run"});
  PickleWriter object(2);
  object.object("networks", "Generator").dict().text("lr").real(1).item().build();
  expect(refusal(object.file(Container::kZip)), {"holds no tensors", "networks.Generator"});
  PickleWriter unknown(4);
  unknown.dict().text("epoch").integer(3).item().text("state_dict").dict();
  for (const char* name : {"conv_first.weight", "conv_body.weight", "body.0.rdb1.conv1.weight"})
    unknown.text(name).tensor({"", {2, 2, 1, 1}, Dtype::kF32, std::string(16, '\0')}).item();
  unknown.item();
  expect(refusal(unknown.file(Container::kZip)),
         {"not known here", "epoch, state_dict", "3 tensors", "RRDBNet",
          "state_dict.conv_last.weight"});
  expect(refusal(test::zip({{"models/4x.pth", "x"}})), {"unpack it", "models/4x.pth"});
}

TEST(WrappedCheckpoint, FilesOfOtherKindsAreNamed) {
  const std::string filler(300, ' ');
  for (const auto& [bytes, word] :
       {std::pair<std::string, std::string>{
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            "Git LFS pointer"},
        {"\n<!DOCTYPE html><html>" + filler, "web page"},
        {"\x1f\x8b\x08" + filler, "gzip"},
        {"Rar!\x1a\x07" + filler, "RAR"},
        {"ftrt" + filler, "TensorRT"},
        {std::string("\x1c\0\0\0TFL3", 8) + filler, "TensorFlow Lite"},
        {"<?xml version=\"1.0\"?>\n<net name=\"a\" version=\"11\">" + filler, "OpenVINO"},
        {"{\"weight_map\": {}}" + filler, "index of a safetensors"},
        {std::string(257, 'x') + "ustar" + filler, "tar archive"},
        {"\x89HDF\r\n\x1a\n" + filler, "HDF5"}})
    EXPECT_NE(refusal(bytes).find(word), std::string::npos) << refusal(bytes);
}

// The graph of a compact network: with PyTorch's names, or named as exporters please.
std::string graph(const Sample& sample, bool named, const std::vector<test::OnnxNode>& more = {}) {
  std::vector<StoredTensor> tensors = sample.tensors(Dtype::kF32);
  std::vector<test::OnnxNode> nodes;
  for (int i = 0; i < 5; ++i) nodes.push_back({i % 2 ? "PRelu" : "Conv", {"x"}});
  for (auto& tensor : tensors) {
    const int layer = tensor.name[5] - '0';
    if (layer % 2) tensor.shape = {tensor.shape[0], 1, 1};
    if (!named) tensor.name = concat("tensor_", tensor.name[5], tensor.name[7]);
    nodes[static_cast<size_t>(layer)].inputs.push_back(tensor.name);
  }
  for (const char* type : {"DepthToSpace", "Resize", "Add"}) nodes.push_back({type, {"x"}});
  tensors.push_back({"scales", {4}, Dtype::kF32, std::string(16, '\0')});
  nodes.insert(nodes.end(), more.begin(), more.end());
  return test::onnx_of(tensors, nodes);
}

TEST(WrappedCheckpoint, WeightsOfOnnxLoadByNameAndByPlace) {
  const Sample sample;
  for (const bool named : {true, false}) EXPECT_TRUE(sample.is_in(load(graph(sample, named))));
  // One resize after the network is left out; more are another network.
  const LoadedNetwork resized = load(graph(sample, false, {{"Resize", {"x"}}}));
  EXPECT_TRUE(sample.is_in(resized));
  EXPECT_NE(resized.origin.find("without the resize"), std::string::npos) << resized.origin;
  const std::string text = refusal(graph(sample, false, {{"Resize", {"x"}}, {"Resize", {"x"}}}));
  EXPECT_NE(text.find("not known here"), std::string::npos) << text;
  EXPECT_NE(text.find("3 Resize"), std::string::npos) << text;
}

// A colour picture's channels side by side: the network works at half or a quarter of its side.
TEST(WrappedCheckpoint, ACompactNetworkOfAnUnshuffledPictureIsKnownByItsShapes) {
  const test::Scratch scratch;
  for (const int unshuffle : {2, 4}) {
    CompactOptions options;
    options.features = 5, options.convs = 1, options.scale = unshuffle - 1;
    options.unshuffle = unshuffle;
    CompactNet network(options);
    TensorWriter writer;
    for (const auto& [name, tensor] : state_dict(network)) writer.add(name, tensor);
    writer.write(scratch.file("foreign"), {});
    const auto loaded = load_network(open_tensor_file(scratch.file("foreign")));
    EXPECT_EQ(options_to_json(*options_of(loaded)), options_to_json(options));
  }
}

// ReLU and leaky ReLU leave no weights, but a graph has them.
TEST(WrappedCheckpoint, ActivationsOfOnnxAreThoseOfItsGraph) {
  const Sample sample;
  std::vector<StoredTensor> tensors = sample.tensors(Dtype::kF32);
  std::erase_if(tensors, [](const StoredTensor& tensor) {
    return tensor.shape.size() == 1 && tensor.name.ends_with("weight");
  });
  for (const auto& [type, activation] : {std::pair{"LeakyRelu", "leakyrelu"}, {"Relu", "relu"}}) {
    const LoadedNetwork loaded = load(test::onnx_of(tensors, {{type, {"x"}}, {"Add", {"x"}}}));
    EXPECT_EQ(loaded.options.at("activation"), activation);
    EXPECT_TRUE(loaded.assumed.empty());
  }
}

TEST(WrappedCheckpointGolden, WeightsOfNcnnAreThoseOfPyTorch) {
  GAN_NEEDS("GAN_DATA");
  const auto folder = test::data("weights/ncnn/realesr-animevideov3");
  const LoadedNetwork ncnn = load_network(open_tensor_file(folder + "-x4.param"));
  const LoadedNetwork torch =
      load_network(open_tensor_file(test::data("weights/realesr-animevideov3.pth")));
  EXPECT_EQ(ncnn.options, torch.options);
  const auto ours = state_dict(*ncnn.network), theirs = state_dict(*torch.network);
  ASSERT_EQ(ours.size(), theirs.size());
  // Kept there in halves, which are cut, and those below the smallest normal one are 0.
  const double smallest = std::ldexp(1, -14);
  for (size_t i = 0; i < ours.size(); ++i)
    EXPECT_TRUE(torch::allclose(ours[i].second, theirs[i].second, 1e-3, smallest)) << ours[i].first;
  // The graphs for less resize what the same network makes.
  for (const char* file : {"-x2.param", "-x3.param"}) {
    const LoadedNetwork same = load_network(open_tensor_file(folder + file));
    EXPECT_EQ(same.options, torch.options);
    EXPECT_NE(same.origin.find("without the resize at its end"), std::string::npos) << same.origin;
    EXPECT_TRUE(torch::equal(state_dict(*same.network)[0].second, ours[0].second));
  }
}

}  // namespace
}  // namespace gan
