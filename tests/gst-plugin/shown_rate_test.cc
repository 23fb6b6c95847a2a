// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a network is slower than the frame rate, what it makes is shown.
#include "tests/gst-plugin/shown_rate.h"

#include "tests/gst-plugin/allocation_count.h"
#include "tests/gst-plugin/enhancers.h"

namespace gan::test {
namespace {

constexpr double kSeconds = 1.2;
// Every third frame is done in time, with a sixth of its time to spare.
constexpr double kFaster = 2.5;

class ShownRateTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!counts_allocations()) GTEST_SKIP() << "sanitizers take the time of frames";
  }
  // Of what is made nearly all is shown, of what could be made most. What else the machine does
  // between the two measurements shows as too little, never as too much: once in three is enough.
  static void expect_shown(double most, const std::function<ShownRate()>& measure) {
    ShownRate rate;
    const auto of_made = [&] { return rate.shown / (rate.shown + rate.dropped); };
    for (int i = 0; i < 3 && (of_made() < 0.8 || !(rate.shown > 0.4 * most)); ++i) rate = measure();
    EXPECT_GE(of_made(), 0.8) << rate.shown << " shown, " << rate.dropped << " dropped";
    EXPECT_GE(rate.shown, 0.4 * most);  // of a blind rule a tenth; shown_bench has the figures
    EXPECT_LT(rate.lag, 1);
  }
  std::string enhance(const std::string& properties) {
    return "enhancegan name=e threads=1 precision=fp32 model=" + enhancers_.file("slow1") + " " +
           properties;
  }
  static std::string source(bool live) {
    return std::string("videotestsrc is-live=") + (live ? "true" : "false") +
           " ! video/x-raw,format=GRAY8,width=48,height=32";
  }
  Enhancers enhancers_;
};

TEST_F(ShownRateTest, EnhanceGanShowsWhatItMakesWhereFramesComeFaster) {
  const double most = capacity(at_rate(source(false), 1000, enhance("qos=false")), 20);
  for (const auto& [live, late] :
       {std::pair(false, "drop"), std::pair(true, "drop"), std::pair(true, "plain")}) {
    SCOPED_TRACE(std::string(live ? "live " : "file ") + late);
    expect_shown(most, [&, live = live, late = std::string(late)] {
      return shown_rate(at_rate(source(live), kFaster * most, enhance("on-late=" + late)),
                        kSeconds);
    });
  }
}

TEST_F(ShownRateTest, LatentWalkSkipsToThePresent) {
  const std::string walk = "latentwalk name=e threads=1 grid=5x5 ";
  const auto at = [](double rate) {
    return " ! video/x-raw,framerate=" + std::to_string(std::lround(rate * 100)) + "/100";
  };
  const double most = capacity(walk + at(1000), 10);
  expect_shown(most, [&] {
    return shown_rate(walk + "on-late=skip is-live=true" + at(kFaster * most), kSeconds);
  });
}

}  // namespace
}  // namespace gan::test
