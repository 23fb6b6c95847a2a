// SPDX-License-Identifier: LGPL-2.1-or-later
// Encoded pictures on their way to the output: the packets of one encoder, with exact times. Read
// by the machine and FFmpeg that wrote them, and by no other.
#pragma once

#include <cstdio>
#include <string>

#include "core/checkpoint/atomic_file.h"
#include "pipelines/media/libav.h"

namespace gan {

using UniqueStdio = std::unique_ptr<FILE, Closes<std::fclose>>;

// Throws Error(kUnwritable).
class SegmentWriter {
 public:
  SegmentWriter(const std::string& path, const AVCodecParameters& codec, AVRational time_base);
  void write(const AVPacket& packet);
  int64_t packets() const { return packets_; }
  // Gives the file its name. False: another process did so first, and this copy is discarded.
  bool commit() { return file_.commit_new(); }

 private:
  void bytes(const void* data, size_t size);

  AtomicFile file_;
  int64_t packets_ = 0;
};

// Throws Error(kUnreadable), Error(kWrongType).
class SegmentReader {
 public:
  explicit SegmentReader(const std::string& path);
  const AVCodecParameters& codec() const { return *codec_; }
  AVRational time_base() const { return time_base_; }

  // False at the end. Without `data` the packet has its times and flags alone.
  bool read(AVPacket& packet, bool data = true);

 private:
  void bytes(void* data, size_t size);

  std::string path_;
  UniqueStdio file_;
  UniqueParameters codec_;
  AVRational time_base_{0, 1};
};

// Of a segment that can be read to its end; 0: it cannot.
int64_t packets_of(const std::string& path);

}  // namespace gan
