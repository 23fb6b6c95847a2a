// SPDX-License-Identifier: LGPL-2.1-or-later
// Encoded pictures on their way to the output: the packets of one encoder, with exact times. Read
// by the machine and FFmpeg that wrote them, and by no other.
#pragma once

#include <cstdio>
#include <string>

#include "pipelines/media/libav.h"

namespace gan {

using UniqueStdio = std::unique_ptr<FILE, Closes<std::fclose>>;

// Writes "<path>.part"; commit() flushes to the disk and renames. Throws Error(kUnwritable).
class SegmentWriter {
 public:
  SegmentWriter(const std::string& path, const AVCodecParameters& codec, AVRational time_base);
  ~SegmentWriter();
  void write(const AVPacket& packet);
  void commit();

 private:
  void bytes(const void* data, size_t size);

  std::string path_;
  UniqueStdio file_;
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

}  // namespace gan
