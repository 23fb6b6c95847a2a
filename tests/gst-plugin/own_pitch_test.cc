// SPDX-License-Identifier: LGPL-2.1-or-later
// Buffers of a pool that lays out rows at a pitch of its own, as those of graphics drivers do.
#include <gst/video/gstvideopool.h>

#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/harness.h"
#include "tests/models/generators.h"

namespace gan::test {
namespace {

constexpr gint kPitch = 256;  // of 132 grey pixels
constexpr guint8 kPadding = 0x5a;

struct PitchPool {
  GstBufferPool parent;
  GstVideoInfo info;
  gboolean with_meta;
};
struct PitchPoolClass {
  GstBufferPoolClass parent;
};
G_DEFINE_TYPE(PitchPool, pitch_pool, GST_TYPE_BUFFER_POOL)

const gchar** pitch_pool_options(GstBufferPool*) {
  static const gchar* options[] = {GST_BUFFER_POOL_OPTION_VIDEO_META, nullptr};
  return options;
}

gboolean pitch_pool_set_config(GstBufferPool* base, GstStructure* config) {
  auto* const self = reinterpret_cast<PitchPool*>(base);
  GstCaps* caps = nullptr;
  guint size = 0, least = 0, most = 0;
  gst_buffer_pool_config_get_params(config, &caps, &size, &least, &most);
  gst_video_info_from_caps(&self->info, caps);
  self->with_meta = gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_set_params(
      config, caps, guint(kPitch * GST_VIDEO_INFO_HEIGHT(&self->info)), least, most);
  return GST_BUFFER_POOL_CLASS(pitch_pool_parent_class)->set_config(base, config);
}

GstFlowReturn pitch_pool_alloc(GstBufferPool* base, GstBuffer** buffer,
                               GstBufferPoolAcquireParams*) {
  auto* const self = reinterpret_cast<PitchPool*>(base);
  const gint width = GST_VIDEO_INFO_WIDTH(&self->info), height = GST_VIDEO_INFO_HEIGHT(&self->info);
  *buffer = gst_buffer_new_allocate(nullptr, gsize(kPitch * height), nullptr);
  gst_buffer_memset(*buffer, 0, kPadding, gsize(kPitch * height));
  gsize offset[GST_VIDEO_MAX_PLANES] = {};
  gint stride[GST_VIDEO_MAX_PLANES] = {kPitch};
  if (self->with_meta)
    gst_buffer_add_video_meta_full(*buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8,
                                   guint(width), guint(height), 1, offset, stride);
  return GST_FLOW_OK;
}

void pitch_pool_class_init(PitchPoolClass* type) {
  auto* const pool = GST_BUFFER_POOL_CLASS(type);
  pool->get_options = pitch_pool_options;
  pool->set_config = pitch_pool_set_config;
  pool->alloc_buffer = pitch_pool_alloc;
}
void pitch_pool_init(PitchPool*) {}

struct Seen {
  std::string rows;       // of the last frame
  bool of_pool = false;   // its buffer was laid out by the pool
  bool untouched = true;  // so is the padding
};

// The last frame of a pipeline whose sink offers such a pool, or not.
Seen last_frame(const std::string& text, bool offers) {
  const UniquePipeline pipeline(gst_parse_launch(
      (text + " ! fakesink name=s sync=false signal-handoffs=true").c_str(), nullptr));
  const UniqueElement sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "s"));
  const std::unique_ptr<GstPad, Unref> pad(gst_element_get_static_pad(sink.get(), "sink"));
  if (offers)
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer) {
          GstQuery* const query = GST_PAD_PROBE_INFO_QUERY(info);
          if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
          auto* const pool = GST_BUFFER_POOL(g_object_new(pitch_pool_get_type(), nullptr));
          gst_query_add_allocation_pool(query, pool, kPitch, 1, 0);
          gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
          gst_object_unref(pool);
          return GST_PAD_PROBE_HANDLED;
        },
        nullptr, nullptr);
  Seen seen;
  const auto read = +[](GstElement*, GstBuffer* buffer, GstPad* from, gpointer data) {
    auto& last = *static_cast<Seen*>(data);
    GstCaps* const caps = gst_pad_get_current_caps(from);
    GstVideoInfo info;
    gst_video_info_from_caps(&info, caps);
    gst_caps_unref(caps);
    GstVideoFrame frame;
    ASSERT_TRUE(gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ));
    const auto* const data_at = static_cast<const char*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
    const gint stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0), width = info.width;
    last = {{}, stride == kPitch, true};
    for (gint y = 0; y < info.height; ++y) {
      last.rows.append(data_at + ptrdiff_t(y) * stride, gsize(width));
      for (gint x = width; x < (last.of_pool ? kPitch : 0); ++x)
        last.untouched &= guint8(data_at[ptrdiff_t(y) * stride + x]) == kPadding;
    }
    gst_video_frame_unmap(&frame);
  };
  g_signal_connect(sink.get(), "handoff", G_CALLBACK(read), &seen);
  GstBus* const bus = gst_element_get_bus(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const UniqueMessage end(gst_bus_timed_pop_filtered(
      bus, 20 * GST_SECOND, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS);
  gst_object_unref(bus);
  return seen;
}

void expect_same(const std::string& text) {
  const Seen plain = last_frame(text, false), pooled = last_frame(text, true);
  EXPECT_FALSE(plain.of_pool);
  EXPECT_TRUE(pooled.of_pool);
  EXPECT_TRUE(pooled.untouched);
  EXPECT_FALSE(plain.rows.empty());
  EXPECT_EQ(plain.rows, pooled.rows);
}

TEST(OwnPitch, EnhanceGanWritesRowsWhereThePoolHasThem) {
  Enhancers enhancers;
  expect_same(
      "videotestsrc num-buffers=3 pattern=ball ! video/x-raw,format=GRAY8,width=66,height=20 ! "
      "enhancegan precision=fp32 model=" +
      enhancers.file("same2"));
}

TEST(OwnPitch, LatentWalkWritesRowsWhereThePoolHasThem) {
  Generators generators;
  expect_same("latentwalk num-buffers=3 model=" + generators.file("mlpgan") +
              " grid=4x4 ! video/x-raw,format=GRAY8");
}

}  // namespace
}  // namespace gan::test
