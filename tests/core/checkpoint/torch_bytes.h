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

// os.system("touch /tmp/owned")
inline std::string evil_pickle() {
  return "\x80\x02"
         "cos\nsystem\n" +
         pickle_text("touch /tmp/owned") + "\x85R.";
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

inline std::string torch_legacy(const std::string& pickle) {
  const std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  const std::string protocol = "\x80\x02M" + raw(uint16_t{1001}) + ".";
  const std::string system = "\x80\x02}" + pickle_text("little_endian") + "\x88s.";
  const std::string keys = "\x80\x02]" + pickle_text("0") + "a.";
  return magic + protocol + system + pickle + keys + raw(int64_t{6}) + floats(6);
}

}  // namespace gan::test
