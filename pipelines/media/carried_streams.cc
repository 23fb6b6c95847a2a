// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/carried_streams.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pipelines/media/ffmpeg_program.h"
#include "pipelines/media/stream_copies.h"

namespace gan {
namespace {

constexpr double kNever = -1e300;

bool is_text(AVCodecID codec) {
  const AVCodecDescriptor* const descriptor = avcodec_descriptor_get(codec);
  return descriptor && descriptor->props & AV_CODEC_PROP_TEXT_SUB;
}

// "sound 2 (jpn)"
std::string named(const SourceFile& source, int index) {
  const AVStream& stream = source.stream(index);
  int number = 0;
  for (int i = 0; i <= index; ++i)
    number += source.stream(i).codecpar->codec_type == stream.codecpar->codec_type;
  const char* const type = av_get_media_type_string(stream.codecpar->codec_type);
  const char* const language = tag(stream.metadata, "language");
  return concat(type ? type : "unknown", " track ", number, " (",
                avcodec_get_name(stream.codecpar->codec_id), *language ? ", " : "", language, ")");
}

}  // namespace

// One file that is read, and where its streams go.
struct CarriedStreams::Carrier {
  SourceFile* file = nullptr;
  std::unique_ptr<SourceFile> owned;  // of a converted stream
  std::vector<AVStream*> to;          // by stream; null: nowhere
  std::vector<int64_t> last_dts;      // in the output's time base
  UniquePacket packet = new_packet();
  double time_s = kNever;  // of the packet at hand, in the output
  bool at_hand = false, ended = false;
  int from = -1;       // of a converted stream: its number in the source
  double begin_s = 0;  // and where its 0 lies in the source
};

CarriedStreams::~CarriedStreams() = default;

CarriedStreams::CarriedStreams(SourceFile& source, const CarryOptions& options)
    : source_(source), options_(options) {
  auto own = std::make_unique<Carrier>();
  own->file = &source;
  const auto own_count = static_cast<size_t>(source.count());
  own->to.assign(own_count, nullptr);
  own->last_dts.assign(own->to.size(), INT64_MIN);
  carriers_.push_back(std::move(own));
  copied_.assign(own_count, false);
  for (int i = 0; i < source.count(); ++i)
    if (i != source.video()) judge(i);
}

// Marks what is copied as it is; converts, or notes what is left out.
void CarriedStreams::judge(int index) {
  AVStream& stream = source_.stream(index);
  const AVCodecParameters& codec = *stream.codecpar;
  const bool is_mkv = options_.container->muxer == "matroska";
  const AVOutputFormat* const muxer =
      av_guess_format(std::string(options_.container->muxer).c_str(), nullptr, nullptr);
  // FFmpeg's list of QuickTime has what it then refuses to write.
  const bool mp4_alone = codec.codec_id == AV_CODEC_ID_FLAC || codec.codec_id == AV_CODEC_ID_OPUS ||
                         codec.codec_id == AV_CODEC_ID_TRUEHD;
  const bool held = avformat_query_codec(muxer, codec.codec_id, FF_COMPLIANCE_NORMAL) == 1 &&
                    !(mp4_alone && options_.container->muxer == "mov");
  const auto copy = [&] { copied_[static_cast<size_t>(index)] = true; };
  const auto leave = [&] {
    notes_.push_back(concat(named(source_, index), ": ", options_.container->suffix,
                            " cannot hold it, so it is left out"));
  };
  switch (codec.codec_type) {
    case AVMEDIA_TYPE_AUDIO:
      if (codec.codec_id == AV_CODEC_ID_NONE ||
          (codec.sample_rate == 0 && codec.codec_id != AV_CODEC_ID_NONE && !held))
        return leave();
      if (!held) return convert(index, options_.container->sound, "mkv");
      copy();
      break;
    case AVMEDIA_TYPE_SUBTITLE:
      if (held)
        copy();
      else if (is_text(codec.codec_id) && !options_.container->text.empty())
        return convert(index, options_.container->text,
                       options_.container->text == "mov_text" ? "mp4" : "mkv");
      else
        return leave();
      break;
    case AVMEDIA_TYPE_ATTACHMENT:
      if (!is_mkv) return leave();
      copy();
      break;
    case AVMEDIA_TYPE_VIDEO:
      if (!is_cover(stream)) {
        notes_.push_back(
            concat(named(source_, index), ": one picture is enhanced, this one is left out"));
        return;
      }
      if (!is_mkv && options_.container->muxer != "mp4") return leave();
      copy();
      break;
    case AVMEDIA_TYPE_DATA:
      // Chapters and timecodes are written from what was read of them.
      if (codec.codec_tag == MKTAG('t', 'm', 'c', 'd') ||
          codec.codec_tag == MKTAG('t', 'e', 'x', 't'))
        return;
      return leave();
    default: return;
  }
  ++tracks_[codec.codec_type];
}

void CarriedStreams::convert(int index, std::string_view encoder, const char* suffix) {
  const std::string to = concat(options_.work, "/stream-", index, ".", suffix);
  const bool broadcast = source_.jumps();
  std::vector<std::string> words;
  if (!broadcast) words.push_back("-copyts");
  for (const std::string& word :
       {std::string("-i"), "file:" + source_.path(), std::string("-map"), concat("0:", index),
        std::string("-c"), std::string(encoder), std::string("-avoid_negative_ts"),
        std::string("disabled"), "file:" + to})
    words.push_back(word);
  try {
    run_ffmpeg(words, options_.stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInterrupted) throw;
    notes_.push_back(concat(named(source_, index), ": cannot be converted, so it is left out (",
                            error.what(), ")"));
    return;
  }
  auto carrier = std::make_unique<Carrier>();
  carrier->owned = std::make_unique<SourceFile>(to, options_.stop);
  carrier->file = carrier->owned.get();
  carrier->to.assign(static_cast<size_t>(carrier->file->count()), nullptr);
  carrier->last_dts.assign(carrier->to.size(), INT64_MIN);
  carrier->from = index;
  // The program ffmpeg lets broadcasts begin at 0.
  if (broadcast && source_.format().start_time != AV_NOPTS_VALUE)
    carrier->begin_s = static_cast<double>(source_.format().start_time) / AV_TIME_BASE;
  carriers_.push_back(std::move(carrier));
  ++tracks_[source_.stream(index).codecpar->codec_type];
  notes_.push_back(concat(named(source_, index), ": ", options_.container->suffix,
                          " cannot hold it, so it became ", encoder));
}

void CarriedStreams::add_to(AVFormatContext& output, double shift_s) {
  shift_s_ = shift_s;
  copy_tags(output.metadata, source_.format().metadata);
  add_chapters(output, source_.format(), shift_s,
               options_.to_s > 0 ? options_.to_s - options_.from_s : 0);
  for (int i = 0; i < source_.count(); ++i) {
    AVStream& stream = source_.stream(i);
    if (stream.codecpar->codec_tag == MKTAG('t', 'm', 'c', 'd') &&
        *tag(stream.metadata, "timecode"))
      av_dict_set(&output.streams[0]->metadata, "timecode", tag(stream.metadata, "timecode"), 0);
    const auto converted =
        std::ranges::find_if(carriers_, [&](auto& each) { return each->from == i; });
    if (converted != carriers_.end()) {
      (*converted)->to[0] = new_stream(output, (*converted)->file->stream(0), stream);
    } else if (copied_[static_cast<size_t>(i)]) {
      if (is_cover(stream) && options_.container->muxer == "matroska")
        new_attached_cover(output, stream);
      else
        carriers_[0]->to[static_cast<size_t>(i)] = new_stream(output, stream, stream);
    }
    if (!carriers_[0]->to[static_cast<size_t>(i)] && !source_.jumps())
      stream.discard = AVDISCARD_ALL;
  }
}

namespace {

// Readers of Matroska take the time that an Opus decoder needs to begin off what the file says.
double opus_delay_s(const AVStream& to, const AVFormatContext& output) {
  const AVCodecParameters& codec = *to.codecpar;
  const bool counts = codec.codec_id == AV_CODEC_ID_OPUS && codec.extradata_size >= 12 &&
                      (std::strcmp(output.oformat->name, "matroska") == 0 ||
                       std::strcmp(output.oformat->name, "webm") == 0);
  return counts ? (codec.extradata[10] | codec.extradata[11] << 8) / 48000.0 : 0;
}

}  // namespace

void CarriedStreams::write_until(AVFormatContext& output, double time_s) {
  const double cut_s = options_.to_s > 0 ? options_.to_s - options_.from_s : INFINITY;
  for (const auto& carrier : carriers_) {
    while (!carrier->ended) {
      AVPacket& packet = *carrier->packet;
      if (!carrier->at_hand) {
        carrier->ended = !carrier->file->read(packet);
        if (carrier->ended) break;
        AVStream* const to = carrier->to[static_cast<size_t>(packet.stream_index)];
        const AVRational base = carrier->file->stream(packet.stream_index).time_base;
        if (is_cover(carrier->file->stream(packet.stream_index))) packet.pts = packet.dts = 0;
        const int64_t at = packet.dts != AV_NOPTS_VALUE ? packet.dts : packet.pts;
        const double begin_s = at == AV_NOPTS_VALUE
                                   ? carrier->time_s
                                   : at * av_q2d(base) + carrier->begin_s + shift_s_;
        const bool before = options_.from_s > 0 && begin_s + packet.duration * av_q2d(base) <= 0;
        if (!to || at == AV_NOPTS_VALUE || before || begin_s >= cut_s) {
          av_packet_unref(&packet);
          continue;
        }
        carrier->time_s = begin_s;
        carrier->at_hand = true;
      }
      if (carrier->time_s > time_s) break;
      const auto index = static_cast<size_t>(packet.stream_index);
      AVStream& to = *carrier->to[index];
      const AVRational base = carrier->file->stream(packet.stream_index).time_base;
      const int64_t shift =
          std::llround((carrier->begin_s + shift_s_ + opus_delay_s(to, output)) / av_q2d(base));
      if (packet.pts != AV_NOPTS_VALUE) packet.pts += shift;
      if (packet.dts != AV_NOPTS_VALUE) packet.dts += shift;
      av_packet_rescale_ts(&packet, base, to.time_base);
      if (packet.dts == AV_NOPTS_VALUE) packet.dts = packet.pts;
      if (packet.dts <= carrier->last_dts[index]) packet.dts = carrier->last_dts[index] + 1;
      if (packet.pts == AV_NOPTS_VALUE || packet.pts < packet.dts) packet.pts = packet.dts;
      carrier->last_dts[index] = packet.dts;
      if (to.codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
        sound_ends_s_[to.index] =
            static_cast<double>(packet.pts + packet.duration) * av_q2d(to.time_base);
      packet.stream_index = to.index;
      packet.pos = -1;
      carrier->at_hand = false;
      av_check(av_interleaved_write_frame(&output, &packet), ErrorKind::kUnwritable, output.url);
    }
  }
}

}  // namespace gan
