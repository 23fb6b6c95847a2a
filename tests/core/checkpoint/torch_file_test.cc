// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/torch_file.h"

#include <gtest/gtest.h>

#include "core/checkpoint/pickle.h"
#include "core/checkpoint/zip.h"
#include "core/error.h"
#include "tests/core/checkpoint/torch_bytes.h"

namespace gan {
namespace {

using namespace test;

std::string message(const std::string& bytes) {
  try {
    open_tensor_file(wrap_memory("test", std::as_bytes(std::span(bytes))));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kWrongType);
    return error.what();
  }
  return "";
}

void expect_two_by_three(const std::string& bytes, const std::string& container) {
  const TensorFile file = open_tensor_file(wrap_memory("test", std::as_bytes(std::span(bytes))));
  EXPECT_EQ(file.container, container);
  ASSERT_EQ(file.tensors.size(), 1u);
  EXPECT_EQ(file.tensors[0].name, "weight");
  EXPECT_EQ(file.tensors[0].shape, (std::vector<int64_t>{2, 3}));
  std::vector<float> values(6);
  file.read(file.tensors[0], std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values, (std::vector<float>{0, 1, 2, 3, 4, 5}));
}

TEST(TorchFile, ReadsTheZipContainer) {
  expect_two_by_three(torch_zip(state_pickle()), "PyTorch zip");
}

TEST(TorchFile, ReadsTheLegacyContainer) {
  expect_two_by_three(torch_legacy(state_pickle()), "PyTorch legacy pickle");
}

TEST(TorchFile, NamesTensorsByTheKeysOnTheWay) {
  const std::string bytes = torch_zip(state_pickle("params_ema", "module.weight"));
  const TensorFile file = open_tensor_file(wrap_memory("test", std::as_bytes(std::span(bytes))));
  EXPECT_EQ(file.tensors.at(0).name, "params_ema.module.weight");
  EXPECT_EQ(file.outline, "the keys params_ema");
  const TensorFile part = under(file, "params_ema.module.");
  EXPECT_EQ(part.unwrapped, "params_ema.module");
  EXPECT_EQ(part.tensors.at(0).name, "weight");
  EXPECT_NE(part.find("weight"), nullptr);
}

TEST(TorchFile, RefusesCodeByName) {
  for (const std::string& bytes : {torch_zip(evil_pickle()), torch_legacy(evil_pickle())}) {
    const std::string text = message(bytes);
    EXPECT_NE(text.find("os.system"), std::string::npos) << text;
    EXPECT_NE(text.find("nothing of it was run"), std::string::npos) << text;
  }
}

TEST(TorchFile, RefusesEveryTruncation) {
  for (const std::string& whole : {torch_zip(state_pickle()), torch_legacy(state_pickle())})
    for (size_t length = 0; length < whole.size(); ++length)
      EXPECT_NE(message(whole.substr(0, length)), "") << length;
}

TEST(TorchFile, SurvivesEveryFlippedByte) {
  for (const std::string& whole : {torch_zip(state_pickle()), torch_legacy(state_pickle())})
    for (size_t i = 0; i < whole.size(); ++i)
      for (const int flip : {0x01, 0x80, 0xff}) {
        std::string bytes = whole;
        bytes[i] = static_cast<char>(bytes[i] ^ flip);
        try {
          const TensorFile file =
              open_tensor_file(wrap_memory("test", std::as_bytes(std::span(bytes))));
          for (const auto& entry : file.tensors) {
            std::vector<std::byte> to(static_cast<size_t>(entry.extent()) * item_size(entry.dtype));
            file.read(entry, to);
          }
        } catch (const Error&) {
        }
      }
}

TEST(TorchFile, RefusesTensorsLargerThanTheirStorage) {
  for (const auto& [shape, strides, offset] : {std::tuple(std::pair(3, 3), std::pair(3, 1), 0),
                                               {std::pair(2, 3), std::pair(4, 1), 0},
                                               {std::pair(2, 3), std::pair(3, 1), 1},
                                               {std::pair(1000000, 1000000), std::pair(0, 0), 0}})
    EXPECT_NE(message(torch_zip(state_pickle("", "weight", shape, strides, offset))), "");
}

TEST(TorchFile, TellsTorchScriptFromCheckpoints) {
  const std::string text = message(zip({{"archive/data.pkl", "."}, {"archive/code/x.py", "x"}}));
  EXPECT_NE(text.find("allow-torchscript"), std::string::npos) << text;
}

TEST(Pickle, RefusesAMillionObjects) {
  EXPECT_THROW(read_pickle(std::string(1000000, 'N') + ".", "test"), Error);
}

// A few bytes that ask for a copy of much, again and again.
TEST(Pickle, CopiesAreBounded) {
  const auto repeated = [](const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  const std::string list = "]q\1(" + repeated("K\1K\1\x86", 1000) + "e";
  const std::string dicts = list + repeated("ccollections\nOrderedDict\nh\1\x85R", 10000) + ".";
  EXPECT_THROW(read_pickle(dicts, "test"), Error);
  const std::string storage = "(" + pickle_text("storage") + "ctorch\nFloatStorage\n";
  const std::string named =
      storage + pickle_text(std::string(1000, 'k')) + pickle_text("cpu") + pickle_int(6) + "tQ.";
  EXPECT_THROW(read_pickle(named, "test"), Error);
  const std::string shape = "](" + repeated("K\1", 9) + "e";
  const std::string tensor = "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + pickle_text("0") +
                             pickle_text("cpu") + pickle_int(6) + "tQ" + "K" +
                             std::string(1, '\0') + shape + shape + "tR.";
  EXPECT_THROW(read_pickle(tensor, "test"), Error);
  EXPECT_THROW(read_pickle("N" + std::string(1000000, '\x94') + ".", "test"), Error);
}

TEST(Pickle, DeepNestingIsHarmless) {
  std::string deep(200000, ']');
  deep += std::string(199999, 'a') + ".";
  EXPECT_EQ(read_pickle(deep, "test").values.size(), 200000u);
}

TEST(Zip, RefusesAnArchiveWithoutEnd) {
  const std::string bytes = "PK\x03\x04" + std::string(100, 'x');
  EXPECT_NE(message(bytes).find("its end is missing"), std::string::npos);
}

}  // namespace
}  // namespace gan
