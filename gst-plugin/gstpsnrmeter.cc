// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-psnrmeter
 * @title: psnrmeter
 * @short_description: measures PSNR, SSIM and MSE of one stream against another
 *
 * Frames of the processed stream (dist_sink) are compared with those of the reference (ref_sink) of
 * the same running time, or shifted as the property align says; the processed stream goes on,
 * unchanged. A frame without a partner is counted and never repeated or paired with another one.
 * Both pads must have the same format and size. The exact definitions of all values: core/metrics.h
 * and core/frame_meter.h; of pairs and offsets: core/pairing.h and core/alignment.h.
 *
 * Every pair is an element message "psnrmeter" (and a line of log-file) with final=false, the
 * numbers frame, reference-frame and processed-frame, timestamp, stream-time, running-time,
 * duration, and mse, psnr, ssim (ms-ssim, flicker, flicker-static) of the frame and of each plane,
 * such as psnr-y. Before EOS goes on there is one with final=true: frames, identical,
 * unpaired-reference, unpaired-processed, of these reference-after-end and processed-after-end,
 * repeated-reference and repeated-processed, offset, the means of the values, psnr of the mean mse,
 * psnr-mean and psnr-min. The property stats holds the same at any time.
 *
 * A flush (a flushing seek) begins a new measurement; other seeks and new segments go on with it.
 * QoS events end here, so a late sink makes nothing upstream drop frames. Frames wait for their
 * partner without limit; in a live pipeline with the property latency set, that much beyond their
 * time. align=best holds the first second of both streams, which is latency of a live pipeline.
 *
 * |[
 * gst-launch-1.0 -m psnrmeter name=m ! fakesink \
 *   filesrc location=original.mp4 ! decodebin ! videoconvert ! m.ref_sink \
 *   filesrc location=processed.mp4 ! decodebin ! videoconvert ! m.dist_sink
 * ]|
 */
#include "gst-plugin/gstpsnrmeter.h"

#include <memory>

#include "gst-plugin/fixed_property.h"
#include "gst-plugin/guard.h"
#include "gst-plugin/meter.h"
#include "gst-plugin/meter_pads.h"

GST_DEBUG_CATEGORY(psnr_meter_debug);
#define GST_CAT_DEFAULT psnr_meter_debug

using gan::guard;

struct _GstPsnrMeter {
  GstAggregator parent;
  gan::Meter* meter;  // new in init, delete in finalize
};

G_DEFINE_TYPE_WITH_CODE(GstPsnrMeter, gst_psnr_meter, GST_TYPE_AGGREGATOR,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, nullptr))
GST_ELEMENT_REGISTER_DEFINE(psnrmeter, "psnrmeter", GST_RANK_NONE, GST_TYPE_PSNR_METER)

static gan::Meter& meter_of(gpointer self) { return *GST_PSNR_METER(self)->meter; }

static gboolean start(GstAggregator* aggregator) {
  return guard(aggregator, FALSE, [&] {
    meter_of(aggregator).start();
    return TRUE;
  });
}

static gboolean stop(GstAggregator* aggregator) {
  return guard(aggregator, TRUE, [&] {
    meter_of(aggregator).stop();
    return TRUE;
  });
}

static GstFlowReturn flush(GstAggregator* aggregator) {
  return guard(aggregator, GST_FLOW_ERROR, [&] {
    meter_of(aggregator).flush();
    return GST_FLOW_OK;
  });
}

static GstFlowReturn aggregate(GstAggregator* aggregator, gboolean timeout) {
  return guard(aggregator, GST_FLOW_ERROR, [&] { return meter_of(aggregator).work(timeout); });
}

// Without the property latency, frames wait for their partner without limit.
static GstClockTime get_next_time(GstAggregator* aggregator) {
  guint64 latency = 0;
  g_object_get(aggregator, "latency", &latency, nullptr);
  return latency == 0 ? GST_CLOCK_TIME_NONE : meter_of(aggregator).next_time();
}

static GstBuffer* clip(GstAggregator*, GstAggregatorPad* pad, GstBuffer* buffer) {
  return gan::clip_to_segment(pad, buffer);
}

static void take_caps(gan::Meter& meter, GstAggregatorPad* pad, GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  meter.take_caps(pad, caps);
}

static void take_segment(gan::Meter& meter, GstAggregatorPad* pad, GstEvent* event) {
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event, &segment);
  meter.take_segment(pad, *segment);
}

static gboolean sink_event(GstAggregator* aggregator, GstAggregatorPad* pad, GstEvent* event) {
  const bool taken = guard(aggregator, false, [&] {
    gan::Meter& meter = meter_of(aggregator);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) take_caps(meter, pad, event);
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) take_segment(meter, pad, event);
    return true;
  });
  if (taken)
    return GST_AGGREGATOR_CLASS(gst_psnr_meter_parent_class)->sink_event(aggregator, pad, event);
  gst_event_unref(event);
  return FALSE;
}

// The processed stream goes on as it is, whatever downstream would like better.
static GstFlowReturn update_src_caps(GstAggregator* aggregator, GstCaps*, GstCaps** caps) {
  GstCaps* const current = meter_of(aggregator).caps();
  if (!current) return GST_AGGREGATOR_FLOW_NEED_DATA;
  *caps = gst_caps_ref(current);
  return GST_FLOW_OK;
}

static gboolean sink_query(GstAggregator* aggregator, GstAggregatorPad* pad, GstQuery* query) {
  if (meter_of(aggregator).is_processed(pad) && gan::answer_caps_query(aggregator, query))
    return TRUE;
  return GST_AGGREGATOR_CLASS(gst_psnr_meter_parent_class)->sink_query(aggregator, pad, query);
}

static gboolean propose_allocation(GstAggregator* aggregator, GstAggregatorPad* pad, GstQuery*,
                                   GstQuery* query) {
  return gan::propose_meter_allocation(aggregator, meter_of(aggregator).is_processed(pad), query);
}

// What comes late here was measured in time: nothing upstream may drop frames for it.
static gboolean src_event(GstAggregator* aggregator, GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_QOS)
    return GST_AGGREGATOR_CLASS(gst_psnr_meter_parent_class)->src_event(aggregator, event);
  gst_event_unref(event);
  return TRUE;
}

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (gan::is_fixed_now(object, spec, value)) return;
  const bool known = meter_of(object).settings.with(
      [&](gan::MeterSettings& settings) { return gan::set_meter_property(settings, id, value); });
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (id == gan::kMeterStats)
    g_value_take_boxed(value, meter_of(object).stats().release());
  else if (!gan::get_meter_property(meter_of(object).settings.copy(), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject* object) {
  delete GST_PSNR_METER(object)->meter;
  G_OBJECT_CLASS(gst_psnr_meter_parent_class)->finalize(object);
}

static void gst_psnr_meter_init(GstPsnrMeter* self) {
  auto* const element = GST_ELEMENT(self);
  auto* const reference = gan::add_meter_pad(element, "ref_sink");
  auto* const processed = gan::add_meter_pad(element, "dist_sink");
  self->meter = new gan::Meter(GST_AGGREGATOR(self), reference, processed);
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
