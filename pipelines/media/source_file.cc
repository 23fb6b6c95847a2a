// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/source_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

extern "C" {
#include <libavutil/opt.h>
}

#include "core/file_suffix.h"

namespace gan {
namespace {

constexpr AVRational kMicroseconds{1, AV_TIME_BASE};

int asked_to_stop(void* stop) {
  return stop && static_cast<const std::atomic<bool>*>(stop)->load();
}

// What the demuxers of pictures make of a file; a picture is no video.
bool is_still_format(const AVInputFormat& format) {
  const std::string name = format.name;
  return name.ends_with("_pipe") || name == "image2";
}

}  // namespace

bool is_cover(const AVStream& stream) { return stream.disposition & AV_DISPOSITION_ATTACHED_PIC; }

SourceFile::SourceFile(const std::string& path, const std::atomic<bool>* stop,
                       const std::string& frame_rate)
    : path_(path), stop_(stop) {
  std::error_code why;
  check(std::filesystem::exists(path, why), ErrorKind::kNotFound, path, ": no such file");
  check(!std::filesystem::is_directory(path, why), ErrorKind::kWrongType, path, ": is a folder");
  check(!std::filesystem::is_regular_file(path, why) || std::filesystem::file_size(path, why) > 0,
        ErrorKind::kWrongType, path, ": is empty");
  AVFormatContext* format = avformat_alloc_context();
  check(format, ErrorKind::kNoMemory, "out of memory");
  format->interrupt_callback = {asked_to_stop, const_cast<std::atomic<bool>*>(stop)};
  AVDictionary* options = nullptr;
  if (!frame_rate.empty()) av_dict_set(&options, "framerate", frame_rate.c_str(), 0);
  const int opened = avformat_open_input(&format, ("file:" + path).c_str(), nullptr, &options);
  av_dict_free(&options);
  format_.reset(format);
  check(opened >= 0 || lower_suffix(path) != ".yuv", ErrorKind::kWrongType, path,
        ": frames alone, which do not tell their size; ffmpeg -s WxH -r RATE -i FILE.yuv FILE.y4m "
        "makes a file that does");
  av_check(opened, ErrorKind::kWrongType, path, ": not a video that FFmpeg reads");
  av_check(avformat_find_stream_info(format, nullptr), ErrorKind::kWrongType, path,
           ": cannot be read");
  jumps_ = format->iformat->flags & AVFMT_TS_DISCONT;
  expected_us_.assign(format->nb_streams, AV_NOPTS_VALUE);
  if (is_still_format(*format->iformat)) return;
  for (int i = 0; i < count(); ++i) {
    const AVStream& each = stream(i);
    if (each.codecpar->codec_type != AVMEDIA_TYPE_VIDEO || is_cover(each)) continue;
    if (each.codecpar->width == 0 || each.codecpar->codec_id == AV_CODEC_ID_NONE) continue;
    if (video_ < 0 || (each.disposition & ~stream(video_).disposition & AV_DISPOSITION_DEFAULT))
      video_ = i;
  }
}

int SourceFile::videos() const {
  int found = 0;
  for (int i = 0; i < count(); ++i)
    found += stream(i).codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !is_cover(stream(i)) &&
             stream(i).codecpar->width > 0;
  return found;
}

AVRational SourceFile::aspect(AVFrame* frame) const {
  return av_guess_sample_aspect_ratio(format_.get(), &stream(video_), frame);
}

void SourceFile::only(int kept) {
  if (jumps_) return;
  for (int i = 0; i < count(); ++i)
    if (i != kept) stream(i).discard = AVDISCARD_ALL;
}

void SourceFile::seek(double seconds) {
  if (seconds <= 0) return;
  const AVRational base = stream(video_).time_base;
  const auto at = static_cast<int64_t>(seconds / av_q2d(base));
  // Broadcasts have no index: FFmpeg goes to any packet, and a key frame may come too late.
  if (jumps_) {
    double back_s = 0;
    for (int64_t to = at; to > stream(video_).start_time;
         to = at - std::llround(back_s / av_q2d(base))) {
      const auto go = [&] {
        return av_seek_frame(format_.get(), video_, to, AVSEEK_FLAG_BACKWARD);
      };
      if (go() < 0) break;
      if (next_key_frame() <= at) {
        go();
        return;
      }
      back_s = std::max(1.0, 2 * back_s);
    }
    av_seek_frame(format_.get(), -1, 0, AVSEEK_FLAG_BYTE);
    return;
  }
  // A container without an index is read from its beginning.
  if (av_seek_frame(format_.get(), video_, at, AVSEEK_FLAG_BACKWARD) < 0)
    av_seek_frame(format_.get(), video_, INT64_MIN, AVSEEK_FLAG_BACKWARD);
}

int64_t SourceFile::next_key_frame() {
  const UniquePacket packet = new_packet();
  while (av_read_frame(format_.get(), packet.get()) >= 0) {
    check(!stop_ || !*stop_, ErrorKind::kInterrupted, "interrupted");
    const bool found = packet->stream_index == video_ && packet->flags & AV_PKT_FLAG_KEY &&
                       packet->pts != AV_NOPTS_VALUE;
    const int64_t pts = packet->pts;
    av_packet_unref(packet.get());
    if (found) return pts;
  }
  return std::numeric_limits<int64_t>::max();
}

bool SourceFile::read(AVPacket& packet) {
  while (true) {
    const int result = av_read_frame(format_.get(), &packet);
    check(!stop_ || !*stop_, ErrorKind::kInterrupted, "interrupted");
    if (result == AVERROR_EOF) {
      if (format_->pb && format_->pb->error < 0) trouble_ = av_text(format_->pb->error);
      return false;
    }
    if (result == AVERROR(EAGAIN)) continue;
    if (result < 0) {
      trouble_ = av_text(result);
      return false;
    }
    // Streams that a broadcast begins with later have no place in the output.
    if (packet.stream_index >= static_cast<int>(expected_us_.size())) {
      av_packet_unref(&packet);
      continue;
    }
    if (jumps_) run_on(packet);
    return true;
  }
}

// Where a stream's time goes back by a tenth of a second or is ten seconds away from what it should
// be, as FFmpeg's own program judges, it and all streams go on from what was expected.
void SourceFile::run_on(AVPacket& packet) {
  const AVRational base = stream(packet.stream_index).time_base;
  int64_t& expected_us = expected_us_[static_cast<size_t>(packet.stream_index)];
  const int64_t dts = packet.dts != AV_NOPTS_VALUE ? packet.dts : packet.pts;
  if (dts == AV_NOPTS_VALUE) return;
  const int64_t dts_us = av_rescale_q(dts, base, kMicroseconds) + jump_us_;
  const auto type = stream(packet.stream_index).codecpar->codec_type;
  if (expected_us != AV_NOPTS_VALUE && (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO)) {
    const int64_t off_us = dts_us - expected_us;
    if (off_us < -AV_TIME_BASE / 10 || off_us > 10 * AV_TIME_BASE) jump_us_ -= off_us;
  }
  const int64_t jump = av_rescale_q(jump_us_, kMicroseconds, base);
  if (packet.pts != AV_NOPTS_VALUE) packet.pts += jump;
  if (packet.dts != AV_NOPTS_VALUE) packet.dts += jump;
  expected_us = av_rescale_q(dts + jump + packet.duration, base, kMicroseconds);
}

}  // namespace gan
