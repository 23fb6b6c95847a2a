// SPDX-License-Identifier: LGPL-2.1-or-later
// Nothing grows while frames flow through enhancegan, and what stands still is not computed again.
#include <fstream>

#include "tests/gst-plugin/allocation_count.h"
#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/harness.h"

namespace gan::test {
namespace {

// Frames of noise in which a tenth of the picture changes from frame to frame: 64x64 of 256x160.
class Steady {
 public:
  static constexpr int kWidth = 256, kHeight = 160, kMoving = 64;

  explicit Steady(const std::string& properties) {
    harness_ = gst_harness_new_parse(("enhancegan threads=1 " + properties).c_str());
    gst_harness_set_src_caps_str(harness_,
                                 "video/x-raw,format=GRAY8,width=256,height=160,framerate=25/1");
    for (auto& pixel : picture_) pixel = guint8(g_random_int());
  }
  ~Steady() { gst_harness_teardown(harness_); }
  Steady(const Steady&) = delete;
  Steady& operator=(const Steady&) = delete;

  void frame() {
    for (int y = 0; y < kMoving; ++y)
      for (int x = 0; x < kMoving; ++x)
        picture_[size_t(y + 48) * kWidth + size_t(x + 80)] = guint8(g_random_int());
    GstBuffer* const in = gst_harness_create_buffer(harness_, picture_.size());
    gst_buffer_fill(in, 0, picture_.data(), picture_.size());
    GST_BUFFER_PTS(in) = frames_++ * 40 * GST_MSECOND;
    GstBuffer* const out = gst_harness_push_and_pull(harness_, in);
    ASSERT_TRUE(out);
    gst_buffer_unref(out);
  }
  guint64 stat(const char* name) {
    GstElement* const element = gst_harness_find_element(harness_, "enhancegan");
    GstStructure* stats = nullptr;
    g_object_get(element, "stats", &stats, nullptr);
    guint64 value = 0;
    EXPECT_TRUE(gst_structure_get_uint64(stats, name, &value)) << name;
    gst_structure_free(stats);
    gst_object_unref(element);
    return value;
  }

 private:
  GstHarness* harness_;
  std::vector<guint8> picture_ = std::vector<guint8>(size_t{kWidth} * kHeight);
  guint64 frames_ = 0;
};

size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  size_t whole = 0, resident = 0;
  file >> whole >> resident;
  return resident * 4096;
}

TEST(EnhanceGanSteady, EachFrameAsksForMemoryAsOftenAsTheOneBefore) {
  if (!counts_allocations()) GTEST_SKIP() << "a sanitizer has the allocator";
  Enhancers enhancers;
  for (const char* properties : {"", "precision=fp32 tile-size=64", "strength=0.5 split=0.3"}) {
    Steady steady("model=" + enhancers.file("same2") + " " + properties);
    const auto of_ten_frames = [&] {
      const uint64_t before = allocations();
      for (int i = 0; i < 10; ++i) steady.frame();
      return allocations() - before;
    };
    for (int i = 0; i < 5; ++i) of_ten_frames();
    const size_t resident = resident_bytes();
    const uint64_t first = of_ten_frames();
    EXPECT_GT(first, 0u);
    // Less than one more a frame: other threads of the process may ask for some meanwhile.
    for (int i = 0; i < 10; ++i)
      EXPECT_NEAR(double(of_ten_frames()), double(first), 9) << properties;
    // One output frame kept of a hundred would be more.
    EXPECT_LE(resident_bytes(), resident + 4 * Steady::kWidth * Steady::kHeight) << properties;
  }
}

// For the very bits the network reaches 28 pixels, 4 a layer: columns 1 to 5 of tiles and rows 0 to
// 4 see the moving part.
TEST(EnhanceGanSteady, OnlyTilesThatSeeTheMovingPartAreRunAgain) {
  Steady steady("skip-unchanged=true tile-size=32");
  steady.frame();
  const guint64 all = Steady::kWidth / 32 * Steady::kHeight / 32;  // 40
  const guint64 tiles = steady.stat("tiles"), skipped = steady.stat("tiles-skipped");
  EXPECT_EQ(skipped, 0u);
  for (int i = 1; i <= 5; ++i) {
    steady.frame();
    const guint64 run = steady.stat("tiles") - tiles, kept = steady.stat("tiles-skipped");
    EXPECT_EQ(run + kept, guint64(i) * all);
    EXPECT_EQ(run, guint64(i) * 25);
  }
}

}  // namespace
}  // namespace gan::test
