// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan as a server of frames, for turns.py: each line read runs one frame of noise through it
// and prints how many milliseconds that took; a first line tells engine and kernel.
//   element_frames PROPERTIES FORMAT WIDTH HEIGHT
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 5) {
    std::fprintf(stderr, "usage: element_frames PROPERTIES FORMAT WIDTH HEIGHT\n");
    return 2;
  }
  GstHarness* const harness =
      gst_harness_new_parse((std::string("enhancegan name=e ") + argv[1]).c_str());
  const std::string caps = std::string("video/x-raw,framerate=25/1,format=") + argv[2] +
                           ",width=" + argv[3] + ",height=" + argv[4];
  gst_harness_set_src_caps_str(harness, caps.c_str());
  GstVideoInfo info;
  GstCaps* const parsed = gst_caps_from_string(caps.c_str());
  gst_video_info_from_caps(&info, parsed);
  gst_caps_unref(parsed);
  GstBuffer* const picture = gst_harness_create_buffer(harness, GST_VIDEO_INFO_SIZE(&info));
  GstMapInfo map;
  gst_buffer_map(picture, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; ++i) map.data[i] = guint8(g_random_int());
  gst_buffer_unmap(picture, &map);
  const auto frame = [&] {
    const auto start = std::chrono::steady_clock::now();
    GstBuffer* const out = gst_harness_push_and_pull(harness, gst_buffer_copy(picture));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    gst_buffer_unref(out);
    return took.count();
  };
  frame();
  GstElement* const element = gst_harness_find_element(harness, "enhancegan");
  GstStructure* stats = nullptr;
  g_object_get(element, "stats", &stats, nullptr);
  std::printf("%s %s\n", gst_structure_get_string(stats, "engine"),
              gst_structure_get_string(stats, "kernel"));
  std::fflush(stdout);
  gst_structure_free(stats);
  gst_object_unref(element);
  for (std::string line; std::getline(std::cin, line);) {
    std::printf("%.3f\n", frame());
    std::fflush(stdout);
  }
  gst_buffer_unref(picture);
  gst_harness_teardown(harness);
}
