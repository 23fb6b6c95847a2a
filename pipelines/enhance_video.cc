// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/enhance_video.h"

#include <unistd.h>

#include <cstring>
#include <deque>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "pipelines/command.h"
#include "pipelines/element_line.h"
#include "pipelines/interrupt.h"
#include "pipelines/job_folder.h"
#include "pipelines/media/complaints.h"
#include "pipelines/media/joined_file.h"
#include "pipelines/media/segment_encoder.h"
#include "pipelines/media/stream_copies.h"
#include "pipelines/media/video_reader.h"
#include "pipelines/segment_share.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNoAlpha =
    "its transparency is left out, which this codec does not keep; --codec ffv1 does in .mkv, vp9 "
    "in .webm";

// A frame on its way through the network.
struct Passing {
  UniqueFrame like;
  int64_t index;
};

class VideoJob {
 public:
  VideoJob(const EnhanceOptions& options, Progress& progress)
      : options_(options),
        progress_(progress),
        container_(container_of(options.output)),
        codec_(codec_for(container_, options.codec)),
        folder_(options.output, settings_of(options, encoder_words(codec_, options.quality)),
                start_of(options)) {}

  // Where another part of the input begins, in seconds; 0: nowhere. Null: another process was first
  // to choose what is measured; to be done once more.
  std::optional<double> run();

 private:
  void open();
  void read();
  void encode();
  void encode_frame(UniqueFrame frame, int64_t index);
  [[noreturn]] void stall(const std::string& text);
  bool keeps_alpha(const AVFrame& frame) const {
    return keeps_alpha_ &&
           has_alpha(encoder_format(codec_, container_, static_cast<AVPixelFormat>(frame.format)));
  }
  void look_at(const AVFrame& first);
  void check_first();
  EncoderSettings encoder_settings(const AVFrame& enhanced) const;
  void finish();
  void say(const std::string& text) { progress_.say(options_.input + ": " + text); }

  const EnhanceOptions& options_;
  Progress& progress_;
  const Container& container_;
  const Codec& codec_;
  const bool keeps_alpha_ = codec_.id == AV_CODEC_ID_FFV1 || codec_.id == AV_CODEC_ID_VP9;
  JobFolder folder_;
  const SegmentShare share_{folder_, options_.part, options_.parts};
  std::optional<VideoReader> reader_;
  std::optional<ElementLine> line_;
  Station reading_{"the reading of the input"}, encoding_{"the encoder"};
  std::mutex mutex_;
  std::deque<Passing> passing_;
  int64_t done_ = 0;  // frames of this process's share; the reading thread's until the first is put
  JoinOptions join_;
  AVRational rate_{0, 1};

  // The encoding thread's.
  std::optional<SegmentEncoder> segment_;
  bool chosen_ = false, told_alpha_ = false;
  std::exception_ptr encoding_failed_;
};

// Once, before the first frame goes in.
void VideoJob::look_at(const AVFrame& first) {
  rate_ = reader_->frame_rate();
  join_.side_data = light_levels(reader_->stream(), first);
  if (first.color_trc == AVCOL_TRC_SMPTE2084 || first.color_trc == AVCOL_TRC_ARIB_STD_B67)
    say("is HDR, which is kept; networks were trained on SDR and may do less well");
  if (reader_->source().videos() > 1) say("holds several videos, of which the first is enhanced");
}

void VideoJob::read() {
  done_ = share_.take_stock([this](const std::string& text) { say(text); });
  UniqueCaps caps;
  bool to_do = false;
  for (int64_t index = 0;; ++index) {
    UniqueFrame frame;
    {
      const Station::Work work(reading_);
      frame = reader_->next();
    }
    for (const std::string& note : reader_->take_notes()) say(note);
    if (frame && reader_->saw_alpha() && !keeps_alpha(*frame) && !std::exchange(told_alpha_, true))
      say(kNoAlpha);
    if (!frame && index == 0) fail(ErrorKind::kData, reader_->no_frame());
    if (!frame) {
      for (const std::string& each : take_complaints()) say("FFmpeg says: " + each);
      folder_.keep_frames(index);
      break;
    }
    if (index == 0) {
      look_at(*frame);
      progress_.begin(options_.input, share_.of(reader_->expected_frames()), done_);
      if (share_.is_done() && !options_.split) break;
    }
    if (index % SegmentShare::kFrames == 0)
      to_do = share_.has_to_make(index / SegmentShare::kFrames);
    if (!to_do) continue;
    if (!caps) caps = caps_of(*frame, rate_);
    UniqueBuffer buffer = buffer_of(*frame);
    const auto pts =
        av_rescale_q(frame->pts - reader_->origin(), reader_->time_base(), {1, GST_SECOND});
    GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(std::max<int64_t>(0, pts));
    GST_BUFFER_DURATION(buffer.get()) = static_cast<GstClockTime>(
        av_rescale_q(duration_of(*frame), reader_->time_base(), {1, GST_SECOND}));
    // Of the frame's picture the buffer holds what the element needs.
    UniqueFrame like = new_frame();
    av_check(av_frame_copy_props(like.get(), frame.get()), ErrorKind::kNoMemory, "out of memory");
    {
      const std::lock_guard lock(mutex_);
      passing_.push_back({std::move(like), index});
    }
    line_->put(std::move(buffer), *caps);
  }
  line_->end();
}

EncoderSettings VideoJob::encoder_settings(const AVFrame& enhanced) const {
  const Size size =
      output_size(options_, {enhanced.width, enhanced.height}, std::stod(line_->stat("scale")), 2);
  return {&codec_,    &container_, options_.quality, std::stoi(folder_.choices().at("threads")),
          size.width, size.height};
}

// What the network chose is stored with the first segment, and must be what others have.
void VideoJob::check_first() {
  JobFolder::Words choices;
  if (folder_.choices().empty()) choices["threads"] = concat(threads_of(options_));
  for (const char* name : kMeasured)
    if (const std::string now = line_->chosen(name); !now.empty()) choices[name] = now;
  folder_.agree(choices);
  chosen_ = true;
}

void VideoJob::encode_frame(UniqueFrame frame, int64_t index) {
  const Station::Work work(encoding_);
  if (!chosen_) check_first();
  if (!segment_) {
    segment_.emplace(folder_.segment(index / SegmentShare::kFrames), encoder_settings(*frame),
                     *frame, SegmentEncoder::Times{reader_->time_base(), rate_});
  }
  segment_->put(std::move(frame));
  if ((index + 1) % SegmentShare::kFrames != 0) return;
  segment_->finish();
  segment_.reset();
}

void VideoJob::encode() {
  while (UniqueSample sample = line_->take()) {
    Passing passing;
    {
      const std::lock_guard lock(mutex_);
      check(!passing_.empty(), ErrorKind::kFailed, "enhancegan gave a frame that it did not get");
      passing = std::move(passing_.front());
      passing_.pop_front();
    }
    encode_frame(frame_of(*sample, *passing.like), passing.index);
    progress_.step(++done_);
  }
  check(passing_.empty(), ErrorKind::kFailed, "enhancegan kept ", passing_.size(),
        " frames to itself");
  if (segment_) {
    const Station::Work work(encoding_);
    segment_->finish();
  }
}

[[noreturn]] void VideoJob::stall(const std::string& text) {
  say(text);
  std::error_code ignored;
  if (!folder_.kept()) fs::remove_all(folder_.path(), ignored);
  _exit(1);
}

void VideoJob::open() {
  const ReaderOptions reading{.alpha = keeps_alpha_,
                              .threads = threads_of(options_),
                              .from_s = options_.from_s,
                              .to_s = options_.to_s,
                              .frame_rate = options_.frame_rate,
                              .end_at_change = options_.split,
                              .stop = &interrupted()};
  {
    const Watchdog watchdog({&reading_}, options_.stall_s, [&](auto& text) { stall(text); });
    const Station::Work work(reading_);
    reader_.emplace(options_.input, reading);
  }
  line_.emplace(
      "enhancegan", properties_with(options_, folder_.choices()),
      [this](const std::string& text) { say(text); }, &interrupted());
}

std::optional<double> VideoJob::run() {
  open();
  const Watchdog watchdog({&reading_, &line_->station(), &encoding_}, options_.stall_s,
                          [&](auto& text) { stall(text); });
  std::thread encoder([&] {
    try {
      encode();
    } catch (...) {
      encoding_failed_ = std::current_exception();
      line_->cancel();
    }
  });
  std::exception_ptr reading_failed;
  try {
    read();
  } catch (...) {
    reading_failed = std::current_exception();
    line_->cancel();
  }
  encoder.join();
  if (folder_.outrun()) return {};
  // Who was cancelled has nothing to say.
  std::exception_ptr failed = encoding_failed_;
  if (!failed || (reading_failed && !is_interruption(reading_failed))) failed = reading_failed;
  check(!failed || !is_interruption(failed), ErrorKind::kInterrupted, "interrupted; ",
        folder_.kept_words());
  if (failed) std::rethrow_exception(failed);
  line_.reset();
  if (options_.parts == 0)
    finish();
  else
    progress_.done(concat(folder_.path(), ": part ", options_.part, " of ", options_.parts,
                          " is done, ", done_, " frames"));
  return reader_->changes_s();
}

void VideoJob::finish() {
  for (const int64_t segment : folder_.segments())
    join_.segments.push_back(folder_.segment(segment));
  join_.source = options_.input;
  join_.output = folder_.path() + "/joined" + std::string(container_.suffix);
  join_.work = folder_.path();
  join_.container = &container_;
  join_.from_s = options_.from_s;
  join_.to_s = reader_->changes_s() > 0 ? reader_->changes_s() : options_.to_s;
  join_.rate = rate_;
  join_.stop = &interrupted();
  const Expected expected = join(join_);
  for (const std::string& note : expected.notes) say(note);
  check(expected.frames == folder_.frames(), ErrorKind::kFailed, folder_.path(), ": holds ",
        expected.frames, " of ", folder_.frames(), " frames; --overwrite begins anew");
  read_back(join_.output, expected);
  const double per_second =
      std::round(10 * static_cast<double>(expected.frames) / folder_.seconds()) / 10;
  check(std::rename(join_.output.c_str(), options_.output.c_str()) == 0, ErrorKind::kUnwritable,
        options_.output, ": ", std::strerror(errno));
  folder_.discard();
  progress_.done(concat(options_.output, ": ", expected.frames, " frames of ", expected.width, "x",
                        expected.height, ", ", per_second, " a second"));
}

}  // namespace

void enhance_video(const EnhanceOptions& options, Progress& progress) {
  EnhanceOptions part = options;
  for (int number = 2;; ++number) {
    if (part.parts > 0 && fs::exists(part.output))
      return progress.done(part.output + ": is there already");
    check_output(part.input, part.output, may_replace(part, part.output));
    std::optional<double> next_s;
    while (!next_s) next_s = VideoJob(part, progress).run();
    part.from_s = *next_s;
    if (part.from_s == 0) return;
    fs::path next = options.output;
    next.replace_filename(concat(next.stem().string(), "-", number, next.extension().string()));
    part.output = next.string();
  }
}

}  // namespace gan
