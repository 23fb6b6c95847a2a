// SPDX-License-Identifier: LGPL-2.1-or-later
// latentwalk as a source: caps, timestamps, clocks, queries, the end, changes while playing.
#include <gst/controller/controller.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "tests/gst-plugin/shown_frames.h"

namespace gan::test {
namespace {

struct Teardown {
  void operator()(GstHarness* harness) const { gst_harness_teardown(harness); }
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};
using UniqueHarness = std::unique_ptr<GstHarness, Teardown>;
using UniqueBuffer = std::unique_ptr<GstBuffer, Teardown>;

class LatentWalkSource : public WalkTest {
 protected:
  // Plays when asked to; what follows `!` are the caps downstream takes.
  UniqueHarness harness(const std::string& properties, const char* caps = nullptr) {
    UniqueHarness made(gst_harness_new_parse(walk("mlpgan", properties).c_str()));
    if (caps) gst_harness_set_sink_caps_str(made.get(), caps);
    return made;
  }
  static UniqueBuffer pull(const UniqueHarness& from) {
    return UniqueBuffer(gst_harness_pull(from.get()));
  }
  static std::string caps_of(const UniqueHarness& from) {
    GstCaps* const caps = gst_pad_get_current_caps(from->sinkpad);
    gchar* const text = gst_caps_to_string(caps);
    std::string said = text;
    g_free(text);
    gst_caps_unref(caps);
    return said;
  }
  static int frames_until_eos(const UniqueHarness& from) {
    int count = 0;
    GstBuffer* buffer = nullptr;
    while (gst_harness_pull_until_eos(from.get(), &buffer) && buffer) {
      gst_buffer_unref(buffer);
      ++count;
    }
    return count;
  }
};

TEST_F(LatentWalkSource, TakesTheModelsSizeUnlessAskedForAnother) {
  const auto caps = [&](const char* properties, const char* wanted) {
    const auto source = harness(std::string("num-buffers=1 ") + properties, wanted);
    gst_harness_play(source.get());
    pull(source);
    return caps_of(source);
  };
  const std::string plain = caps("", nullptr);
  for (const char* part :
       {"format=(string)RGB", "width=(int)8", "height=(int)8", "framerate=(fraction)30/1",
        "pixel-aspect-ratio=(fraction)1/1", "interlace-mode=(string)progressive"})
    EXPECT_NE(plain.find(part), std::string::npos) << part << " in " << plain;
  const std::string grid = caps("grid=2x5", "video/x-raw,format=GRAY8");
  for (const char* part : {"format=(string)GRAY8", "width=(int)40", "height=(int)16"})
    EXPECT_NE(grid.find(part), std::string::npos) << part << " in " << grid;
  const std::string large = caps("", "video/x-raw,width=[20,32],height=50,framerate=[40/1,50/1]");
  for (const char* part : {"width=(int)20", "height=(int)50", "framerate=(fraction)40/1"})
    EXPECT_NE(large.find(part), std::string::npos) << part << " in " << large;
}

TEST_F(LatentWalkSource, StampsEveryFramerateWithoutDrift) {
  for (const auto& [text, n, d] :
       {std::tuple("1/1", 1, 1), {"30000/1001", 30000, 1001}, {"60/1", 60, 1}, {"7/3", 7, 3}}) {
    const auto source =
        harness("num-buffers=200", (std::string("video/x-raw,framerate=") + text).c_str());
    gst_harness_play(source.get());
    for (guint64 frame = 0; frame < 200; ++frame) {
      const auto buffer = pull(source);
      ASSERT_TRUE(buffer);
      const auto start_of = [n = n, d = d](guint64 k) { return k * d * GST_SECOND / n; };
      EXPECT_EQ(GST_BUFFER_PTS(buffer.get()), start_of(frame)) << text;
      EXPECT_EQ(GST_BUFFER_DURATION(buffer.get()), start_of(frame + 1) - start_of(frame)) << text;
      EXPECT_EQ(GST_BUFFER_OFFSET(buffer.get()), frame);
      EXPECT_EQ(GST_BUFFER_OFFSET_END(buffer.get()), frame + 1);
    }
  }
}

TEST_F(LatentWalkSource, ShowsOneFrameAtFramerateZero) {
  const auto source = harness("", "video/x-raw,framerate=0/1");
  gst_harness_play(source.get());
  const auto buffer = pull(source);
  EXPECT_EQ(GST_BUFFER_PTS(buffer.get()), 0u);
  EXPECT_FALSE(GST_BUFFER_DURATION_IS_VALID(buffer.get()));
  EXPECT_EQ(frames_until_eos(source), 0);
}

TEST_F(LatentWalkSource, ATimestampOffsetShiftsTheTimeAndNotThePicture) {
  const auto source = harness("num-buffers=3 timestamp-offset=5000000000");
  const auto plain = harness("num-buffers=3");
  gst_harness_play(source.get());
  gst_harness_play(plain.get());
  for (int frame = 0; frame < 3; ++frame) {
    const auto buffer = pull(source), other = pull(plain);
    EXPECT_EQ(GST_BUFFER_PTS(buffer.get()), GST_BUFFER_PTS(other.get()) + 5 * GST_SECOND);
    EXPECT_EQ(bytes_of(buffer.get()), bytes_of(other.get()));
  }
}

TEST_F(LatentWalkSource, EndsAfterNumBuffersAndAtTheSegmentsStop) {
  const auto counted = harness("num-buffers=7");
  gst_harness_play(counted.get());
  EXPECT_EQ(frames_until_eos(counted), 7);
  Show show(walk("mlpgan", "") + "! video/x-raw,framerate=30000/1001");
  show.pause();
  show.seek(1, 0, GST_SECOND);
  EXPECT_EQ(show.play().pts.size(), 30u);  // the 30th begins at 0.968 s, the 31st at 1.001 s
}

TEST_F(LatentWalkSource, ALiveSourceKeepsTheClocksTime) {
  const auto source = harness("is-live=true", "video/x-raw,framerate=25/1");
  gst_harness_play(source.get());
  for (guint64 frame = 0; frame < 5; ++frame) {
    EXPECT_EQ(gst_harness_buffers_in_queue(source.get()), 0u);
    ASSERT_TRUE(gst_harness_crank_single_clock_wait(source.get()));
    const auto buffer = pull(source);
    EXPECT_EQ(GST_BUFFER_PTS(buffer.get()), frame * 40 * GST_MSECOND);
    GstClock* const clock = gst_element_get_clock(source->element);
    EXPECT_GE(gst_clock_get_time(clock) - gst_element_get_base_time(source->element),
              frame * 40 * GST_MSECOND);
    gst_object_unref(clock);
  }
}

// A pause may swallow the frame that waits for the clock; all others come, in their order.
TEST_F(LatentWalkSource, ALivePipelineGoesOnAfterAPause) {
  Show show(walk("dcgan", "is-live=true num-buffers=30 grid=4x4 on-late=draw") +
            "! video/x-raw,framerate=200/1");
  for (int pauses = 0; pauses < 3; ++pauses) {
    gst_element_set_state(show.pipeline(), GST_STATE_PLAYING);
    g_usleep(20000);
    show.pause();
  }
  const Frames shown = show.resume();
  const Frames all =
      frames_of(walk("dcgan", "num-buffers=40 grid=4x4") + "! video/x-raw,framerate=200/1");
  EXPECT_GE(shown.bytes.size(), 27u);
  auto at = all.bytes.begin();
  for (const auto& frame : shown.bytes) {
    at = std::find(at, all.bytes.end(), frame);
    ASSERT_NE(at, all.bytes.end());
    ++at;
  }
}

TEST_F(LatentWalkSource, ALiveShowIsThatOfAFile) {
  const auto live = harness("is-live=true seeds=1-3"), file = harness("num-buffers=5 seeds=1-3");
  gst_harness_play(live.get());
  gst_harness_play(file.get());
  for (int frame = 0; frame < 5; ++frame) {
    ASSERT_TRUE(gst_harness_crank_single_clock_wait(live.get()));
    EXPECT_EQ(bytes_of(pull(live).get()), bytes_of(pull(file).get()));
  }
}

TEST_F(LatentWalkSource, AnswersQueries) {
  for (const bool live : {false, true}) {
    const auto source = harness(live ? "is-live=true num-buffers=75" : "num-buffers=75",
                                "video/x-raw,format=GRAY8,framerate=25/1");
    gst_harness_play(source.get());
    if (live) gst_harness_crank_single_clock_wait(source.get());
    pull(source);
    GstQuery* const latency = gst_query_new_latency();
    gboolean says_live = FALSE;
    GstClockTime least = 0, most = 0;
    ASSERT_TRUE(gst_pad_peer_query(source->sinkpad, latency));
    gst_query_parse_latency(latency, &says_live, &least, &most);
    gst_query_unref(latency);
    EXPECT_EQ(says_live, live);
    EXPECT_EQ(least, live ? 40 * GST_MSECOND : 0);
    EXPECT_EQ(most, GST_CLOCK_TIME_NONE);

    gint64 value = 0;
    for (const auto& [format, expected] : {std::pair(GST_FORMAT_TIME, gint64(3 * GST_SECOND)),
                                           {GST_FORMAT_DEFAULT, gint64(75)},
                                           {GST_FORMAT_BYTES, gint64(75 * 64)}}) {
      ASSERT_TRUE(gst_pad_peer_query_duration(source->sinkpad, format, &value));
      EXPECT_EQ(value, expected);
    }
    ASSERT_TRUE(gst_pad_peer_query_position(source->sinkpad, GST_FORMAT_TIME, &value));
    EXPECT_EQ(value % (40 * GST_MSECOND), 0);
    EXPECT_LE(value, gint64(3 * GST_SECOND));
    const auto convert = [&](GstFormat from, gint64 given, GstFormat to, gint64 expected) {
      EXPECT_TRUE(gst_pad_peer_query_convert(source->sinkpad, from, given, to, &value));
      EXPECT_EQ(value, expected);
    };
    convert(GST_FORMAT_DEFAULT, 50, GST_FORMAT_TIME, 2 * GST_SECOND);
    convert(GST_FORMAT_TIME, 2 * GST_SECOND, GST_FORMAT_DEFAULT, 50);
    convert(GST_FORMAT_TIME, GST_SECOND, GST_FORMAT_BYTES, 25 * 64);
    convert(GST_FORMAT_BYTES, 64, GST_FORMAT_DEFAULT, 1);
  }
}

TEST_F(LatentWalkSource, HasNoDurationWithoutNumBuffers) {
  const auto source = harness("is-live=true");
  gst_harness_play(source.get());
  gint64 value = 0;
  gst_pad_peer_query_duration(source->sinkpad, GST_FORMAT_TIME, &value);
  EXPECT_EQ(value, -1);  // unknown
}

TEST_F(LatentWalkSource, AControllerDrivesThePosition) {
  const auto source = harness("num-buffers=10 seeds=1-4", "video/x-raw,framerate=10/1");
  GstControlSource* const values = gst_interpolation_control_source_new();
  g_object_set(values, "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
  auto* const timed = GST_TIMED_VALUE_CONTROL_SOURCE(values);
  gst_timed_value_control_source_set(timed, 0, 0.0);
  gst_timed_value_control_source_set(timed, GST_SECOND / 2, 1.25);
  gst_timed_value_control_source_set(timed, GST_SECOND, 0.0);
  GstElement* const element = gst_harness_find_element(source.get(), "latentwalk");
  gst_object_add_control_binding(GST_OBJECT(element), gst_direct_control_binding_new_absolute(
                                                          GST_OBJECT(element), "position", values));
  gst_object_unref(values);
  gst_object_unref(element);
  gst_harness_play(source.get());
  for (int frame = 0; frame < 10; ++frame) {
    const double position = 2.5 * (frame <= 5 ? frame : 10 - frame) / 10;
    const auto still = harness("num-buffers=1 seeds=1-4 position=" + std::to_string(position));
    gst_harness_play(still.get());
    const std::string shown = bytes_of(pull(source).get()), expected = bytes_of(pull(still).get());
    ASSERT_EQ(shown.size(), expected.size());
    // The controller's arithmetic may round the position's last bit otherwise than ours.
    for (size_t i = 0; i < shown.size(); ++i)
      EXPECT_NEAR(uint8_t(shown[i]), uint8_t(expected[i]), 1) << frame;
  }
}

// Four cells of one seed; whatever is set and when, a frame is all of one setting.
TEST_F(LatentWalkSource, AChangeWhilePlayingNeverTearsAFrame) {
  const auto still = [&](const char* settings) {
    const auto source = harness(std::string("num-buffers=1 grid=2x2 speed=0 ") + settings);
    gst_harness_play(source.get());
    return bytes_of(pull(source).get());
  };
  const std::set<std::string> whole = {still("seeds=1"), still("expression=seed(2)"),
                                       still("expression=seed(3)")};
  ASSERT_EQ(whole.size(), 3u);
  const auto source = harness("num-buffers=3000 grid=2x2 speed=0 seeds=1");
  GstElement* const element = gst_harness_find_element(source.get(), "latentwalk");
  std::atomic<bool> done{false};
  std::thread changer([&] {
    const char* const expressions[] = {"seed(2)", "", "seed(3)"};
    for (int i = 0; !done; ++i) {
      g_object_set(element, "expression", expressions[i % 3], nullptr);
      g_usleep(200);
    }
  });
  gst_harness_play(source.get());
  std::set<std::string> seen;
  for (int frame = 0; frame < 3000; ++frame) seen.insert(bytes_of(pull(source).get()));
  done = true;
  changer.join();
  gst_object_unref(element);
  EXPECT_EQ(seen, whole);
}

TEST_F(LatentWalkSource, GoesOnAtTheSameTimeWithAnotherFramerateAndSize) {
  const auto source = harness("is-live=true seeds=1-4", "video/x-raw,framerate=10/1,width=8");
  gst_harness_play(source.get());
  const auto next = [&] {
    gst_harness_crank_single_clock_wait(source.get());
    return GST_BUFFER_PTS(pull(source).get());
  };
  for (guint64 frame = 0; frame < 4; ++frame) EXPECT_EQ(next(), frame * 100 * GST_MSECOND);
  gst_harness_set_sink_caps_str(source.get(), "video/x-raw,framerate=50/1,width=24");
  GstClockTime last = next();
  if (last == 400 * GST_MSECOND) last = next();  // it was on its way already
  EXPECT_GE(last, 400 * GST_MSECOND);
  EXPECT_LE(last, 520 * GST_MSECOND);
  EXPECT_NE(caps_of(source).find("width=(int)24"), std::string::npos);
  for (int i = 0; i < 5; ++i, last += 20 * GST_MSECOND) EXPECT_EQ(next(), last + 20 * GST_MSECOND);
}

TEST_F(LatentWalkSource, TimeNeverRunsBackAtALowerFramerate) {
  const auto source = harness("is-live=true seeds=1-4", "video/x-raw,framerate=30/1");
  gst_harness_play(source.get());
  GstClockTime last = 0;
  for (int i = 0; i < 8; ++i) {
    if (i == 4) gst_harness_set_sink_caps_str(source.get(), "video/x-raw,framerate=1/1");
    gst_harness_crank_single_clock_wait(source.get());
    const GstClockTime time = GST_BUFFER_PTS(pull(source).get());
    EXPECT_GE(time, last);
    last = time;
  }
  EXPECT_GE(last, 2 * GST_SECOND);
}

}  // namespace
}  // namespace gan::test
