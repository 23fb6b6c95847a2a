// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/video_reader.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

#include "pipelines/media/bridge.h"
#include "pipelines/media/fields.h"
#include "pipelines/media/stream_copies.h"

namespace gan {
namespace {

constexpr int kFramesToJudge = 24;
// Both fields become frames; frames that are not interlaced pass.
constexpr const char* kBob = "bwdif=mode=send_field:parity=auto:deint=interlaced";

const int32_t* display_matrix(const AVStream& stream, const AVFrame& first) {
  const SideData own = side_data(stream, AV_PKT_DATA_DISPLAYMATRIX);
  if (own.size >= 9 * sizeof(int32_t)) return reinterpret_cast<const int32_t*>(own.data);
  const AVFrameSideData* const found = av_frame_get_side_data(&first, AV_FRAME_DATA_DISPLAYMATRIX);
  return found ? reinterpret_cast<const int32_t*>(found->data) : nullptr;
}

}  // namespace

VideoReader::VideoReader(const std::string& path, const ReaderOptions& options)
    : source_(path, options.stop, options.frame_rate), options_(options), target_(options.like) {
  decoder_.emplace(source_, options.alpha, options.threads);
  // Which decoders leave out unless they are asked for it.
  saw_alpha_ = std::string_view(tag(stream().metadata, "alpha_mode")) == "1";
  if (const AVRational aspect = source_.aspect(); !is_kept(aspect))
    note(concat("says that its pixels are ", aspect.num, ":", aspect.den,
                ", which no container keeps: they are taken for square"));
  // Halves of the stream's ticks: where the second fields of interlaced frames begin.
  const AVRational base = stream().time_base;
  time_base_ = base.den <= INT32_MAX / 2 ? AVRational{base.num, base.den * 2} : base;
  if (time_base_.num % 2 == 0) time_base_ = av_mul_q(base, {1, 2});
  frame_rate_ = av_guess_frame_rate(&source_.format(), const_cast<AVStream*>(&stream()), nullptr);
  if (frame_rate_.num <= 0 || av_q2d(frame_rate_) > 1000) frame_rate_ = {0, 1};
  source_.only(source_.video());
  if (options.from_s > 0) {
    origin_ = stream().start_time != AV_NOPTS_VALUE
                  ? av_rescale_q(stream().start_time, base, time_base_)
                  : 0;
    // Where times may jump, they are known by reading alone.
    if (!options.end_at_change || !source_.jumps())
      source_.seek(options.from_s + origin_ * av_q2d(time_base_));
  }
}

// Looks at the frames to come, which then come again.
void VideoReader::judge_fields() {
  judged_ = true;
  std::vector<UniqueFrame> seen;
  UniqueFrame frame = new_frame();
  while (static_cast<int>(seen.size()) < kFramesToJudge && decoder_->next(*frame)) {
    seen.emplace_back(av_frame_clone(frame.get()));
    av_frame_unref(frame.get());
  }
  deinterlace_ = show_two_moments(seen, stream().time_base);
  if (!deinterlace_)
    note("is marked interlaced, but each frame shows one moment: frames stay whole");
  looked_at_.insert(looked_at_.begin(), std::move_iterator(seen.rbegin()),
                    std::move_iterator(seen.rend()));
}

// Frames before the first whose time is told, as FFmpeg gives those that Matroska has before 0,
// count back from there.
void VideoReader::date_first(UniqueFrame first) {
  std::vector<UniqueFrame> seen;
  seen.push_back(std::move(first));
  while (seen.back()->pts == AV_NOPTS_VALUE && static_cast<int>(seen.size()) < kFramesToJudge) {
    UniqueFrame frame = new_frame();
    if (!decoder_->next(*frame)) break;
    seen.push_back(std::move(frame));
  }
  const int64_t told = seen.back()->pts;
  for (size_t i = 0; told != AV_NOPTS_VALUE && frame_rate_.num > 0 && i < seen.size(); ++i)
    seen[i]->pts = told - av_rescale_q(static_cast<int64_t>(seen.size() - 1 - i),
                                       av_inv_q(frame_rate_), stream().time_base);
  looked_at_.assign(std::move_iterator(seen.rbegin()), std::move_iterator(seen.rend()));
}

void VideoReader::begin_chain(const AVFrame& frame) {
  chain_input_ = filter_input(frame, stream().time_base);
  std::string filters = deinterlace_ ? kBob : "";
  const auto add = [&](const std::string& more) {
    if (!more.empty()) filters += (filters.empty() ? "" : ",") + more;
  };
  const std::string turn = turning(display_matrix(stream(), frame));
  add(turn);
  const bool across = turn.starts_with("transpose");
  FilterInput upright = chain_input_;
  if (across) {
    std::swap(upright.width, upright.height);
    if (upright.aspect.num > 0) std::swap(upright.aspect.num, upright.aspect.den);
  }
  const auto format = static_cast<AVPixelFormat>(frame.format);
  if (target_.width == 0) {
    const AVPixelFormat working = working_format(format, options_.alpha);
    const bool stays_yuv = frame.colorspace != AVCOL_SPC_RGB && !has_alpha(working);
    target_ = {upright.width,
               upright.height,
               working,
               upright.aspect,
               stays_yuv ? frame.colorspace : AVCOL_SPC_RGB,
               stays_yuv ? frame.color_range : AVCOL_RANGE_JPEG};
    if (working != format) add(converting(working, target_.matrix, target_.range));
  } else {
    add(fitting(upright, target_));
  }
  chain_.emplace(chain_input_, filters);
}

double VideoReader::time_s(int64_t pts) const {
  return static_cast<double>(av_rescale_q(pts, stream().time_base, time_base_) - origin_) *
         av_q2d(time_base_);
}

bool VideoReader::end_at(const AVFrame& frame) {
  if (!options_.end_at_change) return false;
  changes_s_ = time_s(frame.pts);
  note(concat("changes on the way, at ", changes_s_, " s, where a new file begins"));
  chain_->put(nullptr);
  decoder_->end();
  looked_at_.clear();
  return true;
}

void VideoReader::give(UniqueFrame frame) {
  complete_colour(*frame, *stream().codecpar);
  // What lies before the part is of another kind, perhaps.
  if (options_.end_at_change && options_.from_s > 0 && frame->pts != AV_NOPTS_VALUE &&
      time_s(frame->pts) < options_.from_s - 1e-6)
    return;
  if (is_interlaced(*frame) && !judged_) {
    // Those looked at come again, this one first.
    judge_fields();
    if (deinterlace_ && chain_ && end_at(*frame)) return;
    if (deinterlace_ && chain_) {
      chain_->put(nullptr);
      looked_at_.push_back(UniqueFrame(av_frame_clone(frame.get())));
      return;
    }
  }
  if (!deinterlace_) set_progressive(*frame);
  if (!saw_alpha_ && has_alpha(static_cast<AVPixelFormat>(frame->format)))
    saw_alpha_ = !is_opaque(*frame);
  const FilterInput input = filter_input(*frame, stream().time_base);
  if (!chain_) {
    begin_chain(*frame);
  } else if (!(input == chain_input_)) {
    if (end_at(*frame)) return;
    const bool size = input.width != chain_input_.width || input.height != chain_input_.height;
    note(concat("changes on the way, at ", time_s(frame->pts), " s: to ", input.width, "x",
                input.height, " ", av_get_pix_fmt_name(static_cast<AVPixelFormat>(input.format)),
                size ? "; what follows is fitted into the first size"
                     : "; what follows is made like the first part"));
    chain_->put(nullptr);
    looked_at_.push_back(std::move(frame));
    return;
  }
  chain_->put(std::move(frame));
}

// Times that rise, in time_base().
UniqueFrame VideoReader::accepted(UniqueFrame frame) {
  const int64_t step = std::max<int64_t>(
      1, frame_rate_.num > 0 ? av_rescale_q(1, av_inv_q(frame_rate_), time_base_) : last_duration_);
  if (frame->pts == AV_NOPTS_VALUE)
    frame->pts = last_pts_ == AV_NOPTS_VALUE ? 0 : last_pts_ + step;
  else
    frame->pts = av_rescale_q(frame->pts, chain_->time_base(), time_base_);
  if (last_pts_ != AV_NOPTS_VALUE && frame->pts <= last_pts_) {
    ++misplaced_;
    frame->pts = last_pts_ + step;
  }
  last_pts_ = frame->pts;
  if (origin_ == AV_NOPTS_VALUE) origin_ = frame->pts;
  int64_t own = av_rescale_q(duration_of(*frame), stream().time_base, time_base_);
  if (deinterlace_) own /= 2;
  set_duration(*frame, own > 0 ? own : step);
  frame->colorspace = target_.matrix;
  frame->color_range = target_.range;
  frame->pict_type = AV_PICTURE_TYPE_NONE;
  av_frame_remove_side_data(frame.get(), AV_FRAME_DATA_DISPLAYMATRIX);
  return frame;
}

bool VideoReader::inside(const AVFrame& frame) const {
  const double begin = static_cast<double>(frame.pts - origin_) * av_q2d(time_base_);
  return begin + static_cast<double>(duration_of(frame)) * av_q2d(time_base_) * 0.5 >
         options_.from_s;
}

// The one after which there is none; null where that was given already.
UniqueFrame VideoReader::last() {
  ended_ = true;
  return held_ && inside(*held_) ? std::move(held_) : nullptr;
}

UniqueFrame VideoReader::next() {
  while (true) {
    if (UniqueFrame frame = chain_ ? chain_->take() : nullptr) {
      frame = accepted(std::move(frame));
      if (held_) set_duration(*held_, frame->pts - held_->pts);
      std::swap(held_, frame);
      if (!frame || !inside(*frame)) continue;
      const double begin = (frame->pts - origin_) * av_q2d(time_base_);
      if (options_.to_s > 0 && begin >= options_.to_s - 1e-9) return nullptr;
      last_duration_ = duration_of(*frame);
      return frame;
    }
    if (chain_ && chain_->ended()) {
      if (looked_at_.empty() && decoder_->ended()) {
        return last();
      }
      chain_.reset();
    }
    UniqueFrame frame = new_frame();
    if (!looked_at_.empty()) {
      frame = std::move(looked_at_.back());
      looked_at_.pop_back();
    } else if (!decoder_->next(*frame)) {
      check(chain_ || held_ || ended_, ErrorKind::kWrongType, source_.path(),
            ": none of its frames can be decoded");
      if (!chain_) return last();
      chain_->put(nullptr);
      continue;
    }
    if (!std::exchange(dated_, true) && frame->pts == AV_NOPTS_VALUE)
      date_first(std::move(frame));
    else
      give(std::move(frame));
  }
}

std::vector<std::string> VideoReader::take_notes() {
  std::vector<std::string> taken = std::move(notes_);
  notes_.clear();
  if (const int64_t damaged = decoder_->damaged() - damaged_said_; damaged > 0)
    taken.push_back(concat("is damaged: ", damaged,
                           " of its pictures could not be decoded as they were meant"));
  if (misplaced_ > 0)
    taken.push_back(
        concat(misplaced_, " frames had the times of others and were put behind these"));
  damaged_said_ = decoder_->damaged();
  misplaced_ = 0;
  if (!ended_ || options_.to_s > 0 || changes_s_ > 0) return taken;
  ended_ = false;
  // Containers count from their first frame, or from 0.
  const double end =
      static_cast<double>(last_pts_ - std::min<int64_t>(origin_, 0)) * av_q2d(time_base_);
  const double said = duration_s();
  const double frame = frame_rate_.num > 0 ? 1 / av_q2d(frame_rate_) : 0.1;
  if (!source_.trouble().empty())
    taken.push_back(concat("cannot be read to its end: ", source_.trouble()));
  else if (said > 0 && end + 3 * frame < said)
    taken.push_back(concat("is cut short: it says that it lasts ", said, " s, and ends after ",
                           end + frame, " s"));
  return taken;
}

AVRational VideoReader::frame_rate() const {
  return deinterlace_ && frame_rate_.num > 0 ? av_mul_q(frame_rate_, {2, 1}) : frame_rate_;
}

double VideoReader::whole_s() const {
  if (stream().duration > 0) return stream().duration * av_q2d(stream().time_base);
  if (source_.format().duration > 0 &&
      source_.format().duration_estimation_method != AVFMT_DURATION_FROM_BITRATE)
    return static_cast<double>(source_.format().duration) / AV_TIME_BASE;
  return 0;
}

std::string VideoReader::no_frame() const {
  return concat(source_.path(), ": holds no frame from ", options_.from_s, " s on",
                whole_s() > 0 ? concat("; it lasts ", whole_s(), " s") : "");
}

double VideoReader::duration_s() const {
  const double whole = whole_s();
  const double to =
      options_.to_s > 0 && (whole == 0 || options_.to_s < whole) ? options_.to_s : whole;
  return std::max(0.0, to - options_.from_s);
}

double VideoReader::expected_frames() const {
  return frame_rate().num > 0 ? duration_s() * av_q2d(frame_rate()) : 0;
}

}  // namespace gan
