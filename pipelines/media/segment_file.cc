// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/segment_file.h"

#include <cerrno>
#include <cstring>

namespace gan {
namespace {

constexpr char kMagic[8] = "gansegm";

// What a muxer wants to know of a video's codec, in one order.
template <class Parameters, class Visit>
void visit(Parameters& p, const Visit& v) {
  v(p.codec_id), v(p.format), v(p.bits_per_coded_sample), v(p.bits_per_raw_sample), v(p.profile),
      v(p.level);
  v(p.width), v(p.height), v(p.sample_aspect_ratio.num), v(p.sample_aspect_ratio.den);
  v(p.color_range), v(p.color_primaries), v(p.color_trc), v(p.color_space), v(p.chroma_location);
  v(p.field_order), v(p.video_delay), v(p.extradata_size);
}

struct Head {
  int64_t pts, dts, duration;
  int32_t flags, size, side_count;
};

struct SideHead {
  int32_t type;
  uint32_t size;
};

}  // namespace

SegmentWriter::SegmentWriter(const std::string& path, const AVCodecParameters& codec,
                             AVRational time_base)
    : file_(path) {
  bytes(kMagic, sizeof kMagic);
  visit(codec, [&](auto value) {
    const auto stored = static_cast<int32_t>(value);
    bytes(&stored, sizeof stored);
  });
  bytes(codec.extradata, static_cast<size_t>(codec.extradata_size));
  bytes(&time_base, sizeof time_base);
}

void SegmentWriter::bytes(const void* data, size_t size) {
  file_.write({static_cast<const std::byte*>(data), size});
}

void SegmentWriter::write(const AVPacket& packet) {
  const Head head{packet.pts,   packet.dts,  packet.duration,
                  packet.flags, packet.size, packet.side_data_elems};
  bytes(&head, sizeof head);
  for (int i = 0; i < packet.side_data_elems; ++i) {
    const AVPacketSideData& side = packet.side_data[i];
    const SideHead side_head{side.type, static_cast<uint32_t>(side.size)};
    bytes(&side_head, sizeof side_head);
    bytes(side.data, side.size);
  }
  bytes(packet.data, static_cast<size_t>(packet.size));
  ++packets_;
}

SegmentReader::SegmentReader(const std::string& path)
    : path_(path), file_(std::fopen(path.c_str(), "rb")), codec_(avcodec_parameters_alloc()) {
  check(file_ != nullptr, ErrorKind::kUnreadable, path, ": ", std::strerror(errno));
  char magic[sizeof kMagic];
  bytes(magic, sizeof magic);
  check(std::memcmp(magic, kMagic, sizeof magic) == 0, ErrorKind::kWrongType, path,
        ": is no segment");
  codec_->codec_type = AVMEDIA_TYPE_VIDEO;
  visit(*codec_, [&](auto& value) {
    int32_t stored = 0;
    bytes(&stored, sizeof stored);
    value = static_cast<std::remove_reference_t<decltype(value)>>(stored);
  });
  const auto size = static_cast<size_t>(codec_->extradata_size);
  codec_->extradata = static_cast<uint8_t*>(av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE));
  check(codec_->extradata, ErrorKind::kNoMemory, "out of memory");
  bytes(codec_->extradata, size);
  bytes(&time_base_, sizeof time_base_);
}

void SegmentReader::bytes(void* data, size_t size) {
  check(size == 0 || std::fread(data, 1, size, file_.get()) == size, ErrorKind::kWrongType, path_,
        ": ends too early");
}

bool SegmentReader::read(AVPacket& packet, bool data) {
  Head head;
  if (std::fread(&head, sizeof head, 1, file_.get()) != 1) return false;
  av_packet_unref(&packet);
  if (data) av_check(av_new_packet(&packet, head.size), ErrorKind::kNoMemory, "a packet");
  for (int i = 0; i < head.side_count; ++i) {
    SideHead side;
    bytes(&side, sizeof side);
    uint8_t* const to = data ? av_packet_new_side_data(
                                   &packet, static_cast<AVPacketSideDataType>(side.type), side.size)
                             : nullptr;
    check(!data || to, ErrorKind::kNoMemory, "out of memory");
    if (to)
      bytes(to, side.size);
    else
      check(std::fseek(file_.get(), side.size, SEEK_CUR) == 0, ErrorKind::kUnreadable, path_);
  }
  if (data)
    bytes(packet.data, static_cast<size_t>(head.size));
  else
    check(std::fseek(file_.get(), head.size, SEEK_CUR) == 0, ErrorKind::kUnreadable, path_);
  packet.pts = head.pts;
  packet.dts = head.dts;
  packet.duration = head.duration;
  packet.flags = head.flags;
  return true;
}

int64_t packets_of(const std::string& path) {
  try {
    SegmentReader reader(path);
    const UniquePacket packet = new_packet();
    int64_t count = 0;
    while (reader.read(*packet)) ++count;
    return count;
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace gan
