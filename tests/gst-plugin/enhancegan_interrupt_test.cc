// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan that is stopped, flushed or sought while the network is at work.
#include "tests/gst-plugin/enhance_stream.h"

namespace gan::test {
namespace {

// A frame through slow1 (64 features, 16 layers) takes half a second and more, a layer of it a part
// of that.
constexpr const char* kLarge = "width=320,height=180,framerate=25/1";
// 100 ms or a single layer, on a machine that does something else too.
constexpr double kBound = 0.4;  // seconds

class EnhanceGanInterrupt : public testing::Test {
 protected:
  // A pipeline whose frames each take long; at work when this returns.
  void begin(const std::string& properties) {
    const std::string text = std::string("videotestsrc ! video/x-raw,format=I420,") + kLarge +
                             " ! enhancegan name=e threads=1 precision=fp32 " + properties +
                             " ! fakesink sync=false async=false";
    pipeline_.reset(gst_parse_launch(text.c_str(), nullptr));
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    g_usleep(700000);
  }

  Enhancers enhancers_;
  UniquePipeline pipeline_;
};

TEST_F(EnhanceGanInterrupt, StoppingEndsAtTheNextLayer) {
  begin("model=" + enhancers_.file("slow1"));
  const double took = seconds_of([&] { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); });
  EXPECT_LT(took, kBound);
}

TEST_F(EnhanceGanInterrupt, AFlushingSeekEndsAtTheNextLayer) {
  begin("model=" + enhancers_.file("slow1"));
  const double took = seconds_of([&] {
    EXPECT_TRUE(gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0));
  });
  EXPECT_LT(took, kBound);
}

TEST_F(EnhanceGanInterrupt, StoppingEndsTheWarmUpOfWhatIsToCome) {
  begin("model=" + enhancers_.file("same1") + " strength=0");
  const UniqueElement enhancer(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "e"));
  g_object_set(enhancer.get(), "model", enhancers_.file("slow1").c_str(), nullptr);
  g_usleep(300000);
  const double took = seconds_of([&] { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); });
  EXPECT_LT(took, kBound);
}

// What was interrupted leaves nothing behind: the next frames are whole.
TEST(EnhanceGanFlush, FramesAfterAFlushAreAsEver) {
  Enhancers enhancers;
  Show show(
      "videotestsrc pattern=ball ! video/x-raw,format=GRAY8,width=64,height=48,framerate=25/1 ! "
      "enhancegan "
      "precision=fp32 model=" +
      enhancers.file("slow1"));
  std::vector<Frames> shows;
  for (int i = 0; i < 5; ++i) {
    show.pause();
    show.seek(1, 0, 320 * GST_MSECOND);
    if (i > 0) show.seek(1, 0, 320 * GST_MSECOND);  // into the frame that is being made
    shows.push_back(show.play());
    EXPECT_TRUE(shows[size_t(i)].bytes == shows[0].bytes);
    EXPECT_EQ(shows[size_t(i)].bytes.size(), 8u);
  }
}

}  // namespace
}  // namespace gan::test
