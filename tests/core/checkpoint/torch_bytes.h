// SPDX-License-Identifier: LGPL-2.1-or-later
// Small PyTorch files, made by hand: what torch.save writes for {"weight": [[0, 1, 2], [3, 4, 5]]}.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace gan::test {

template <class Number>
std::string raw(Number value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

inline std::string pickle_text(const std::string& text) {
  return "X" + raw(static_cast<uint32_t>(text.size())) + text;
}
inline std::string pickle_int(int32_t value) { return "J" + raw(value); }

// The program of a state_dict with one tensor; `wrapper` is a dict around it, if any.
inline std::string state_pickle(const std::string& wrapper = "", const std::string& key = "weight",
                                std::pair<int, int> shape = {2, 3},
                                std::pair<int, int> strides = {3, 1}, int offset = 0) {
  const auto pair = [](std::pair<int, int> p) {
    return pickle_int(p.first) + pickle_int(p.second) + "\x86";
  };
  const std::string storage = "(" + pickle_text("storage") + "ctorch\nFloatStorage\n" +
                              pickle_text("0") + pickle_text("cuda:0") + pickle_int(6) + "tQ";
  const std::string tensor = "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + pickle_int(offset) +
                             pair(shape) + pair(strides) + "\x89" +
                             "ccollections\nOrderedDict\n)R" + "tR";
  std::string dict = "ccollections\nOrderedDict\n)Rq\x01(" + pickle_text(key) + tensor + "u}" +
                     pickle_text("_metadata") + "ccollections\nOrderedDict\n)Rsb";
  if (!wrapper.empty()) dict = "}" + pickle_text(wrapper) + dict + "s";
  return "\x80\x02" + dict + ".";
}

// os.system("touch MARKER")
inline std::string evil_pickle(const std::string& marker = "/nowhere/marker") {
  return "\x80\x02"
         "cos\nsystem\n" +
         pickle_text("touch " + marker) + "\x85R.";
}

inline std::string floats(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += raw(static_cast<float>(i));
  return bytes;
}

// A zip archive of stored members.
inline std::string zip(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string body, directory;
  for (const auto& [name, content] : members) {
    const auto size = static_cast<uint32_t>(content.size());
    const std::string common = raw(uint16_t{0}) + raw(uint16_t{0}) + raw(uint16_t{0}) +
                               raw(uint16_t{0}) + raw(uint32_t{0}) + raw(size) + raw(size) +
                               raw(static_cast<uint16_t>(name.size())) + raw(uint16_t{0});
    directory += "PK\x01\x02" + raw(uint16_t{0}) + raw(uint16_t{0}) + common + raw(uint16_t{0}) +
                 raw(uint16_t{0}) + raw(uint16_t{0}) + raw(uint32_t{0}) +
                 raw(static_cast<uint32_t>(body.size())) + name;
    body += "PK\x03\x04" + raw(uint16_t{0}) + common + name + content;
  }
  const auto count = static_cast<uint16_t>(members.size());
  return body + directory + "PK\x05\x06" + raw(uint16_t{0}) + raw(uint16_t{0}) + raw(count) +
         raw(count) + raw(static_cast<uint32_t>(directory.size())) +
         raw(static_cast<uint32_t>(body.size())) + raw(uint16_t{0});
}

inline std::string torch_zip(const std::string& pickle) {
  return zip(
      {{"archive/data.pkl", pickle}, {"archive/data/0", floats(6)}, {"archive/version", "3\n"}});
}

// A zip checkpoint of many float tensors {"params": {name: tensor}}, each filled by its place.
struct NamedShape {
  std::string name;
  std::vector<int> shape;
};
inline std::string torch_zip_of(const std::vector<NamedShape>& tensors) {
  std::vector<std::pair<std::string, std::string>> members(1);
  std::string items;
  for (size_t i = 0; i < tensors.size(); ++i) {
    int count = 1;
    std::string shape = "(", strides = "(";
    for (const int side : tensors[i].shape) count *= side;
    for (int rest = count; const int side : tensors[i].shape) {
      shape += pickle_int(side);
      strides += pickle_int(rest /= side);
    }
    const std::string key = std::to_string(i);
    items += pickle_text(tensors[i].name) + "ctorch._utils\n_rebuild_tensor_v2\n((" +
             pickle_text("storage") + "ctorch\nFloatStorage\n" + pickle_text(key) +
             pickle_text("cpu") + pickle_int(count) + "tQ" + pickle_int(0) + shape + "t" + strides +
             "t\x89" + "ccollections\nOrderedDict\n)RtR";
    std::string values(static_cast<size_t>(count) * sizeof(float), '\0');
    for (int at = 0; at < count; ++at) {
      const float value = 0.01f * static_cast<float>((at + static_cast<int>(i)) % 7 - 3);
      std::memcpy(values.data() + static_cast<size_t>(at) * sizeof value, &value, sizeof value);
    }
    members.emplace_back("archive/data/" + key, std::move(values));
  }
  members[0] = {"archive/data.pkl", "\x80\x02}" + pickle_text("params") +
                                        "ccollections\nOrderedDict\n)R(" + items + "us."};
  return zip(members);
}

inline std::string torch_legacy(const std::string& pickle) {
  const std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  const std::string protocol = "\x80\x02M" + raw(uint16_t{1001}) + ".";
  const std::string system = "\x80\x02}" + pickle_text("little_endian") + "\x88s.";
  const std::string keys = "\x80\x02]" + pickle_text("0") + "a.";
  return magic + protocol + system + pickle + keys + raw(int64_t{6}) + floats(6);
}

}  // namespace gan::test
