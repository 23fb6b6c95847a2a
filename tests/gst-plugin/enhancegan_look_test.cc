// SPDX-License-Identifier: LGPL-2.1-or-later
// What enhancegan's frames look like by its live properties.
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/shown_frames.h"

namespace gan::test {
namespace {

class EnhanceGanLook : public testing::Test {
 protected:
  // Ten frames a second of a picture that stands still, 40x24.
  std::string enhance(const std::string& model, const std::string& properties, int frames = 5) {
    return "videotestsrc pattern=gradient num-buffers=" + std::to_string(frames) +
           " ! video/x-raw,format=RGB,width=40,height=24,framerate=10/1 ! enhancegan name=e "
           "precision=fp32 model=" +
           enhancers_.file(model) + " " + properties;
  }
  std::vector<std::string> frames(const std::string& model, const std::string& properties,
                                  int count = 5) {
    auto bytes = frames_of(enhance(model, properties, count)).bytes;
    bytes.resize(
        static_cast<size_t>(count));  // where too few came, the tests must still be able to look
    return bytes;
  }
  Enhancers enhancers_;
};

TEST_F(EnhanceGanLook, SeedsChooseAmongTheResultsOfACode) {
  const auto zeros = frames("augcyclegan", ""), one = frames("augcyclegan", "latent-seeds=1"),
             two = frames("augcyclegan", "latent-seeds=2");
  ASSERT_EQ(one.size(), 5u);
  EXPECT_TRUE(one[0] == one[4]);
  EXPECT_FALSE(one[0] == two[0]);
  EXPECT_FALSE(one[0] == zeros[0]);
}

TEST_F(EnhanceGanLook, TheCodeIsDrivenByStreamTimeOrByPosition) {
  const auto driven = frames("augcyclegan", "latent-seeds=1-3 latent-speed=2");
  EXPECT_FALSE(driven[0] == driven[1]);
  // Frame 3 is shown at 0.3 seconds.
  EXPECT_TRUE(driven[3] == frames("augcyclegan", "latent-seeds=1-3 latent-position=0.6")[0]);
  EXPECT_TRUE(frames("augcyclegan", "latent-seeds=1-3 latent-position=1")[0] ==
              frames("augcyclegan", "latent-seeds=2")[0]);
}

TEST_F(EnhanceGanLook, SeedsForANetworkWithoutACodeAreAnError) {
  const Outcome outcome = play(enhance("same1", "latent-seeds=1") + " ! fakesink");
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_NE(outcome.errors[0].find("latent-seeds"), std::string::npos) << outcome.errors[0];
}

TEST_F(EnhanceGanLook, SplitShowsThePlainInputAtTheLeft) {
  const std::string plain = frames("brighter2", "strength=0")[0];
  const std::string network = frames("brighter2", "")[0];
  const std::string split = frames("brighter2", "split=0.25")[0];
  ASSERT_EQ(split.size(), 80u * 48 * 3);
  for (size_t i = 0; i < split.size(); ++i)
    ASSERT_EQ(split[i], i / 3 % 80 < 20 ? plain[i] : network[i]) << i;
  EXPECT_TRUE(frames("brighter2", "split=1")[0] == plain);
}

TEST_F(EnhanceGanLook, StrengthBlends) {
  const std::string plain = frames("brighter1", "strength=0")[0];
  const std::string network = frames("brighter1", "")[0];
  const std::string half = frames("brighter1", "strength=0.5")[0];
  for (size_t i = 0; i < half.size(); ++i) {
    const int sum = uint8_t(plain[i]) + std::min(uint8_t(plain[i]) + 128, 383);
    if (uint8_t(network[i]) == 255) continue;  // was cut off, which the blend is not
    ASSERT_NEAR(uint8_t(half[i]), sum / 2, 1) << i;
  }
}

TEST_F(EnhanceGanLook, StrengthZeroAtScaleOneLetsBuffersThroughUntouched) {
  Show show(enhance("brighter1", "strength=0"));
  const UniqueElement element(gst_bin_get_by_name(GST_BIN(show.pipeline()), "e"));
  std::vector<GstBuffer*> in, out;
  const auto keep = [&](const char* name, std::vector<GstBuffer*>& kept) {
    const std::unique_ptr<GstPad, Unref> pad(gst_element_get_static_pad(element.get(), name));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer data) {
          static_cast<std::vector<GstBuffer*>*>(data)->push_back(
              gst_buffer_ref(GST_PAD_PROBE_INFO_BUFFER(info)));
          return GST_PAD_PROBE_OK;
        },
        &kept, nullptr);
  };
  keep("sink", in);
  keep("src", out);
  show.play();
  ASSERT_EQ(out.size(), 5u);
  for (size_t i = 0; i < out.size(); ++i)
    EXPECT_EQ(gst_buffer_peek_memory(out[i], 0), gst_buffer_peek_memory(in[i], 0));
  for (auto* const list : {&in, &out})
    for (GstBuffer* const buffer : *list) gst_buffer_unref(buffer);
}

// Strength rises from 0 to 1 over a second: every frame has its own, and it passes from buffers
// that go through to enhanced ones.
TEST_F(EnhanceGanLook, ControllersDriveThePropertiesByStreamTime) {
  Show show(enhance("brighter1", "", 11));
  const UniqueElement element(gst_bin_get_by_name(GST_BIN(show.pipeline()), "e"));
  GstControlSource* const source = gst_interpolation_control_source_new();
  g_object_set(source, "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
  gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), 0, 0);
  gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), GST_SECOND, 1);
  gst_object_add_control_binding(
      GST_OBJECT(element.get()),
      gst_direct_control_binding_new(GST_OBJECT(element.get()), "strength", source));
  gst_object_unref(source);
  const auto seen = show.play().bytes;
  ASSERT_EQ(seen.size(), 11u);
  const size_t black = 39 * 3 + 5 * 40 * 3;  // dark in the gradient
  for (size_t frame = 0; frame < seen.size(); ++frame)
    EXPECT_NEAR(uint8_t(seen[frame][black]) - uint8_t(seen[0][black]), 12.75 * double(frame), 1.5);
}

TEST_F(EnhanceGanLook, AnOverlapOfTheUsersOwnChangesOnlyTheSeams) {
  const auto text = [&](const char* more) {
    return frames_of(
               "videotestsrc num-buffers=1 pattern=smpte ! "
               "video/x-raw,format=RGB,width=96,height=80 "
               "! enhancegan precision=fp32 " +
               std::string(more))
        .bytes[0];
  };
  const std::string whole = text(""), halo = text("tile-size=32"),
                    thin = text("tile-size=32 tile-overlap=1");
  int halo_differs = 0, thin_differs = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    ASSERT_NEAR(uint8_t(whole[i]), uint8_t(halo[i]), 1);
    halo_differs += whole[i] != halo[i];
    thin_differs += whole[i] != thin[i];
  }
  EXPECT_LT(halo_differs, 10);
  EXPECT_GT(thin_differs, halo_differs);
}

}  // namespace
}  // namespace gan::test
