// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-psnrmeter
 * @title: psnrmeter
 * @short_description: measures PSNR, SSIM and MSE of one stream against another
 *
 * Frames of the processed stream (dist_sink) are compared with those of the reference (ref_sink) of
 * the same running time; the processed stream goes on. A frame without a partner is counted and
 * never paired with another one. Both pads must have the same format and size.
 *
 * |[
 * gst-launch-1.0 -m psnrmeter name=m ! fakesink \
 *   filesrc location=original.mp4 ! decodebin ! videoconvert ! video/x-raw,format=I420 ! m.ref_sink
 * \ filesrc location=processed.mp4 ! decodebin ! videoconvert ! video/x-raw,format=I420 !
 * m.dist_sink
 * ]|
 */
#include "gst-plugin/gstpsnrmeter.h"

#include <gst/video/video.h>

#include "gst-plugin/guard.h"
#include "gst-plugin/locked.h"
#include "gst-plugin/meter_report.h"
#include "gst-plugin/video_frame.h"

GST_DEBUG_CATEGORY_STATIC(psnr_meter_debug);
#define GST_CAT_DEFAULT psnr_meter_debug

using gan::guard;

namespace {

struct Settings {
  gan::MeterOptions meter;
  GstClockTime tolerance = GST_MSECOND;
  bool messages = true;
};

struct State {
  gan::Locked<Settings> settings;
  gan::Locked<gan::Measured> measured;  // written while streaming, read by `stats`
  GstAggregatorPad *reference = nullptr, *processed = nullptr;
  GstVideoInfo reference_info, processed_info;  // set by caps events, serialised with aggregate
  bool summed_up = false;
};

enum Property { kTolerance = 1, kCropBorder, kSsim, kMessages, kStats };

GstClockTime running_time(GstAggregatorPad* pad, GstBuffer* buffer) {
  return gst_segment_to_running_time(&pad->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
}

}  // namespace

struct _GstPsnrMeter {
  GstAggregator parent;
  State* state;  // new in init, delete in finalize
};

G_DEFINE_TYPE(GstPsnrMeter, gst_psnr_meter, GST_TYPE_AGGREGATOR)
GST_ELEMENT_REGISTER_DEFINE(psnrmeter, "psnrmeter", GST_RANK_NONE, GST_TYPE_PSNR_METER)

static void start_anew(State& state) {
  const Settings settings = state.settings.copy();
  state.measured.with([&](gan::Measured& m) {
    m = gan::Measured{gan::FrameMeter(settings.meter), 0, 0};
  });
  state.summed_up = false;
}

static gboolean start(GstAggregator* aggregator) {
  State& state = *GST_PSNR_METER(aggregator)->state;
  gst_video_info_init(&state.reference_info);
  gst_video_info_init(&state.processed_info);
  start_anew(state);
  return TRUE;
}

static GstFlowReturn flush(GstAggregator* aggregator) {
  start_anew(*GST_PSNR_METER(aggregator)->state);
  return GST_FLOW_OK;
}

static void post(GstPsnrMeter* self, GstStructure* structure) {
  gst_element_post_message(GST_ELEMENT(self), gst_message_new_element(GST_OBJECT(self), structure));
}

static void post_frame(GstPsnrMeter* self, GstBuffer* buffer, const gan::FrameQuality& quality,
                       uint64_t frame) {
  const Settings settings = self->state->settings.copy();
  if (!settings.messages) return;
  GstStructure* const to = gan::frame_structure(self->state->processed->segment, buffer);
  gst_structure_set(to, "frame", G_TYPE_UINT64, frame, nullptr);
  gan::add_quality(to, quality, settings.meter.ssim);
  post(self, to);
}

static void post_summary(GstPsnrMeter* self) {
  State& state = *self->state;
  if (state.summed_up) return;
  state.summed_up = true;
  const bool ssim = state.settings.copy().meter.ssim;
  GstStructure* const to = state.measured.with(
      [&](gan::Measured& m) { return gan::summary_structure("psnrmeter", m, ssim); });
  gst_structure_set(to, "final", G_TYPE_BOOLEAN, TRUE, nullptr);
  post(self, to);
}

static void measure(GstPsnrMeter* self, GstBuffer* reference, GstBuffer* processed) {
  State& state = *self->state;
  const gan::MappedFrame a(state.reference_info, reference, GST_MAP_READ);
  const gan::MappedFrame b(state.processed_info, processed, GST_MAP_READ);
  uint64_t frame = 0;
  const auto quality = state.measured.with([&](gan::Measured& m) {
    const gan::FrameQuality added = m.meter.add(a.view(), b.view());
    frame = m.meter.summary().frames - 1;
    return added;
  });
  post_frame(self, processed, quality, frame);
}

// Which of the two oldest frames is to go: below 0 the reference, above 0 the processed one, 0
// both.
static int pairing(const State& state, GstBuffer* reference, GstBuffer* processed) {
  if (!reference || !processed) return reference ? -1 : 1;
  const GstClockTime a = running_time(state.reference, reference);
  const GstClockTime b = running_time(state.processed, processed);
  gan::check(GST_CLOCK_TIME_IS_VALID(a) && GST_CLOCK_TIME_IS_VALID(b), gan::ErrorKind::kFailed,
             "frames without timestamps cannot be paired");
  const GstClockTimeDiff apart = GST_CLOCK_DIFF(a, b);
  if (std::abs(apart) <= static_cast<GstClockTimeDiff>(state.settings.copy().tolerance)) return 0;
  return apart > 0 ? -1 : 1;
}

static GstFlowReturn aggregate(GstAggregator* aggregator, gboolean) {
  auto* const self = GST_PSNR_METER(aggregator);
  State& state = *self->state;
  GstBuffer* const reference = gst_aggregator_pad_peek_buffer(state.reference);
  GstBuffer* processed = gst_aggregator_pad_peek_buffer(state.processed);
  if (!reference && !processed && gst_aggregator_pad_is_eos(state.reference) &&
      gst_aggregator_pad_is_eos(state.processed)) {
    post_summary(self);
    return GST_FLOW_EOS;
  }
  const bool waits = (!reference && !gst_aggregator_pad_is_eos(state.reference)) ||
                     (!processed && !gst_aggregator_pad_is_eos(state.processed));
  GstFlowReturn flow = GST_AGGREGATOR_FLOW_NEED_DATA;
  int which = 2;
  if (!waits)
    flow = guard(self, GST_FLOW_ERROR, [&] {
      which = pairing(state, reference, processed);
      if (which == 0)
        measure(self, reference, processed);
      else
        state.measured.with(
            [&](gan::Measured& m) { ++(which < 0 ? m.unpaired_reference : m.unpaired_processed); });
      return GST_FLOW_OK;
    });
  if (which <= 0) gst_aggregator_pad_drop_buffer(state.reference);
  if (which == 0 || which == 1) gst_aggregator_pad_drop_buffer(state.processed);
  gst_clear_buffer(const_cast<GstBuffer**>(&reference));
  if (flow == GST_FLOW_OK && which >= 0) return gst_aggregator_finish_buffer(aggregator, processed);
  gst_clear_buffer(&processed);
  return flow;
}

static gboolean sink_event(GstAggregator* aggregator, GstAggregatorPad* pad, GstEvent* event) {
  State& state = *GST_PSNR_METER(aggregator)->state;
  const bool processed = pad == state.processed;
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    const bool known = guard(aggregator, false, [&] {
      gan::check(
          gst_video_info_from_caps(processed ? &state.processed_info : &state.reference_info, caps),
          gan::ErrorKind::kSettings, "caps that are no raw video");
      return true;
    });
    if (known && processed) gst_aggregator_set_src_caps(aggregator, caps);
    if (!known) {
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

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GST_PSNR_METER(object)->state->settings.with([&](Settings& settings) {
    switch (id) {
      case kTolerance: settings.tolerance = g_value_get_uint64(value); break;
      case kCropBorder: settings.meter.crop_border = g_value_get_int(value); break;
      case kSsim: settings.meter.ssim = g_value_get_boolean(value); break;
      case kMessages: settings.messages = g_value_get_boolean(value); break;
      default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
  });
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  State& state = *GST_PSNR_METER(object)->state;
  const Settings settings = state.settings.copy();
  switch (id) {
    case kTolerance: g_value_set_uint64(value, settings.tolerance); break;
    case kCropBorder: g_value_set_int(value, settings.meter.crop_border); break;
    case kSsim: g_value_set_boolean(value, settings.meter.ssim); break;
    case kMessages: g_value_set_boolean(value, settings.messages); break;
    case kStats:
      g_value_take_boxed(value, state.measured.with([&](gan::Measured& m) {
        return gan::summary_structure("psnrmeter-stats", m, settings.meter.ssim);
      }));
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

static void finalize(GObject* object) {
  delete GST_PSNR_METER(object)->state;
  G_OBJECT_CLASS(gst_psnr_meter_parent_class)->finalize(object);
}

static void gst_psnr_meter_init(GstPsnrMeter* self) {
  self->state = new State;
  const auto add_pad = [&](const char* name) {
    GstPadTemplate* const pad_template =
        gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(self), name);
    auto* const pad =
        GST_AGGREGATOR_PAD(g_object_new(GST_TYPE_AGGREGATOR_PAD, "name", name, "direction",
                                        GST_PAD_SINK, "template", pad_template, nullptr));
    gst_element_add_pad(GST_ELEMENT(self), GST_PAD(pad));
    return pad;
  };
  self->state->reference = add_pad("ref_sink");
  self->state->processed = add_pad("dist_sink");
}

static void install_properties(GObjectClass* object) {
  const auto install = [&](Property id, GParamSpec* spec) {
    g_object_class_install_property(object, id, spec);
  };
  const auto fixed =
      GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const auto live =
      GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  install(kTolerance, g_param_spec_uint64("tolerance", "Tolerance",
                                          "Largest difference of running times of a pair, in ns", 0,
                                          G_MAXUINT64, GST_MSECOND, live));
  install(kCropBorder,
          g_param_spec_int("crop-border", "Crop border",
                           "Luma samples left out at each side of the frame", 0, 1024, 0, fixed));
  install(kSsim, g_param_spec_boolean("ssim", "SSIM", "Measure SSIM too", TRUE, fixed));
  install(kMessages, g_param_spec_boolean("message", "Message",
                                          "Post an element message for every frame", TRUE, live));
  install(kStats, g_param_spec_boxed("stats", "Statistics",
                                     "frames, identical, unpaired-reference, unpaired-processed, "
                                     "mse, psnr, ssim (also of each "
                                     "plane), psnr-mean, psnr-min",
                                     GST_TYPE_STRUCTURE,
                                     GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
}

static void gst_psnr_meter_class_init(GstPsnrMeterClass* klass) {
  GST_DEBUG_CATEGORY_INIT(psnr_meter_debug, "psnrmeter", 0, "quality of video against a reference");
  auto* const object = G_OBJECT_CLASS(klass);
  auto* const element = GST_ELEMENT_CLASS(klass);
  auto* const aggregator = GST_AGGREGATOR_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  install_properties(object);
  GstCaps* const caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GAN_VIDEO_FORMATS));
  const auto add_template = [&](const char* name, GstPadDirection direction) {
    gst_element_class_add_pad_template(
        element, gst_pad_template_new_with_gtype(name, direction, GST_PAD_ALWAYS, caps,
                                                 GST_TYPE_AGGREGATOR_PAD));
  };
  add_template("ref_sink", GST_PAD_SINK);
  add_template("dist_sink", GST_PAD_SINK);
  add_template("src", GST_PAD_SRC);
  gst_caps_unref(caps);
  gst_element_class_set_static_metadata(
      element, "PSNR meter", "Filter/Analyzer/Video",
      "Measures PSNR, SSIM and MSE of a processed stream against its reference",
      "The gst-plugins-gan authors");
  aggregator->start = GST_DEBUG_FUNCPTR(start);
  aggregator->flush = GST_DEBUG_FUNCPTR(flush);
  aggregator->aggregate = GST_DEBUG_FUNCPTR(aggregate);
  aggregator->sink_event = GST_DEBUG_FUNCPTR(sink_event);
}
