// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/stream_copies.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string_view>

#include "pipelines/media/source_file.h"

namespace gan {

const char* tag(const AVDictionary* tags, const char* name) {
  const AVDictionaryEntry* const found = av_dict_get(tags, name, nullptr, 0);
  return found ? found->value : "";
}

void copy_tags(AVDictionary*& to, const AVDictionary* from) {
  constexpr std::array kOld = {"encoder",
                               "major_brand",
                               "minor_version",
                               "compatible_brands",
                               "rotate",
                               "BPS",
                               "DURATION",
                               "NUMBER_OF_FRAMES",
                               "NUMBER_OF_BYTES",
                               "vendor_id",
                               "alpha_mode",
                               "_STATISTICS_TAGS",
                               "_STATISTICS_WRITING_APP",
                               "_STATISTICS_WRITING_DATE_UTC"};
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(from, "", entry, AV_DICT_IGNORE_SUFFIX))) {
    const std::string_view key(entry->key, std::strcspn(entry->key, "-"));  // "BPS-eng" too
    const bool old = std::ranges::any_of(kOld, [&](const char* each) {
      return key.size() == std::strlen(each) && strncasecmp(key.data(), each, key.size()) == 0;
    });
    if (!old) av_dict_set(&to, entry->key, entry->value, 0);
  }
}

std::map<AVPacketSideDataType, std::vector<uint8_t>> light_levels(const AVStream& stream,
                                                                  const AVFrame& first) {
  std::map<AVPacketSideDataType, std::vector<uint8_t>> levels;
  const auto take = [&](AVPacketSideDataType of_stream, AVFrameSideDataType of_frame) {
    SideData data = side_data(stream, of_stream);
    const AVFrameSideData* const own =
        data.data ? nullptr : av_frame_get_side_data(&first, of_frame);
    if (own) data = {own->data, own->size};
    if (data.data) levels[of_stream].assign(data.data, data.data + data.size);
  };
  take(AV_PKT_DATA_MASTERING_DISPLAY_METADATA, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
  take(AV_PKT_DATA_CONTENT_LIGHT_LEVEL, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
  return levels;
}

AVStream* new_stream(AVFormatContext& output, const AVStream& like, const AVStream& described) {
  AVStream* const stream = avformat_new_stream(&output, nullptr);
  check(stream, ErrorKind::kNoMemory, "out of memory");
  av_check(avcodec_parameters_copy(stream->codecpar, like.codecpar), ErrorKind::kNoMemory,
           "out of memory");
  // The old container's tag, unless the new one knows it too.
  const auto id = stream->codecpar->codec_id;
  if (!output.oformat->codec_tag ||
      av_codec_get_id(output.oformat->codec_tag, stream->codecpar->codec_tag) != id)
    stream->codecpar->codec_tag = 0;
  stream->time_base = like.time_base;
  // The muxer of MP4 knows a cover by this alone.
  stream->disposition = is_cover(described) ? AV_DISPOSITION_ATTACHED_PIC : described.disposition;
  copy_tags(stream->metadata, described.metadata);
  // MP4 has no titles of tracks; players show this.
  const char* const title = tag(described.metadata, "title");
  if (*title && output.oformat->codec_tag && std::strcmp(output.oformat->name, "mp4") == 0)
    av_dict_set(&stream->metadata, "handler_name", title, 0);
  return stream;
}

// Matroska keeps covers as attachments.
AVStream* new_attached_cover(AVFormatContext& output, const AVStream& cover) {
  AVStream* const stream = new_stream(output, cover, cover);
  AVCodecParameters& codec = *stream->codecpar;
  codec.codec_type = AVMEDIA_TYPE_ATTACHMENT;
  stream->disposition = 0;
  av_freep(&codec.extradata);
  codec.extradata = static_cast<uint8_t*>(
      av_memdup(cover.attached_pic.data, static_cast<size_t>(cover.attached_pic.size)));
  codec.extradata_size = cover.attached_pic.size;
  const bool png = codec.codec_id == AV_CODEC_ID_PNG;
  av_dict_set(&stream->metadata, "mimetype", png ? "image/png" : "image/jpeg",
              AV_DICT_DONT_OVERWRITE);
  av_dict_set(&stream->metadata, "filename", png ? "cover.png" : "cover.jpg",
              AV_DICT_DONT_OVERWRITE);
  return stream;
}

void add_chapters(AVFormatContext& output, const AVFormatContext& source, double shift_s,
                  double to_s) {
  for (unsigned i = 0; i < source.nb_chapters; ++i) {
    const AVChapter& from = *source.chapters[i];
    const int64_t shift = std::llround(shift_s / av_q2d(from.time_base));
    const int64_t last = to_s > 0 ? static_cast<int64_t>(to_s / av_q2d(from.time_base)) : INT64_MAX;
    const int64_t start = std::max<int64_t>(0, from.start + shift),
                  end = std::min(last, from.end + shift);
    if (end <= start) continue;
    auto* const chapter = static_cast<AVChapter*>(av_mallocz(sizeof(AVChapter)));
    auto** const list = static_cast<AVChapter**>(
        av_realloc_array(output.chapters, output.nb_chapters + 1, sizeof(AVChapter*)));
    check(chapter && list, ErrorKind::kNoMemory, "out of memory");
    *chapter = {from.id, from.time_base, start, end, nullptr};
    av_dict_copy(&chapter->metadata, from.metadata, 0);
    output.chapters = list;
    output.chapters[output.nb_chapters++] = chapter;
  }
}

}  // namespace gan
