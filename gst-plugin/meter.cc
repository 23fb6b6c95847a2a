// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/meter.h"

#include "core/error.h"
#include "gst-plugin/video_frame.h"

GST_DEBUG_CATEGORY_EXTERN(psnr_meter_debug);
#define GST_CAT_DEFAULT psnr_meter_debug

namespace gan {

using Step = Pairing::Step;

Meter::Meter(GstAggregator* element, GstAggregatorPad* reference, GstAggregatorPad* processed)
    : element_(element),
      reference_(reference),
      processed_(processed),
      watch_(GST_ELEMENT(element), reference, processed) {}

void Meter::warn(const std::string& text) {
  if (!text.empty()) GST_ELEMENT_WARNING(element_, STREAM, FAILED, ("%s", text.c_str()), (nullptr));
}

void Meter::post(UniqueStructure values) {
  gst_element_post_message(GST_ELEMENT(element_),
                           gst_message_new_element(GST_OBJECT(element_), values.release()));
}

void Meter::start() {
  const MeterSettings now = settings.copy();
  measurement_.begin(now);
  const GstClockTime held = now.pairing.align == Align::kBest ? kAlignmentSpan_ns : 0;
  gst_aggregator_set_latency(element_, held, held);
  watch_.start();
}

void Meter::stop() {
  watch_.stop();
  reference_.reset();
  processed_.reset();
  sent_caps_.reset();
  sent_segments_ = 0;
  measurement_.end_threads();
  measurement_.finish();
}

void Meter::flush() {
  reference_.flush();
  processed_.flush();
  measurement_.begin(settings.copy());
}

void Meter::send_stream(const InputStream& stream) {
  if (stream.caps && stream.caps.get() != sent_caps_.get()) {
    sent_caps_.reset(gst_caps_ref(stream.caps.get()));
    gst_aggregator_set_src_caps(element_, stream.caps.get());
  }
  if (stream.segments != sent_segments_) {
    sent_segments_ = stream.segments;
    gst_aggregator_update_segment(element_, &stream.segment);
  }
}

void Meter::take_caps(GstAggregatorPad* pad, GstCaps* caps) {
  GST_INFO_OBJECT(pad, "%" GST_PTR_FORMAT, caps);
  input(pad).take_caps(caps);
  if (!processed_.holds()) send_stream(processed_.stream());
  warn(colorimetry_complaint(reference_.stream().info, processed_.stream().info));
}

void Meter::take_segment(GstAggregatorPad* pad, const GstSegment& segment) {
  input(pad).take_segment(segment);
  if (!processed_.holds()) send_stream(processed_.stream());
}

// With align=best: holds the first second of both inputs, and finds the offset when it is there.
void Meter::align(const PairingOptions& options) {
  if (options.align != Align::kBest || measurement_.aligned()) return;
  watch_.progress();
  const bool reference = reference_.hold_first_second();
  const bool processed = processed_.hold_first_second();
  if (!reference || !processed) return;
  const Alignment found =
      measurement_.align(reference_.first_second(), processed_.first_second(), options);
  GST_INFO_OBJECT(element_, "align=best: %s", found.text().c_str());
  if (!found.fits && (reference_.holds() || processed_.holds()))
    warn(concat("align=best: ", found.text(), "; frames are paired by running time"));
}

void Meter::measure(const MeterFrame& reference, const MeterFrame& processed) {
  const MappedFrame a(reference.stream->info, reference.buffer.get(), GST_MAP_READ);
  const MappedFrame b(processed.stream->info, processed.buffer.get(), GST_MAP_READ);
  UniqueStructure values =
      measurement_.add(a.view(), b.view(),
                       {processed.timestamp(), processed.stream_time(), processed.running_time(),
                        GST_BUFFER_DURATION(processed.buffer.get())});
  double psnr_db = 0;
  gst_structure_get_double(values.get(), "psnr", &psnr_db);
  GST_DEBUG_OBJECT(
      element_,
      "pair: reference %" GST_TIME_FORMAT ", processed %" GST_TIME_FORMAT ", psnr %.3f dB",
      GST_TIME_ARGS(reference.running_time()), GST_TIME_ARGS(processed.running_time()), psnr_db);
  if (settings.copy(&MeterSettings::messages)) post(std::move(values));
}

void Meter::sum_up() {
  warn(measurement_.complaint(settings.copy(&MeterSettings::pairing), true));
  warn(measurement_.doubt());
  if (auto values = measurement_.finish()) {
    GST_INFO_OBJECT(element_, "%" GST_PTR_FORMAT, values.get());
    post(std::move(values));
  }
}

GstFlowReturn Meter::step(bool late) {
  const auto options = settings.copy(&MeterSettings::pairing);
  const bool was_aligned = measurement_.aligned();
  align(options);
  MeterFrame reference = reference_.front(), processed = processed_.front();
  const Step step = measurement_.next(reference_.head(), processed_.head(), options, late);
  if (!was_aligned && measurement_.aligned())
    GST_INFO_OBJECT(element_, "processed frames are taken for %+.6f s later",
                    static_cast<double>(measurement_.counts().offset_ns) / 1e9);
  if (step == Step::kWait) return GST_AGGREGATOR_FLOW_NEED_DATA;
  watch_.progress();
  if (step == Step::kEnd) {
    sum_up();
    return GST_FLOW_EOS;
  }
  if (step == Step::kPair) {
    measure(reference, processed);
  } else {
    const bool of_reference = step == Step::kReferenceAlone;
    GST_DEBUG_OBJECT(element_, "alone: %s %" GST_TIME_FORMAT,
                     of_reference ? "reference" : "processed",
                     GST_TIME_ARGS((of_reference ? reference : processed).running_time()));
    warn(measurement_.complaint(options, false));
  }
  if (step != Step::kProcessedAlone) reference_.pop();
  if (step == Step::kReferenceAlone) return GST_FLOW_OK;
  processed_.pop();
  send_stream(*processed.stream);
  return gst_aggregator_finish_buffer(element_, processed.buffer.release());
}

GstFlowReturn Meter::work(bool late) {
  if (reference_.drop_gap() || processed_.drop_gap()) return GST_AGGREGATOR_FLOW_NEED_DATA;
  return step(late);
}

}  // namespace gan
