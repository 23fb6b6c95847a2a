// SPDX-License-Identifier: LGPL-2.1-or-later
// gan-train show and convert on files of every kind, and what loading a large one costs.
#include <algorithm>
#include <cmath>

#include "core/checkpoint/floats.h"
#include "core/checkpoint/safetensors.h"
#include "tests/core/checkpoint/torch_bytes.h"
#include "tests/golden/golden.h"
#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

std::vector<NamedShape> rrdbnet(int features, int growth, int blocks) {
  std::vector<NamedShape> tensors;
  const auto conv = [&](const std::string& name, int in, int out) {
    tensors.push_back({name + ".weight", {out, in, 3, 3}});
    tensors.push_back({name + ".bias", {out}});
  };
  conv("conv_first", 3, features);
  for (int block = 0; block < blocks; ++block)
    for (int dense = 1; dense <= 3; ++dense)
      for (int i = 0; i < 5; ++i)
        conv(concat("body.", block, ".rdb", dense, ".conv", i + 1), features + i * growth,
             i < 4 ? growth : features);
  for (const char* name : {"conv_body", "conv_up1", "conv_up2", "conv_hr"})
    conv(name, features, features);
  conv("conv_last", features, 3);
  return tensors;
}

class CheckpointCommands : public testing::Test {
 protected:
  Finished run(std::vector<std::string> arguments) {
    return gan_train(scratch_, std::move(arguments));
  }
  std::string rrdbnet_file(const std::string& name, int blocks) {
    scratch_.write(name, torch_zip_of(rrdbnet(8, 4, blocks)));
    return scratch_.file(name);
  }
  Scratch scratch_;
};

TEST_F(CheckpointCommands, ConvertWritesWhatShowRecognises) {
  const auto shown = run({"show", rrdbnet_file("x4.pth", 2)});
  EXPECT_EQ(shown.status, 0);
  EXPECT_NE(shown.output.find("PyTorch zip, under params"), std::string::npos);
  EXPECT_NE(shown.output.find("blocks = 2"), std::string::npos);
  const auto converted = run({"convert", scratch_.file("x4.pth"), scratch_.file("x4.safetensors")});
  EXPECT_EQ(converted.status, 0) << converted.output;
  const auto again = run({"show", scratch_.file("x4.safetensors")});
  EXPECT_NE(again.output.find("gan.converted = x4.pth"), std::string::npos) << again.output;
  expect_equal_weights(scratch_.file("x4.safetensors"), scratch_.file("x4.pth"), "params.");
}

TEST_F(CheckpointCommands, ConvertTakesNotesThatShowTells) {
  const std::string from = rrdbnet_file("x4.pth", 1), noted = scratch_.file("noted.safetensors"),
                    plain = scratch_.file("plain.safetensors");
  ASSERT_EQ(run({"convert", from, noted, "--note", "licence=CC0-1.0", "--note",
                 "provenance=made up = for a test"})
                .status,
            0);
  const std::string shown = run({"show", noted}).output;
  EXPECT_NE(shown.find("gan.licence = CC0-1.0"), std::string::npos) << shown;
  EXPECT_NE(shown.find("gan.provenance = made up = for a test"), std::string::npos) << shown;
  ASSERT_EQ(run({"convert", noted, plain, "--note", "provenance="}).status, 0);
  const std::string after = run({"show", plain}).output;
  EXPECT_NE(after.find("gan.licence = CC0-1.0"), std::string::npos) << after;
  EXPECT_EQ(after.find("provenance"), std::string::npos) << after;
  const Finished refused = run({"convert", from, plain, "--note", "author=me"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.output.find("must be command, data"), std::string::npos) << refused.output;
  EXPECT_EQ(run({"convert", from, plain, "--note", "licence"}).status, 2);
}

TEST_F(CheckpointCommands, ConvertToFp16HalvesTheFileAndRounds) {
  const std::string from = rrdbnet_file("x4.pth", 1), half = scratch_.file("half"),
                    whole = scratch_.file("whole");
  ASSERT_EQ(run({"convert", from, half, "--dtype", "fp16"}).status, 0);
  ASSERT_EQ(run({"convert", half, whole}).status, 0);
  EXPECT_LT(std::filesystem::file_size(half), 0.6 * std::filesystem::file_size(whole));
  const TensorFile before = open_tensor_file(from), halves = open_tensor_file(half),
                   after = open_tensor_file(whole);
  for (const auto& entry : after.tensors) {
    const auto exact = read_floats(before, *before.find("params." + entry.name)),
               rounded = read_floats(after, entry);
    EXPECT_EQ(halves.find(entry.name)->dtype, Dtype::kF16) << entry.name;
    for (size_t i = 0; i < exact.size(); ++i)
      EXPECT_NEAR(rounded[i], exact[i], std::abs(exact[i]) / 2048 + 3e-8) << entry.name;
  }
}

TEST_F(CheckpointCommands, ShowTellsWhatANetworkIsAndCosts) {
  const TensorFile pth = open_tensor_file(rrdbnet_file("x4.pth", 1));
  std::vector<std::vector<std::byte>> values;
  std::vector<TensorToWrite> tensors;
  for (const auto& entry : pth.tensors) {
    values.emplace_back(static_cast<size_t>(entry.extent()) * item_size(entry.dtype));
    pth.read(entry, values.back());
    tensors.push_back({entry.name, entry.dtype, entry.shape, values.back()});
  }
  const std::string file = scratch_.file("x4.safetensors"), converted = scratch_.file("converted");
  write_safetensors(file, tensors, {{"license", "CC-BY-4.0"}});
  const std::string shown = run({"show", file}).output;
  for (const char* part :
       {"network      rrdbnet: ", "  option     blocks = 1", "parameters   ", "scale        4\n",
        "channels     3 in, 3 out\n", "reach        ", " GMAC a frame of 640x360\n",
        " frames of 640x360 a second on this CPU, by conv in f", "licence      CC-BY-4.0\n"})
    EXPECT_NE(shown.find(part), std::string::npos) << part << "\n" << shown;
  ASSERT_EQ(run({"convert", file, converted}).status, 0);
  EXPECT_NE(run({"show", converted}).output.find("licence      CC-BY-4.0\n"), std::string::npos);
}

TEST_F(CheckpointCommands, ConvertMixesTwoNetworks) {
  rrdbnet_file("a.pth", 1);
  auto shapes = rrdbnet(8, 4, 1);
  const TensorFile a = open_tensor_file(scratch_.file("a.pth"));
  // b has the same tensors in another order, so other values.
  std::ranges::reverse(shapes);
  scratch_.write("b.pth", torch_zip_of(shapes));
  const TensorFile b = open_tensor_file(scratch_.file("b.pth"));
  ASSERT_EQ(run({"convert", scratch_.file("a.pth"), scratch_.file("c"), "--with",
                 scratch_.file("b.pth"), "--alpha", "0.25"})
                .status,
            0);
  const TensorFile c = open_tensor_file(scratch_.file("c"));
  const auto first = [](const TensorFile& file) {
    std::vector<float> values(8);
    const TensorEntry* const bias = file.find("conv_body.bias");
    file.read(bias ? *bias : *file.find("params.conv_body.bias"),
              std::as_writable_bytes(std::span(values)));
    return values;
  };
  for (size_t i = 0; i < 8; ++i)
    EXPECT_FLOAT_EQ(first(c)[i], 0.75f * first(a)[i] + 0.25f * first(b)[i]);
}

TEST_F(CheckpointCommands, ConvertRefusesWhatCannotBe) {
  const std::string a = rrdbnet_file("a.pth", 1), b = rrdbnet_file("b.pth", 2);
  const auto refused = [&](std::vector<std::string> arguments, const char* why) {
    const Finished done = run(std::move(arguments));
    EXPECT_NE(done.status, 0);
    EXPECT_NE(done.output.find(why), std::string::npos) << done.output;
    EXPECT_FALSE(std::filesystem::exists(scratch_.file("out")));
  };
  refused({"convert", a}, "two files");
  refused({"convert", a, a}, "another file");
  refused({"convert", a, scratch_.file("out.pth")}, ".safetensors, .onnx or .param");
  refused({"convert", a, scratch_.file("out"), "--with", b}, "same architecture");
  refused({"convert", a, scratch_.file("out"), "--alpha", "0.5"}, "wants --with");
  refused({"convert", a, scratch_.file("out"), "--with", b, "--alpha", "1.5"}, "0 to 1");
  refused({"convert", a, scratch_.file("out"), "--set", "features=16"}, "leave the weights");
  refused({"convert", a, scratch_.file("out"), "--set", "faetures=8"}, "did you mean");
  refused({"convert", a, scratch_.file("out"), "--dtype", "fp8"}, "must be fp32 or fp16");
  refused({"convert", a, scratch_.file("out.onnx"), "--dtype", "fp16"}, "belongs to .safetensors");
  refused({"convert", scratch_.file("none"), scratch_.file("out")}, "no such file");
  scratch_.write("b.onnx", std::string("\x08\x08\x12\x07pytorch", 11));
  refused({"convert", scratch_.file("b.onnx"), scratch_.file("out")}, "ONNX");
}

TEST_F(CheckpointCommands, DegradeDamagesEveryPictureTheSameWayEachTime) {
  make_pictures(scratch_.file("in"), 2, {128, 96});
  make_pictures(scratch_.file("in/more"), 1, {128, 96});
  for (const char* way : {"bicubic", "realesrgan", "crapify", "phone"}) {
    for (const char* out : {"a", "b"})
      ASSERT_EQ(run({"degrade", "--way", way, "--scale", "2", scratch_.file("in"),
                     scratch_.file(std::string(way) + out)})
                    .status,
                0);
    for (const char* name : {"0.png", "1.png", "more/0.png"}) {
      const Picture a = read_image(scratch_.file(std::string(way) + "a/" + name)),
                    b = read_image(scratch_.file(std::string(way) + "b/" + name));
      EXPECT_EQ(a.size, (Size{64, 48})) << way;
      EXPECT_EQ(a.values, b.values) << way;
    }
  }
  EXPECT_EQ(run({"degrade", "--way", "burn", scratch_.file("in"), scratch_.file("out")}).status, 2);
  EXPECT_EQ(run({"degrade", "--way", "phone", scratch_.file("none"), scratch_.file("out")}).status,
            3);
}

TEST_F(CheckpointCommands, DegradeWritesNoTwoPicturesToOneFile) {
  make_pictures(scratch_.file("in"), 1);
  std::filesystem::copy_file(scratch_.file("in/0.png"), scratch_.file("in/0.jpg"));
  const Finished done =
      run({"degrade", "--way", "phone", scratch_.file("in"), scratch_.file("out")});
  EXPECT_EQ(done.status, 3);
  for (const char* part : {"in/0.png", "in/0.jpg", "rename one"})
    EXPECT_NE(done.output.find(part), std::string::npos) << done.output;
  EXPECT_FALSE(std::filesystem::exists(scratch_.file("out")));
}

TEST_F(CheckpointCommands, SampleRefusesWhatDrawsNothing) {
  EXPECT_EQ(run({"sample", "x2", "--out", scratch_.file("out.png")}).status, 1);
  EXPECT_EQ(run({"sample", "x2"}).status, 2);
}

TEST_F(CheckpointCommands, GoldenEveryOfficialFileIsReadOrRefusedClearly) {
  GAN_NEEDS("GAN_DATA");
  int read = 0, refused = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data("weights"))) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || name.ends_with(".txt")) continue;
    const Finished done = run({"show", entry.path()});
    (done.status == 0 ? read : refused) += 1;
    if (done.status != 0) {
      EXPECT_NE(done.output.find(name + ": "), std::string::npos) << done.output;
    }
    std::printf("golden  %-58s  %s\n", name.c_str(), done.status == 0 ? "read" : "refused");
  }
  EXPECT_GT(read, 0);
}

// A checkpoint of 67 MB (RRDBNet with 23 blocks) takes at most 2.2 times its size above what the
// process needs anyway.
TEST_F(CheckpointCommands, LoadingTakesLittleMoreThanTheWeights) {
  scratch_.write("large.pth", torch_zip_of(rrdbnet(64, 32, 23)));
  const auto size = static_cast<double>(std::filesystem::file_size(scratch_.file("large.pth")));
  EXPECT_GT(size, 66e6);
  GanTrain baseline({"convert", "x2", scratch_.file("x2")}, scratch_.file("log"));
  ASSERT_EQ(baseline.wait(), 0);
  GanTrain large({"convert", scratch_.file("large.pth"), scratch_.file("large")},
                 scratch_.file("log"));
  ASSERT_EQ(large.wait(), 0);
  const double ratio = static_cast<double>(large.peak_bytes() - baseline.peak_bytes()) / size;
  std::printf("loading %.0f MB took %.2f times its size\n", size / 1e6, ratio);
  EXPECT_LT(ratio, 2.2);
}

}  // namespace
}  // namespace gan::test
