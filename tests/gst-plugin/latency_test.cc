// SPDX-License-Identifier: LGPL-2.1-or-later
// A live pipeline stands still for a moment when its latency changes, so it is told seldom.
#include "gst-plugin/latency.h"

#include "tests/gst-plugin/harness.h"

namespace gan::test {
namespace {

class LatencyTest : public testing::Test {
 protected:
  LatencyTest() : element_(gst_element_factory_make("identity", nullptr)), bus_(gst_bus_new()) {
    gst_element_set_bus(element_.get(), bus_);
  }
  ~LatencyTest() override {
    gst_element_set_bus(element_.get(), nullptr);
    gst_object_unref(bus_);
  }
  int told() {
    int count = 0;
    while (UniqueMessage(gst_bus_pop_filtered(bus_, GST_MESSAGE_LATENCY))) ++count;
    return count;
  }

  UniqueElement element_;
  GstBus* bus_;
  Latency latency_;
};

TEST_F(LatencyTest, IsToldWhereItGrows) {
  latency_.expect(element_.get(), 20);
  EXPECT_EQ(told(), 1);
  latency_.measured(element_.get(), 22);
  latency_.expect(element_.get(), 23);
  EXPECT_EQ(told(), 0) << "within what was told";
  latency_.measured(element_.get(), 40);
  EXPECT_EQ(told(), 1);
}

TEST_F(LatencyTest, StaysWhereItShrinksALittle) {
  latency_.expect(element_.get(), 100);
  EXPECT_EQ(told(), 1);
  latency_.expect(element_.get(), 60);
  latency_.measured(element_.get(), 1);
  EXPECT_EQ(told(), 0);
  latency_.expect(element_.get(), 30);
  EXPECT_EQ(told(), 1);
}

}  // namespace
}  // namespace gan::test
