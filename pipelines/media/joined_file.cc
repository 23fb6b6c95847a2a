// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/joined_file.h"

extern "C" {
#include <libavutil/parseutils.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "pipelines/media/carried_streams.h"
#include "pipelines/media/complaints.h"
#include "pipelines/media/segment_file.h"
#include "pipelines/media/stream_copies.h"

namespace gan {
namespace {

using UniqueOutput = std::unique_ptr<AVFormatContext, decltype([](AVFormatContext* context) {
                                       if (context->pb) avio_closep(&context->pb);
                                       avformat_free_context(context);
                                     })>;

// The packets of all segments, whose times to decode at are made anew over all of them: each frame
// is decoded as many frames before it is shown as the encoders ever need.
class Picture {
 public:
  explicit Picture(const std::vector<std::string>& segments) : segments_(segments) {
    UniquePacket packet = new_packet();
    for (const std::string& path : segments) {
      SegmentReader reader(path);
      if (!codec_) {
        codec_.reset(avcodec_parameters_alloc());
        avcodec_parameters_copy(codec_.get(), &reader.codec());
        time_base_ = reader.time_base();
      }
      while (reader.read(*packet, false)) {
        coded_.push_back(packet->pts);
        end_ = std::max(end_, packet->pts + packet->duration);
      }
    }
    check(!coded_.empty(), ErrorKind::kFailed, "no picture was encoded");
    shown_ = coded_;
    std::ranges::sort(shown_);
    for (size_t i = 0; i < coded_.size(); ++i) {
      const auto rank =
          static_cast<size_t>(std::ranges::lower_bound(shown_, coded_[i]) - shown_.begin());
      delay_ = std::max(delay_, i > rank ? i - rank : 0);
    }
    reader_.emplace(segments_[0]);
  }

  const AVCodecParameters& codec() const { return *codec_; }
  AVRational time_base() const { return time_base_; }
  int64_t frames() const { return static_cast<int64_t>(shown_.size()); }
  int64_t first() const { return shown_.front(); }
  int64_t last() const { return shown_.back(); }
  int64_t end() const { return end_; }

  bool at_end() const { return index_ == coded_.size(); }  // the last packet was read

  bool read(AVPacket& packet) {
    while (!reader_->read(packet)) {
      if (++segment_ == segments_.size()) return false;
      reader_.emplace(segments_[segment_]);
    }
    packet.dts = decode_time(index_++);
    return true;
  }

  int64_t decode_time(size_t index) const {
    if (index >= delay_) return shown_[index - delay_];
    const int64_t step = shown_.size() > 1 ? std::max<int64_t>(1, shown_[1] - shown_[0]) : 1;
    return shown_[0] - static_cast<int64_t>(delay_ - index) * step;
  }

 private:
  std::vector<std::string> segments_;
  UniqueParameters codec_;
  AVRational time_base_{0, 1};
  std::vector<int64_t> coded_, shown_;
  int64_t end_ = std::numeric_limits<int64_t>::min();
  size_t delay_ = 0, segment_ = 0, index_ = 0;
  std::optional<SegmentReader> reader_;
};

AVStream& add_picture(AVFormatContext& output, const Picture& picture, const SourceFile& source,
                      const JoinOptions& options) {
  AVStream* const stream = avformat_new_stream(&output, nullptr);
  check(stream, ErrorKind::kNoMemory, "out of memory");
  av_check(avcodec_parameters_copy(stream->codecpar, &picture.codec()), ErrorKind::kNoMemory,
           "out of memory");
  stream->time_base = picture.time_base();
  stream->avg_frame_rate = options.rate;
  stream->sample_aspect_ratio = stream->codecpar->sample_aspect_ratio;
  const std::string_view muxer = options.container->muxer;
  if (stream->codecpar->codec_id == AV_CODEC_ID_HEVC && muxer != "matroska")
    stream->codecpar->codec_tag = MKTAG('h', 'v', 'c', '1');  // Apple's players take no other
  const AVStream& old = source.stream(source.video());
  copy_tags(stream->metadata, old.metadata);
  stream->disposition = old.disposition;
  if (stream->codecpar->format == AV_PIX_FMT_YUVA420P)
    av_dict_set(&stream->metadata, "alpha_mode", "1", 0);
  for (const auto& [type, data] : options.side_data)
    add_side_data(*stream, type, {data.data(), data.size()});
  return *stream;
}

// Tags that MP4 has no name for, as phones write them. FFmpeg writes either these or a cover.
bool has_keys_of_its_own(const SourceFile& source) {
  for (int i = 0; i < source.count(); ++i)
    if (is_cover(source.stream(i))) return false;
  return av_dict_get(source.format().metadata, "com.", nullptr, AV_DICT_IGNORE_SUFFIX);
}

}  // namespace

Expected join(const JoinOptions& options) {
  Picture picture(options.segments);
  SourceFile source(options.source, options.stop);
  AVFormatContext* context = nullptr;
  av_check(
      avformat_alloc_output_context2(
          &context, nullptr, std::string(options.container->muxer).c_str(), options.output.c_str()),
      ErrorKind::kUnavailable, "FFmpeg writes no ", options.container->suffix);
  UniqueOutput output(context);
  // Broadcasts begin anywhere; files begin where they say.
  const bool broadcast = source.jumps();
  const double picture_base = av_q2d(picture.time_base());
  CarriedStreams carried(
      source, {options.work, options.container, options.from_s, options.to_s, options.stop});
  double shift_s = 0;
  if (options.from_s > 0)
    shift_s = -static_cast<double>(picture.first()) * picture_base;
  else if (broadcast && source.format().start_time != AV_NOPTS_VALUE)
    shift_s = -static_cast<double>(source.format().start_time) / AV_TIME_BASE;
  // No player shows what is before 0.
  shift_s = std::max(shift_s, -static_cast<double>(picture.first()) * picture_base);
  AVStream& stream = add_picture(*output, picture, source, options);
  carried.add_to(*output, shift_s);
  context->flags |= AVFMT_FLAG_AUTO_BSF | AVFMT_FLAG_BITEXACT;  // no random marks in the file
  av_check(avio_open(&context->pb, ("file:" + options.output).c_str(), AVIO_FLAG_WRITE),
           ErrorKind::kUnwritable, options.output);
  // Sound may begin before 0, which Matroska can hold: so that nothing need be shifted.
  if (!options.container->narrow) context->avoid_negative_ts = 0;
  context->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;  // as FFmpeg 5.1 calls FLAC in MP4
  AVDictionary* flags = nullptr;
  if (options.container->narrow) {
    // Where streams begin is kept in ticks of the whole, which are to hold those of the picture.
    const int64_t ticks = picture.time_base().den;
    constexpr int64_t kFewest = 10'000, kMost = 1'000'000;
    if (ticks <= kMost)
      av_dict_set_int(&flags, "movie_timescale", (kFewest + ticks - 1) / ticks * ticks, 0);
    av_dict_set(&flags, "movflags",
                has_keys_of_its_own(source) ? "+faststart+use_metadata_tags" : "+faststart", 0);
  }
  const int begun = avformat_write_header(context, &flags);
  av_dict_free(&flags);
  std::string why;
  for (const std::string& each : take_complaints()) why += each + "; ";
  av_check(begun, ErrorKind::kUnwritable, options.output, ": ", options.container->suffix,
           " does not take these streams: ", why);

  const int64_t shift = std::llround(shift_s / picture_base);
  UniquePacket packet = new_packet();
  bool more = picture.read(*packet);
  while (more) {
    const double at = (packet->dts + shift) * picture_base;
    carried.write_until(*output, at);
    packet->stream_index = stream.index;
    // MP4 lasts as long as its times to decode at, so the last of these stands for the end.
    if (options.container->narrow && picture.at_end())
      packet->duration = picture.end() - picture.first() + picture.decode_time(0) - packet->dts;
    packet->pts += shift;
    packet->dts += shift;
    av_packet_rescale_ts(packet.get(), picture.time_base(), stream.time_base);
    av_check(av_interleaved_write_frame(context, packet.get()), ErrorKind::kUnwritable,
             options.output);
    more = picture.read(*packet);
  }
  carried.write_until(*output, std::numeric_limits<double>::infinity());
  av_check(av_write_trailer(context), ErrorKind::kUnwritable, options.output);
  av_check(avio_closep(&context->pb), ErrorKind::kUnwritable, options.output);

  Expected expected;
  expected.frames = picture.frames();
  const auto seconds = [&](int64_t pts) { return static_cast<double>(pts + shift) * picture_base; };
  expected.first_s = seconds(picture.first());
  expected.last_s = seconds(picture.last());
  expected.end_s = seconds(picture.end());
  expected.width = picture.codec().width;
  expected.height = picture.codec().height;
  expected.aspect = picture.codec().sample_aspect_ratio;
  expected.range = picture.codec().color_range;
  expected.tracks = carried.tracks();
  expected.sound_ends_s = carried.sound_ends_s();
  ++expected.tracks[AVMEDIA_TYPE_VIDEO];
  expected.notes = carried.notes();
  return expected;
}

namespace {

// Where the container says that a stream ends; 0: it does not. Matroska keeps it in a tag; what
// FFmpeg takes for such a stream's duration can be that of the whole file.
double end_of(const AVStream& stream) {
  const AVDictionaryEntry* const tag =
      av_dict_get(stream.metadata, "DURATION", nullptr, AV_DICT_IGNORE_SUFFIX);
  int64_t microseconds = 0;
  if (tag && av_parse_time(&microseconds, tag->value, 1) >= 0)
    return static_cast<double>(microseconds) / AV_TIME_BASE;
  const double start =
      stream.start_time == AV_NOPTS_VALUE ? 0 : stream.start_time * av_q2d(stream.time_base);
  return stream.duration > 0 ? start + stream.duration * av_q2d(stream.time_base) : 0;
}

}  // namespace

void read_back(const std::string& path, const Expected& expected) {
  SourceFile file(path, nullptr);
  check(file.video() >= 0, ErrorKind::kFailed, path, ": read back, it holds no video");
  const AVStream& video = file.stream(file.video());
  const double base = av_q2d(video.time_base);
  int64_t frames = 0, first = std::numeric_limits<int64_t>::max(),
          last = std::numeric_limits<int64_t>::min();
  std::map<int, double> sound_ends_s;
  UniquePacket packet = new_packet();
  while (file.read(*packet)) {
    if (file.stream(packet->stream_index).codecpar->codec_type == AVMEDIA_TYPE_AUDIO &&
        packet->pts != AV_NOPTS_VALUE)
      sound_ends_s[packet->stream_index] = static_cast<double>(packet->pts + packet->duration) *
                                           av_q2d(file.stream(packet->stream_index).time_base);
    if (packet->stream_index == file.video() && !(packet->flags & AV_PKT_FLAG_DISCARD)) {
      ++frames;
      first = std::min(first, packet->pts);
      last = std::max(last, packet->pts);
    }
    av_packet_unref(packet.get());
  }
  const auto same = [&](const char* what, const auto& got, const auto& wanted) {
    check(got == wanted, ErrorKind::kFailed, path, ": read back, its ", what, " is ", got, ", not ",
          wanted);
  };
  // A container keeps times in its own ticks; encoders of sound may begin before 0, which some then
  // shift all by.
  const auto near = [&](const char* what, double got, double wanted, double tolerance) {
    check(std::abs(got - wanted) <= tolerance, ErrorKind::kFailed, path, ": read back, its ", what,
          " is ", got, " s, not ", wanted, " s");
  };
  same("number of frames", frames, expected.frames);
  const double tick = base + 1e-6;
  near("first time", first * base, expected.first_s, 0.5 * tick);
  near("last time", last * base, expected.last_s, 0.5 * tick);
  if (const double end_s = end_of(video); end_s > 0)
    near("end", end_s, expected.end_s, std::max(2 * tick, 0.002));
  for (const auto& [stream, end_s] : expected.sound_ends_s)  // what decoders need beside it aside
    near(concat("end of stream ", stream).c_str(), sound_ends_s[stream], end_s, 0.25);
  same("width", video.codecpar->width, expected.width);
  same("height", video.codecpar->height, expected.height);
  const AVRational aspect = file.aspect(), wanted_aspect = expected.aspect;
  const auto shape = [](AVRational of) { return of.num > 0 ? av_q2d(of) : 1.0; };
  check(std::abs(shape(aspect) / shape(wanted_aspect) - 1) < 0.01, ErrorKind::kFailed, path,
        ": read back, its pixels are ", aspect.num, ":", aspect.den, ", not ", wanted_aspect.num,
        ":", wanted_aspect.den);
  if (expected.range != AVCOL_RANGE_UNSPECIFIED &&
      video.codecpar->color_range != AVCOL_RANGE_UNSPECIFIED)
    same("range", int(video.codecpar->color_range), int(expected.range));
  for (const auto& [type, wanted] : expected.tracks) {
    int got = 0;
    for (int i = 0; i < file.count(); ++i) got += file.stream(i).codecpar->codec_type == type;
    same(concat("number of ", av_get_media_type_string(type), " tracks").c_str(), got, wanted);
  }
}

}  // namespace gan
