// SPDX-License-Identifier: LGPL-2.1-or-later
// A file that appears whole or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gan {

// Writes to "<path>.<host>-<process>-<count>.tmp" in the same folder, which other machines may see
// too. commit() flushes to the disk and renames over `path`; without it the destructor removes the
// temporary file. Throws Error(kUnwritable) naming the path and the system's reason.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void commit();
  // The same where `path` is not there yet; else false, and it stays as it is.
  bool commit_new();

 private:
  void flush();
  void sync_folder() const;

  std::string path_;
  std::string temporary_;
  int fd_ = -1;
};

void write_text_file(const std::string& path, std::string_view text);
bool write_new_text_file(const std::string& path, std::string_view text);  // as commit_new()

}  // namespace gan
