// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/safetensors.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "core/error.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan {
namespace {

using test::Scratch;

std::string with_header(const std::string& json, const std::string& data = "") {
  const uint64_t length = json.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + json + data;
}

ErrorKind refused(const std::string& bytes) {
  try {
    open_tensor_file(wrap_memory("test", std::as_bytes(std::span(bytes))));
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::kFailed;
}

TEST(Safetensors, ReadsWhatItWrites) {
  const Scratch scratch;
  const std::vector<float> a = {1, 2, 3, 4, 5, 6};
  const std::vector<int64_t> b = {7};
  const std::string path = scratch.file("x.safetensors");
  write_safetensors(path,
                    {{"a \"quoted\"", Dtype::kF32, {2, 3}, std::as_bytes(std::span(a))},
                     {"b", Dtype::kI64, {}, std::as_bytes(std::span(b))},
                     {"empty", Dtype::kF32, {0, 4}, {}}},
                    {{"key", "line\nbreak"}});
  const TensorFile file = open_tensor_file(path);
  EXPECT_EQ(file.container, "safetensors");
  EXPECT_EQ(file.metadata.at("key"), "line\nbreak");
  ASSERT_EQ(file.tensors.size(), 3u);
  const TensorEntry* entry = file.find("a \"quoted\"");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->shape, (std::vector<int64_t>{2, 3}));
  std::vector<float> back(6);
  file.read(*entry, std::as_writable_bytes(std::span(back)));
  EXPECT_EQ(back, a);
  EXPECT_EQ(file.find("empty")->numel(), 0);
}

TEST(Safetensors, RefusesDamagedHeaders) {
  const char* const bad[] = {
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",      // sizes disagree
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",     // negative
      "{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}",      // dtype
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[400,404]}}",  // past the end
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}",
      "{\"a\":[]}",
      "{\"__metadata__\":{\"x\":1}}",
      "{",
      "[]",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,1,1,1,1,1,1,1,1],\"data_offsets\":[0,0]}}"};
  for (const char* header : bad)
    EXPECT_EQ(refused(with_header(header, std::string(8, '\0'))), ErrorKind::kWrongType) << header;
}

// json-glib takes single quotes and comments, in which a quote would hide the brackets behind it.
TEST(Safetensors, RefusesDeepNestingHoweverItIsHidden) {
  const std::string deep(2000000, '[');
  for (const char* start : {"{\"a\":", "{\"__metadata__\":'\"',\"b\":", "{\"a\":/*\"*/",
                            "{\"a\"://\"\n", "{#\"\n\"a\":", "{\"a\\\"\":"})
    EXPECT_EQ(refused(with_header(start + deep)), ErrorKind::kWrongType) << start;
  std::string many = "{\"a\":[1";
  for (int i = 0; i < 2000001; ++i) many += ",1";
  EXPECT_EQ(refused(with_header(many + "]}")), ErrorKind::kWrongType);
}

TEST(Safetensors, RefusesTensorsThatShareBytes) {
  const std::string one = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
  EXPECT_EQ(refused(with_header("{\"a\":" + one + ",\"b\":" + one + "}", std::string(8, '\0'))),
            ErrorKind::kWrongType);
}

TEST(Safetensors, RefusesWhatIsCutShortOrRandom) {
  const std::string whole = with_header(
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", std::string(16, 'x'));
  for (size_t length = 1; length < whole.size(); ++length)
    EXPECT_EQ(refused(whole.substr(0, length)), ErrorKind::kWrongType) << length;
  EXPECT_EQ(refused(std::string(1000, '\xff')), ErrorKind::kWrongType);
}

TEST(Safetensors, MissingEmptyAndFolderAreToldApart) {
  const Scratch scratch;
  const auto kind = [](const std::string& path) {
    try {
      open_tensor_file(path);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::kFailed;
  };
  EXPECT_EQ(kind(scratch.file("none")), ErrorKind::kNotFound);
  scratch.write("empty", "");
  EXPECT_EQ(kind(scratch.file("empty")), ErrorKind::kWrongType);
  EXPECT_EQ(kind(scratch.path()), ErrorKind::kWrongType);
}

TEST(Safetensors, LeavesNoHalfWrittenFileBehind) {
  const Scratch scratch;
  const std::vector<float> a(1000);
  const std::vector<TensorToWrite> tensors = {
      {"a", Dtype::kF32, {1000}, std::as_bytes(std::span(a))}};
  EXPECT_THROW(write_safetensors(scratch.file("no/such/folder/x"), tensors, {}), Error);
  write_safetensors(scratch.file("x"), tensors, {});
  write_safetensors(scratch.file("x"), tensors, {{"second", "yes"}});
  EXPECT_EQ(open_tensor_file(scratch.file("x")).metadata.at("second"), "yes");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch.path()), {}), 1);
}

}  // namespace
}  // namespace gan
