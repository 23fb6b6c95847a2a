// SPDX-License-Identifier: LGPL-2.1-or-later
// How many frames a second an element makes: of each line read, so many seconds long, it prints
// frames a second and milliseconds of processor time a frame. All frames are one buffer of noise.
//   pipeline_rate host|cuda FORMAT WIDTH HEIGHT ELEMENT      cuda: they lie and stay in a GPU's
//   memory
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

double processor_seconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return double(time.tv_sec) + time.tv_usec * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

GstBuffer* noise(GstCaps* caps) {
  GstVideoInfo info;
  gst_video_info_from_caps(&info, caps);
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; ++i) map.data[i] = guint8(g_random_int());
  gst_buffer_unmap(buffer, &map);
  return buffer;
}

// A pipeline from an appsrc `in`, playing.
GstElement* playing(const std::string& text, GstCaps* caps) {
  GError* error = nullptr;
  GstElement* const pipeline = gst_parse_launch(text.c_str(), &error);
  if (error) {
    std::fprintf(stderr, "%s\n", error->message);
    std::exit(1);
  }
  GstElement* const in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
  g_object_set(in, "caps", caps, "format", GST_FORMAT_TIME, "block", TRUE, "max-bytes", guint64{0},
               "max-buffers", guint64{4}, nullptr);
  gst_object_unref(in);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  return pipeline;
}

// The sample that `buffer` becomes in a GPU's memory.
GstSample* uploaded(GstBuffer* buffer, GstCaps* caps) {
  GstElement* const pipeline = playing(
      "appsrc name=in ! cudaupload ! video/x-raw(memory:CUDAMemory) ! appsink name=out sync=false",
      caps);
  GstElement* const in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
  GstElement* const out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
  gst_app_src_push_buffer(GST_APP_SRC(in), buffer);
  return gst_app_sink_pull_sample(GST_APP_SINK(out));  // the pipeline keeps its memory alive
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 6) {
    std::fprintf(stderr, "usage: pipeline_rate host|cuda FORMAT WIDTH HEIGHT ELEMENT\n");
    return 2;
  }
  const bool cuda = std::string(argv[1]) == "cuda";
  GstCaps* caps = gst_caps_new_simple(
      "video/x-raw", "format", G_TYPE_STRING, argv[2], "width", G_TYPE_INT, std::atoi(argv[3]),
      "height", G_TYPE_INT, std::atoi(argv[4]), "framerate", GST_TYPE_FRACTION, 30, 1, nullptr);
  GstBuffer* frame = noise(caps);
  if (cuda) {
    GstSample* const sample = uploaded(frame, caps);
    if (!sample) return 1;
    frame = gst_buffer_ref(gst_sample_get_buffer(sample));
    caps = gst_caps_ref(gst_sample_get_caps(sample));
  }
  const std::string after = cuda ? " ! video/x-raw(memory:CUDAMemory)" : " ! video/x-raw";
  GstElement* const pipeline = playing(
      std::string("appsrc name=in ! ") + argv[5] + after + " ! fakesink name=end sync=false", caps);
  GstElement* const in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
  GstElement* const end = gst_bin_get_by_name(GST_BIN(pipeline), "end");
  GstPad* const pad = gst_element_get_static_pad(end, "sink");
  static std::atomic<guint64> g_seen{0};
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer) {
        ++g_seen;
        return GST_PAD_PROBE_OK;
      },
      nullptr, nullptr);
  guint64 pushed = 0;
  const auto push = [&] {
    GstBuffer* const copy = gst_buffer_copy(frame);  // of what is written on it, not of its bytes
    GST_BUFFER_PTS(copy) = gst_util_uint64_scale(pushed++, GST_SECOND, 30);
    return gst_app_src_push_buffer(GST_APP_SRC(in), copy) == GST_FLOW_OK;
  };
  // Kernels are chosen and memory is taken by the first ones.
  while (g_seen < 5)
    if (!push()) return 1;
  for (std::string line; std::getline(std::cin, line);) {
    const gint64 begin = g_get_monotonic_time(),
                 until = begin + gint64(std::atof(line.c_str()) * 1e6);
    const double processor = processor_seconds();
    const guint64 before = g_seen;
    while (g_get_monotonic_time() < until)
      if (!push()) return 1;
    const auto frames = double(g_seen - before);
    std::printf("%.3f %.4f\n", frames * 1e6 / double(g_get_monotonic_time() - begin),
                1e3 * (processor_seconds() - processor) / std::max(frames, 1.0));
    std::fflush(stdout);
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
}
