// SPDX-License-Identifier: LGPL-2.1-or-later
// Whole streams for psnrmeter: grey frames with a picture that moves, each side pushed by a thread
// of its own.
#pragma once

#include <thread>
#include <vector>

#include "tests/gst-plugin/meter_harness.h"

namespace gan::test {

struct Moment {
  GstClockTime time_ns;
  int shows;  // number of a frame of the scene
};
using Moments = std::vector<Moment>;

// Frames that follow each other by 40 ms.
inline Moments moments(int count, GstClockTime first_ns = 0, int first_shown = 0) {
  Moments all;
  for (int i = 0; i < count; ++i)
    all.push_back({first_ns + static_cast<GstClockTime>(i) * 40 * GST_MSECOND, first_shown + i});
  return all;
}

// A square of 4x4 that moves on over a ramp; processed ones are 2 code values brighter.
inline GstBuffer* scene_frame(const Moment& moment, bool processed, bool moves = true) {
  constexpr int kSide = MeterHarness::kSide;
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, kSide * kSide, nullptr);
  const int at = moves ? moment.shows * 5 % (12 * 12) : 0;
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      const bool square = x / 4 == at % 4 && (y - at / 12) * (y - at / 12) < 5;
      const auto value = guint8(4 * x + (square ? 120 : 0) + (processed ? 2 : 0));
      gst_buffer_fill(buffer, gsize(y * kSide + x), &value, 1);
    }
  GST_BUFFER_PTS(buffer) = moment.time_ns;
  GST_BUFFER_DURATION(buffer) = 40 * GST_MSECOND;
  return buffer;
}

inline void push_streams(MeterHarness& meter, const Moments& reference, const Moments& processed,
                         bool moves = true) {
  const auto push = [moves](GstHarness* side, const Moments& all, bool is_processed) {
    for (const Moment& moment : all)
      gst_harness_push(side, scene_frame(moment, is_processed, moves));
    gst_harness_push_event(side, gst_event_new_eos());
  };
  std::thread other(push, meter.reference, std::cref(reference), false);
  push(meter.processed, processed, true);
  other.join();
}

inline void wait_for_eos(MeterHarness& meter) {
  while (GstEvent* const event = gst_harness_pull_event(meter.processed)) {
    const bool eos = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
    gst_event_unref(event);
    if (eos) return;
  }
  ADD_FAILURE() << "EOS did not come out";
}

// What a bus got.
class Warnings {
 public:
  explicit Warnings(GstElement* element) : element_(element), bus_(gst_bus_new()) {
    gst_element_set_bus(element, bus_);
  }
  ~Warnings() {
    gst_element_set_bus(element_, nullptr);
    gst_object_unref(bus_);
  }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    while (const UniqueMessage message{gst_bus_pop_filtered(bus_, GST_MESSAGE_WARNING)}) {
      GError* error = nullptr;
      gst_message_parse_warning(message.get(), &error, nullptr);
      all.push_back(error->message);
      g_error_free(error);
    }
    return all;
  }

 private:
  GstElement* element_;
  GstBus* bus_;
};

inline void set_align(GstElement* element, const char* align) {
  gst_util_set_object_arg(G_OBJECT(element), "align", align);
}

struct Measured {
  double frames, offset_ns, mse, alone_reference, alone_processed;
  guint frames_out;
  std::vector<std::string> warnings;
};

inline Measured measured(const char* align, const Moments& reference, const Moments& processed,
                         bool moves = true) {
  MeterHarness meter("format=GRAY8,width=16,height=16",
                     [&](GstElement* element) { set_align(element, align); });
  const Warnings warnings(meter.processed->element);
  push_streams(meter, reference, processed, moves);
  wait_for_eos(meter);
  return {meter.stat("frames"),
          meter.stat("offset"),
          meter.stat("mse"),
          meter.stat("unpaired-reference"),
          meter.stat("unpaired-processed"),
          meter.frames_out(),
          warnings.texts()};
}

}  // namespace gan::test
