// SPDX-License-Identifier: LGPL-2.1-or-later
// Where checkpoint bytes come from: a file read piece by piece, or memory. Every read is checked
// against the size, so a parser cannot run past the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gan {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  const std::string& name() const { return name_; }
  uint64_t size() const { return size_; }

  // Fills `to` with the bytes from `offset` on. Throws Error(kWrongType) when they are not all
  // inside the source, Error(kUnreadable) when the system cannot read them. Any thread.
  void read(uint64_t offset, std::span<std::byte> to) const;

  // The same as text; for headers and pickles, whose size the caller has limited.
  std::string read_text(uint64_t offset, uint64_t count) const;

 protected:
  ByteSource(std::string name, uint64_t size) : name_(std::move(name)), size_(size) {}

 private:
  virtual void read_checked(uint64_t offset, std::span<std::byte> to) const = 0;
  std::string name_;
  uint64_t size_;
};

// Throws Error(kNotFound, kUnreadable), or kWrongType for a folder or an empty file.
std::shared_ptr<const ByteSource> open_file(const std::string& path);

// Borrows `bytes`: they must outlive the source.
std::shared_ptr<const ByteSource> wrap_memory(std::string name, std::span<const std::byte> bytes);
// Keeps `bytes`.
std::shared_ptr<const ByteSource> keep_memory(std::string name, std::vector<std::byte> bytes);

// The parts one after another, under the name of the first; at least one.
std::shared_ptr<const ByteSource> join_sources(
    std::vector<std::shared_ptr<const ByteSource>> parts);

}  // namespace gan
