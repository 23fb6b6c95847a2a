// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan as a server of frames, for turns.py: each line read runs one frame of noise through it
// and prints how many milliseconds that took; a first line tells engine and kernel.
//   element_frames PROPERTIES FORMAT WIDTH HEIGHT
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "tests/bench/element.h"

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 5) {
    std::fprintf(stderr, "usage: element_frames PROPERTIES FORMAT WIDTH HEIGHT\n");
    return 2;
  }
  Element element(argv[1], argv[2], {std::atoi(argv[3]), std::atoi(argv[4])});
  const auto frame = [&] {
    GstBuffer* const in = element.frame();
    const auto start = std::chrono::steady_clock::now();
    element.run(in);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    return took.count();
  };
  frame();
  GstElement* const enhancegan = element.element();
  GstStructure* stats = nullptr;
  g_object_get(enhancegan, "stats", &stats, nullptr);
  std::printf("%s %s\n", gst_structure_get_string(stats, "engine"),
              gst_structure_get_string(stats, "kernel"));
  std::fflush(stdout);
  gst_structure_free(stats);
  gst_object_unref(enhancegan);
  for (std::string line; std::getline(std::cin, line);) {
    std::printf("%.3f\n", frame());
    std::fflush(stdout);
  }
}
