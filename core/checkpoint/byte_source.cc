// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace gan {
namespace {

class FileSource : public ByteSource {
 public:
  FileSource(const std::string& path, int fd, uint64_t size) : ByteSource(path, size), fd_(fd) {}
  ~FileSource() override { close(fd_); }

 private:
  void read_checked(uint64_t offset, std::span<std::byte> to) const override {
    while (!to.empty()) {
      const ssize_t got = pread(fd_, to.data(), to.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      check(got >= 0, ErrorKind::kUnreadable, name(), ": cannot be read: ", std::strerror(errno));
      check(got > 0, ErrorKind::kWrongType, name(), ": became shorter while it was read");
      to = to.subspan(static_cast<size_t>(got));
      offset += static_cast<uint64_t>(got);
    }
  }
  int fd_;
};

class MemorySource : public ByteSource {
 public:
  MemorySource(std::string name, std::span<const std::byte> bytes)
      : ByteSource(std::move(name), bytes.size()), bytes_(bytes) {}

 private:
  void read_checked(uint64_t offset, std::span<std::byte> to) const override {
    if (!to.empty()) std::memcpy(to.data(), bytes_.data() + offset, to.size());
  }
  std::span<const std::byte> bytes_;
};

class KeptMemory : private std::vector<std::byte>, public MemorySource {
 public:
  KeptMemory(std::string name, std::vector<std::byte> bytes)
      : std::vector<std::byte>(std::move(bytes)),
        MemorySource(std::move(name), std::span(data(), std::vector<std::byte>::size())) {}
};

class JoinedSource : public ByteSource {
 public:
  JoinedSource(std::vector<std::shared_ptr<const ByteSource>> parts, uint64_t size)
      : ByteSource(parts.front()->name(), size), parts_(std::move(parts)) {}

 private:
  void read_checked(uint64_t offset, std::span<std::byte> to) const override {
    for (const auto& part : parts_) {
      if (to.empty()) return;
      if (offset < part->size()) {
        const auto count = std::min<uint64_t>(to.size(), part->size() - offset);
        part->read(offset, to.first(count));
        to = to.subspan(count);
        offset = 0;
      } else {
        offset -= part->size();
      }
    }
  }
  std::vector<std::shared_ptr<const ByteSource>> parts_;
};

}  // namespace

void ByteSource::read(uint64_t offset, std::span<std::byte> to) const {
  check(offset <= size_ && to.size() <= size_ - offset, ErrorKind::kWrongType, name_,
        ": damaged or cut short: wants ", to.size(), " bytes at ", offset, ", has ", size_,
        " in all");
  read_checked(offset, to);
}

std::string ByteSource::read_text(uint64_t offset, uint64_t count) const {
  check(count <= size_, ErrorKind::kWrongType, name_, ": damaged or cut short: wants ", count,
        " bytes at ", offset, ", has ", size_, " in all");
  std::string text(count, '\0');
  read(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

std::shared_ptr<const ByteSource> open_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  check(fd >= 0,
        errno == ENOENT || errno == ENOTDIR ? ErrorKind::kNotFound : ErrorKind::kUnreadable, path,
        ": cannot be opened: ", std::strerror(errno));
  struct stat status {};
  const bool known = fstat(fd, &status) == 0;
  const bool regular = known && S_ISREG(status.st_mode);
  if (!regular || status.st_size == 0) {
    close(fd);
    check(known && !S_ISDIR(status.st_mode), ErrorKind::kWrongType, path,
          ": is a folder, not a file");
    check(regular, ErrorKind::kWrongType, path, ": is not a regular file");
    fail(ErrorKind::kWrongType, path, ": is empty (0 bytes)");
  }
  return std::make_shared<FileSource>(path, fd, static_cast<uint64_t>(status.st_size));
}

std::shared_ptr<const ByteSource> wrap_memory(std::string name, std::span<const std::byte> bytes) {
  return std::make_shared<MemorySource>(std::move(name), bytes);
}

std::shared_ptr<const ByteSource> keep_memory(std::string name, std::vector<std::byte> bytes) {
  return std::make_shared<KeptMemory>(std::move(name), std::move(bytes));
}

std::shared_ptr<const ByteSource> join_sources(
    std::vector<std::shared_ptr<const ByteSource>> parts) {
  uint64_t size = 0;
  for (const auto& part : parts) size += part->size();
  return std::make_shared<JoinedSource>(std::move(parts), size);
}

}  // namespace gan
