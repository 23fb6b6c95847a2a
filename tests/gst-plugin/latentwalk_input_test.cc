// SPDX-License-Identifier: LGPL-2.1-or-later
// What latentwalk walks through, and what it says of mistakes.
#include "core/image_file.h"
#include "tests/gst-plugin/shown_frames.h"

namespace gan::test {
namespace {

class LatentWalkInput : public WalkTest {
 protected:
  std::string frame(const std::string& generator, const std::string& properties,
                    const std::string& caps = "") {
    const Frames frames =
        frames_of(walk(generator, "num-buffers=1 " + properties) + "! video/x-raw" + caps);
    return frames.bytes.empty() ? "" : frames.bytes[0];
  }
  static std::string error(const std::string& text) {
    const Outcome outcome = play(text + " ! fakesink");
    return outcome.errors.empty() ? "" : outcome.errors[0];
  }
  std::string picture_file(const char* name, int width, int height) {
    Picture picture({width, height}, 3);
    for (size_t i = 0; i < picture.values.size(); ++i)
      picture.values[i] = 0.5f + 0.5f * std::sin(0.01f * static_cast<float>(i));
    const std::string path = generators_.scratch().file(name);
    write_image(path, picture.view());
    return path;
  }
};

TEST_F(LatentWalkInput, ExpressionsStandForKeyPoints) {
  generators_.scratch().write("v.json", R"({"a": 5, "b": [1, -1, 0.5, 0, 2, 0.25], "c": 6})");
  const std::string vectors = "vectors=" + generators_.scratch().file("v.json") + " ";
  EXPECT_EQ(frame("colour", vectors + "expression=a"), frame("colour", "seeds=5"));
  EXPECT_EQ(frame("colour", vectors + "expression=\"a - c + c\""), frame("colour", "seeds=5"));
  EXPECT_EQ(frame("colour", vectors + "expression=\"a; b; c\" position=2"),
            frame("colour", "seeds=6"));
  EXPECT_EQ(frame("colour", "expression=\"mean(seed(1), seed(1))\""), frame("colour", "seeds=1"));
  EXPECT_NE(frame("colour", vectors + "expression=b"), frame("colour", vectors + "expression=a"));
}

TEST_F(LatentWalkInput, LabelsChooseTheClass) {
  EXPECT_EQ(frame("cgan", "seeds=1 label=3"), frame("cgan", "seeds=1 label-path=3"));
  EXPECT_NE(frame("cgan", "seeds=1 label=3"), frame("cgan", "seeds=1 label=4"));
  EXPECT_EQ(frame("cgan", "seeds=1 label-path=0,3,4 position=2"), frame("cgan", "seeds=1 label=4"));
  EXPECT_EQ(frame("cgan", "seeds=1 label-path=3,3 position=0.5"), frame("cgan", "seeds=1 label=3"));
  EXPECT_NE(frame("cgan", "seeds=1 label-path=3,4 position=0.5"), frame("cgan", "seeds=1 label=3"));
}

TEST_F(LatentWalkInput, TruncationLeadsToTheMean) {
  const std::string mean = frame("dcgan", "seeds=1 truncation=0");
  EXPECT_EQ(frame("dcgan", "seeds=2 truncation=0"), mean);
  const auto far = [&](const char* truncation) {
    const std::string picture = frame("dcgan", std::string("seeds=1 truncation=") + truncation);
    double sum = 0;
    for (size_t i = 0; i < mean.size(); ++i)
      sum += std::abs(uint8_t(picture[i]) - uint8_t(mean[i]));
    return sum;
  };
  EXPECT_LT(far("0.2"), far("0.5"));
  EXPECT_LT(far("0.5"), far("1"));
}

// The picture's code, decoded: that of the same pixels as a file of its own size.
TEST_F(LatentWalkInput, PicturesStandAtTheEndsOfAWalk) {
  const std::string a = picture_file("a.png", 16, 16), b = picture_file("b.bmp", 40, 24);
  const std::string of_a = frame("vae", "from-image=" + a), of_b = frame("vae", "from-image=" + b);
  EXPECT_NE(of_a, of_b);
  EXPECT_EQ(frame("vae", "to-image=" + a), of_a);
  const std::string both = "from-image=" + a + " to-image=" + b + " path=line ";
  EXPECT_EQ(frame("vae", both), of_a);
  EXPECT_EQ(frame("vae", both + "position=1"), of_b);
  EXPECT_EQ(frame("vae", both + "expression=seed(4) position=1"), frame("vae", "seeds=4"));
  EXPECT_EQ(frame("vae", both + "seeds=4,5 position=2"), frame("vae", "seeds=5"));
  // Cropped around its middle.
  const std::string wide = picture_file("wide.png", 48, 16);
  Picture middle({16, 16}, 3);
  const Picture whole = read_image(wide);
  for (int y = 0; y < 16; ++y)
    std::copy_n(whole.view().row(y) + 3 * 16, 3 * 16, middle.span().row(y));
  write_image(generators_.scratch().file("middle.png"), middle.view());
  EXPECT_EQ(frame("vae", "from-image=" + wide),
            frame("vae", "from-image=" + generators_.scratch().file("middle.png")));
}

TEST_F(LatentWalkInput, FormatsHoldTheSamePicture) {
  const std::string rgb = frame("colour", "seeds=3", ",format=RGB");
  ASSERT_EQ(rgb.size(), 192u);
  const std::tuple<const char*, int, int, int, int> packed[] = {{"BGR", 3, 2, 1, 0},
                                                                {"RGBx", 4, 0, 1, 2},
                                                                {"BGRx", 4, 2, 1, 0},
                                                                {"RGBA", 4, 0, 1, 2},
                                                                {"BGRA", 4, 2, 1, 0}};
  for (const auto& [format, step, r, g, b] : packed) {
    const std::string other = frame("colour", "seeds=3", std::string(",format=") + format);
    ASSERT_EQ(other.size(), static_cast<size_t>(64 * step));
    for (size_t i = 0; i < 64; ++i) {
      EXPECT_EQ(other[i * step + r], rgb[3 * i]) << format;
      EXPECT_EQ(other[i * step + g], rgb[3 * i + 1]) << format;
      EXPECT_EQ(other[i * step + b], rgb[3 * i + 2]) << format;
      if (format[3] == 'A') {
        EXPECT_EQ(uint8_t(other[i * step + 3]), 255) << format;
      }
    }
  }
  const std::string grey = frame("mlpgan", "seeds=3", ",format=GRAY8");
  const std::string spread = frame("mlpgan", "seeds=3", ",format=RGB");
  const std::string i420 = frame("mlpgan", "seeds=3", ",format=I420,colorimetry=bt601");
  ASSERT_EQ(i420.size(), 96u);
  for (size_t i = 0; i < 64; ++i) {
    EXPECT_EQ(spread[3 * i], grey[i]);
    EXPECT_EQ(spread[3 * i + 2], grey[i]);
    EXPECT_NEAR(uint8_t(i420[i]), 16 + 219 * uint8_t(grey[i]) / 255.0, 1.0);
  }
  for (size_t i = 64; i < 96; ++i) EXPECT_EQ(uint8_t(i420[i]), 128);
}

TEST_F(LatentWalkInput, SaysAtTheStartWhatIsWrong) {
  generators_.scratch().write("v.json", R"({"a": 5})");
  generators_.scratch().write("bad.json", R"({"a": [1, 2]})");
  generators_.scratch().write("text.png", "no picture");
  const auto file = [&](const char* name) { return generators_.scratch().file(name); };
  EXPECT_NE(error(walk("mlpgan", "seeds=1,x")).find("column 3"), std::string::npos);
  EXPECT_NE(error("latentwalk model=x2").find("makes no picture of a code"), std::string::npos);
  const std::string vectors = "vectors=" + file("v.json");
  EXPECT_NE(error(walk("mlpgan", vectors + " expression=\"a + b\"")).find("\"b\" at column 5"),
            std::string::npos);
  EXPECT_NE(error(walk("mlpgan", "vectors=" + file("bad.json"))).find("the network's code has 6"),
            std::string::npos);
  EXPECT_NE(error(walk("mlpgan", "vectors=/no/where")).find("/no/where"), std::string::npos);
  EXPECT_NE(error(walk("mlpgan", "grid=2by3")).find("ROWSxCOLUMNS"), std::string::npos);
  EXPECT_NE(error(walk("mlpgan", "label=1")).find("conditional"), std::string::npos);
  EXPECT_NE(error(walk("cgan", "label=10")).find("classes are 0 to 9, got 10"), std::string::npos);
  const std::string picture = picture_file("a.png", 16, 16);
  EXPECT_NE(error(walk("mlpgan", "from-image=" + picture)).find("want a network that encodes"),
            std::string::npos);
  EXPECT_NE(error(walk("vae", "to-image=/no/where.png")).find("/no/where.png: no such file"),
            std::string::npos);
  EXPECT_NE(error(walk("vae", "from-image=" + file("text.png"))).find("text.png: no picture"),
            std::string::npos);
}

TEST_F(LatentWalkInput, AMistakeWhilePlayingIsAWarningAndTheWalkGoesOn) {
  GstHarness* const harness =
      gst_harness_new_parse(walk("mlpgan", "is-live=true speed=0 seeds=1").c_str());
  GstElement* const element = gst_harness_find_element(harness, "latentwalk");
  GstBus* const bus = gst_bus_new();
  gst_element_set_bus(element, bus);
  gst_harness_play(harness);
  const auto next = [&] {
    gst_harness_crank_single_clock_wait(harness);
    GstBuffer* const buffer = gst_harness_pull(harness);
    std::string bytes = bytes_of(buffer);
    gst_buffer_unref(buffer);
    return bytes;
  };
  const std::string first = next();
  g_object_set(element, "expression", "seed(2", nullptr);
  next();  // may have been drawn before
  for (int i = 0; i < 5; ++i) EXPECT_EQ(next(), first);
  int warnings = 0;
  while (const UniqueMessage message{gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING)}) {
    GError* warning = nullptr;
    gst_message_parse_warning(message.get(), &warning, nullptr);
    EXPECT_NE(std::string(warning->message).find("column 7; the walk goes on as it was"),
              std::string::npos);
    g_error_free(warning);
    ++warnings;
  }
  EXPECT_EQ(warnings, 1);
  g_object_set(element, "expression", "seed(2)", nullptr);
  next();
  EXPECT_NE(next(), first);
  gst_element_set_bus(element, nullptr);
  gst_object_unref(bus);
  gst_object_unref(element);
  gst_harness_teardown(harness);
}

TEST_F(LatentWalkInput, StatsTellWhatRuns) {
  GstHarness* const harness = gst_harness_new_parse(walk("cgan", "num-buffers=4").c_str());
  GstElement* const element = gst_harness_find_element(harness, "latentwalk");
  gst_harness_play(harness);
  for (int i = 0; i < 4; ++i) gst_buffer_unref(gst_harness_pull(harness));
  GstStructure* stats = nullptr;
  g_object_get(element, "stats", &stats, nullptr);
  gchar* const text = gst_structure_to_string(stats);
  for (const char* part : {"latentwalk-stats", "frames=(guint64)4", "network=(string)cgan",
                           "device=(string)cpu", "precision=(string)fp32", "width=(int)28",
                           "height=(int)28", "latent=(int)6", "classes=(int)10"})
    EXPECT_NE(std::string(text).find(part), std::string::npos) << part << " in " << text;
  EXPECT_GT(number_in(text, "mean-ms"), 0);
  EXPECT_GT(number_in(text, "p95-ms"), 0);
  g_free(text);
  gst_structure_free(stats);
  gst_object_unref(element);
  gst_harness_teardown(harness);
}

}  // namespace
}  // namespace gan::test
