// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-psnrmeter
 * @title: psnrmeter
 * @short_description: measures PSNR, SSIM and MSE of one stream against another
 *
 * Frames of the processed stream (dist_sink) are compared with those of the reference (ref_sink) of
 * the same running time; the processed stream goes on, unchanged. A frame without a partner is
 * counted and never repeated or paired with another one. Both pads must have the same format and
 * size. The exact definitions of all values: core/metrics.h and core/frame_meter.h.
 *
 * Every pair is an element message "psnrmeter" (and a line of log-file) with final=false, the
 * numbers frame, reference-frame and processed-frame, timestamp, stream-time, running-time,
 * duration, and mse, psnr, ssim (ms-ssim, flicker, flicker-static) of the frame and of each plane,
 * such as psnr-y. Before EOS goes on there is one with final=true: frames, identical,
 * unpaired-reference, unpaired-processed, of these reference-after-end and processed-after-end, the
 * means of the values, psnr of the mean mse, psnr-mean and psnr-min. The property stats holds the
 * same at any time.
 *
 * A flush (a flushing seek) begins a new measurement; other seeks and new segments go on with it.
 * QoS events end here, so a late sink makes nothing upstream drop frames. Frames wait for their
 * partner without limit; in a live pipeline with the property latency set, that much beyond their
 * time.
 *
 * |[
 * gst-launch-1.0 -m psnrmeter name=m ! fakesink \
 *   filesrc location=original.mp4 ! decodebin ! videoconvert ! m.ref_sink \
 *   filesrc location=processed.mp4 ! decodebin ! videoconvert ! m.dist_sink
 * ]|
 */
#include "gst-plugin/gstpsnrmeter.h"

#include <gst/video/video.h>

#include <memory>

#include "gst-plugin/guard.h"
#include "gst-plugin/measurement.h"
#include "gst-plugin/meter_pads.h"
#include "gst-plugin/meter_watch.h"
#include "gst-plugin/video_frame.h"

GST_DEBUG_CATEGORY_STATIC(psnr_meter_debug);
#define GST_CAT_DEFAULT psnr_meter_debug

using gan::guard;
using Step = gan::Pairing::Step;

namespace {

struct Unref {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};
using UniqueBuffer = std::unique_ptr<GstBuffer, Unref>;

struct State {
  gan::Locked<gan::MeterSettings> settings;
  gan::Measurement measurement;
  GstAggregatorPad *reference = nullptr, *processed = nullptr;
  GstVideoInfo reference_info, processed_info;  // set by caps events, serialised with aggregate
  GstCaps* processed_caps = nullptr;
  std::unique_ptr<gan::MeterWatch> watch;
};

}  // namespace

struct _GstPsnrMeter {
  GstAggregator parent;
  State* state;  // new in init, delete in finalize
};

G_DEFINE_TYPE_WITH_CODE(GstPsnrMeter, gst_psnr_meter, GST_TYPE_AGGREGATOR,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, nullptr))
GST_ELEMENT_REGISTER_DEFINE(psnrmeter, "psnrmeter", GST_RANK_NONE, GST_TYPE_PSNR_METER)

static void warn(GstPsnrMeter* self, const std::string& text) {
  if (!text.empty()) GST_ELEMENT_WARNING(self, STREAM, FAILED, ("%s", text.c_str()), (nullptr));
}

static void post(GstPsnrMeter* self, gan::UniqueStructure values) {
  gst_element_post_message(GST_ELEMENT(self),
                           gst_message_new_element(GST_OBJECT(self), values.release()));
}

static gboolean start(GstAggregator* aggregator) {
  State& state = *GST_PSNR_METER(aggregator)->state;
  return guard(aggregator, FALSE, [&] {
    gst_video_info_init(&state.reference_info);
    gst_video_info_init(&state.processed_info);
    state.measurement.begin(state.settings.copy());
    state.watch->start();
    return TRUE;
  });
}

static gboolean stop(GstAggregator* aggregator) {
  State& state = *GST_PSNR_METER(aggregator)->state;
  state.watch->stop();
  gst_clear_caps(&state.processed_caps);
  return guard(aggregator, TRUE, [&] {
    state.measurement.end_threads();
    state.measurement.finish();
    return TRUE;
  });
}

static GstFlowReturn flush(GstAggregator* aggregator) {
  State& state = *GST_PSNR_METER(aggregator)->state;
  return guard(aggregator, GST_FLOW_ERROR, [&] {
    state.measurement.begin(state.settings.copy());
    return GST_FLOW_OK;
  });
}

static void measure(GstPsnrMeter* self, GstBuffer* reference, GstBuffer* processed) {
  State& state = *self->state;
  const gan::MappedFrame a(state.reference_info, reference, GST_MAP_READ);
  const gan::MappedFrame b(state.processed_info, processed, GST_MAP_READ);
  const GstSegment& segment = state.processed->segment;
  const GstClockTime pts = GST_BUFFER_PTS(processed);
  gan::UniqueStructure values =
      state.measurement.add(a.view(), b.view(),
                            {pts, gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, pts),
                             gst_segment_to_running_time(&segment, GST_FORMAT_TIME, pts),
                             GST_BUFFER_DURATION(processed)});
  if (state.settings.copy(&gan::MeterSettings::messages)) post(self, std::move(values));
}

static void sum_up(GstPsnrMeter* self) {
  warn(self, self->state->measurement.complaint(true));
  if (auto values = self->state->measurement.finish()) post(self, std::move(values));
}

static GstFlowReturn aggregate(GstAggregator* aggregator, gboolean timeout) {
  auto* const self = GST_PSNR_METER(aggregator);
  State& state = *self->state;
  const UniqueBuffer reference(gst_aggregator_pad_peek_buffer(state.reference));
  UniqueBuffer processed(gst_aggregator_pad_peek_buffer(state.processed));
  if (gan::drop_gap(state.reference, reference.get()) ||
      gan::drop_gap(state.processed, processed.get()))
    return GST_AGGREGATOR_FLOW_NEED_DATA;
  Step step = Step::kWait;
  const GstFlowReturn flow = guard(self, GST_FLOW_ERROR, [&] {
    step = state.measurement.next(gan::stream_head(state.reference, reference.get()),
                                  gan::stream_head(state.processed, processed.get()),
                                  state.settings.copy(&gan::MeterSettings::pairing), timeout);
    if (step == Step::kWait) return GST_AGGREGATOR_FLOW_NEED_DATA;
    state.watch->progress();
    if (step == Step::kPair)
      measure(self, reference.get(), processed.get());
    else if (step == Step::kEnd)
      sum_up(self);
    else
      warn(self, state.measurement.complaint(false));
    return step == Step::kEnd ? GST_FLOW_EOS : GST_FLOW_OK;
  });
  if (flow != GST_FLOW_OK) return flow;
  if (step != Step::kProcessedAlone) gst_aggregator_pad_drop_buffer(state.reference);
  if (step == Step::kReferenceAlone) return GST_FLOW_OK;
  gst_aggregator_pad_drop_buffer(state.processed);
  return gst_aggregator_finish_buffer(aggregator, processed.release());
}

static GstClockTime get_next_time(GstAggregator* aggregator) {
  State& state = *GST_PSNR_METER(aggregator)->state;
  guint64 latency = 0;
  g_object_get(aggregator, "latency", &latency, nullptr);
  return latency == 0 ? GST_CLOCK_TIME_NONE : gan::earliest_time(state.reference, state.processed);
}

static GstBuffer* clip(GstAggregator*, GstAggregatorPad* pad, GstBuffer* buffer) {
  return gan::clip_to_segment(pad, buffer);
}

static void take_caps(GstPsnrMeter* self, bool processed, GstCaps* caps) {
  State& state = *self->state;
  GstVideoInfo& info = processed ? state.processed_info : state.reference_info;
  gan::check(gan::video_info_from_caps(info, caps), gan::ErrorKind::kSettings,
             "caps that are no raw video");
  if (processed) {
    gst_caps_replace(&state.processed_caps, caps);
    gst_aggregator_set_src_caps(GST_AGGREGATOR(self), caps);
  }
  const GstVideoInfo &a = state.reference_info, &b = state.processed_info;
  if (GST_VIDEO_INFO_FORMAT(&a) != GST_VIDEO_INFO_FORMAT(&b) ||
      gst_video_colorimetry_is_equal(&a.colorimetry, &b.colorimetry))
    return;
  gchar* const reference = gst_video_colorimetry_to_string(&a.colorimetry);
  gchar* const other = gst_video_colorimetry_to_string(&b.colorimetry);
  warn(self, gan::concat("the colorimetry of the reference is ", reference ? reference : "unknown",
                         ", of the processed stream ", other ? other : "unknown",
                         "; code values are compared as they are"));
  g_free(reference);
  g_free(other);
}

static gboolean sink_event(GstAggregator* aggregator, GstAggregatorPad* pad, GstEvent* event) {
  const bool processed = pad == GST_PSNR_METER(aggregator)->state->processed;
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    const bool taken = guard(aggregator, false, [&] {
      take_caps(GST_PSNR_METER(aggregator), processed, caps);
      return true;
    });
    if (!taken) {
      gst_event_unref(event);
      return FALSE;
    }
  }
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT && processed) {
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event, &segment);
    gst_aggregator_update_segment(aggregator, segment);
  }
  return GST_AGGREGATOR_CLASS(gst_psnr_meter_parent_class)->sink_event(aggregator, pad, event);
}

// The processed stream goes on as it is, whatever downstream would like better.
static GstFlowReturn update_src_caps(GstAggregator* aggregator, GstCaps*, GstCaps** caps) {
  GstCaps* const current = GST_PSNR_METER(aggregator)->state->processed_caps;
  if (!current) return GST_AGGREGATOR_FLOW_NEED_DATA;
  *caps = gst_caps_ref(current);
  return GST_FLOW_OK;
}

static gboolean sink_query(GstAggregator* aggregator, GstAggregatorPad* pad, GstQuery* query) {
  const bool processed = pad == GST_PSNR_METER(aggregator)->state->processed;
  if (processed && gan::answer_caps_query(aggregator, query)) return TRUE;
  return GST_AGGREGATOR_CLASS(gst_psnr_meter_parent_class)->sink_query(aggregator, pad, query);
}

static gboolean propose_allocation(GstAggregator* aggregator, GstAggregatorPad* pad, GstQuery*,
                                   GstQuery* query) {
  const bool processed = pad == GST_PSNR_METER(aggregator)->state->processed;
  return gan::propose_meter_allocation(aggregator, processed, query);
}

// What comes late here was measured in time: nothing upstream may drop frames for it.
static gboolean src_event(GstAggregator* aggregator, GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_QOS)
    return GST_AGGREGATOR_CLASS(gst_psnr_meter_parent_class)->src_event(aggregator, event);
  gst_event_unref(event);
  return TRUE;
}

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  const bool known = GST_PSNR_METER(object)->state->settings.with(
      [&](gan::MeterSettings& settings) { return gan::set_meter_property(settings, id, value); });
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  State& state = *GST_PSNR_METER(object)->state;
  if (id == gan::kMeterStats)
    g_value_take_boxed(value, state.measurement.summary("psnrmeter-stats").release());
  else if (!gan::get_meter_property(state.settings.copy(), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject* object) {
  delete GST_PSNR_METER(object)->state;
  G_OBJECT_CLASS(gst_psnr_meter_parent_class)->finalize(object);
}

static void gst_psnr_meter_init(GstPsnrMeter* self) {
  auto* const element = GST_ELEMENT(self);
  self->state = new State;
  self->state->reference = gan::add_meter_pad(element, "ref_sink");
  self->state->processed = gan::add_meter_pad(element, "dist_sink");
  self->state->watch =
      std::make_unique<gan::MeterWatch>(element, self->state->reference, self->state->processed);
}

static void gst_psnr_meter_class_init(GstPsnrMeterClass* klass) {
  GST_DEBUG_CATEGORY_INIT(psnr_meter_debug, "psnrmeter", 0, "quality of video against a reference");
  auto* const object = G_OBJECT_CLASS(klass);
  auto* const element = GST_ELEMENT_CLASS(klass);
  auto* const aggregator = GST_AGGREGATOR_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  gan::install_meter_properties(object);
  gan::add_meter_pad_templates(element);
  gst_element_class_set_static_metadata(
      element, "PSNR meter", "Filter/Analyzer/Video",
      "Measures PSNR, SSIM and MSE of a processed stream against its reference",
      "The gst-plugins-gan authors");
  aggregator->start = GST_DEBUG_FUNCPTR(start);
  aggregator->stop = GST_DEBUG_FUNCPTR(stop);
  aggregator->flush = GST_DEBUG_FUNCPTR(flush);
  aggregator->aggregate = GST_DEBUG_FUNCPTR(aggregate);
  aggregator->get_next_time = GST_DEBUG_FUNCPTR(get_next_time);
  aggregator->clip = GST_DEBUG_FUNCPTR(clip);
  aggregator->sink_event = GST_DEBUG_FUNCPTR(sink_event);
  aggregator->update_src_caps = GST_DEBUG_FUNCPTR(update_src_caps);
  aggregator->sink_query = GST_DEBUG_FUNCPTR(sink_query);
  aggregator->propose_allocation = GST_DEBUG_FUNCPTR(propose_allocation);
  aggregator->src_event = GST_DEBUG_FUNCPTR(src_event);
}
