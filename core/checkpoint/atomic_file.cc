// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace gan {
namespace {

[[noreturn]] void fail_errno(const std::string& path) {
  fail(ErrorKind::kUnwritable, path, ": cannot be written: ", std::strerror(errno));
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), temporary_(path_) {
  static std::atomic<int> count{0};
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  temporary_ += concat(".", host, "-", getpid(), "-", ++count, ".tmp");
  fd_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd_ < 0) {
    temporary_.clear();
    fail_errno(path_);
  }
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) close(fd_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd_, bytes.data(), std::min<size_t>(bytes.size(), 64 << 20));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail_errno(path_);
    bytes = bytes.subspan(static_cast<size_t>(done));
  }
}

void AtomicFile::flush() {
  if (fsync(fd_) != 0) fail_errno(path_);
  const int closed = close(fd_);
  fd_ = -1;
  if (closed != 0) fail_errno(path_);
}

// The new name must reach the disk too.
void AtomicFile::sync_folder() const {
  const size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  if (const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); fd >= 0) {
    fsync(fd);
    close(fd);
  }
}

void AtomicFile::commit() {
  flush();
  if (rename(temporary_.c_str(), path_.c_str()) != 0) fail_errno(path_);
  temporary_.clear();
  sync_folder();
}

bool AtomicFile::commit_new() {
  flush();
  // A rename would replace what is there.
  if (link(temporary_.c_str(), path_.c_str()) != 0) {
    if (errno == EEXIST) return false;
    const bool has_no_links = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS;
    if (!has_no_links || rename(temporary_.c_str(), path_.c_str()) != 0) fail_errno(path_);
    temporary_.clear();
  }
  sync_folder();
  return true;
}

void write_text_file(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

bool write_new_text_file(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(text)));
  return file.commit_new();
}

}  // namespace gan
