// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of formats against GStreamer's own, and frames of every format through the elements.
#include <random>

#include "core/error.h"
#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/shown_frames.h"
#include "tests/gst-plugin/through.h"

namespace gan::test {
namespace {

constexpr Size kSizes[] = {{1, 1}, {2, 2}, {7, 5}, {13, 8}, {48, 6}};

// A frame in memory as GStreamer lays it out, of random samples.
class RandomFrame {
 public:
  RandomFrame(const std::string& format, Size size) {
    gst_video_info_set_format(&info_, gst_video_format_from_string(format.c_str()),
                              guint(size.width), guint(size.height));
    buffer_ = gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info_), nullptr);
    gst_buffer_memset(buffer_, 0, 0, GST_VIDEO_INFO_SIZE(&info_));
    gst_video_frame_map(&frame_, &info_, buffer_, GST_MAP_READWRITE);
    std::mt19937 random(7);
    const FormatInfo& named = format_named(format);
    for (const int c : components_of(named)) {
      const Size sides = size_of(named, c, size);
      for (int y = 0; y < sides.height; ++y)
        for (int x = 0; x < sides.width; ++x)
          place_of(span_of(frame_), c, x, y).set(int(random() % (1u << named.depth())));
    }
  }
  ~RandomFrame() {
    gst_video_frame_unmap(&frame_);
    gst_buffer_unref(buffer_);
  }
  RandomFrame(const RandomFrame&) = delete;
  RandomFrame& operator=(const RandomFrame&) = delete;

  // Row y as GStreamer takes it apart: four numbers a pixel, alpha first, of 16 bits at the top.
  std::vector<int> unpacked(int y) {
    const GstVideoFormatInfo* const as = gst_video_format_get_info(info_.finfo->unpack_format);
    const int width = GST_VIDEO_INFO_WIDTH(&info_), bits = int(GST_VIDEO_FORMAT_INFO_BITS(as));
    std::vector<guint8> row(size_t(width) * 8 + 64);
    info_.finfo->unpack_func(info_.finfo, GST_VIDEO_PACK_FLAG_TRUNCATE_RANGE, row.data(),
                             frame_.data, frame_.info.stride, 0, y, width);
    std::vector<int> values;
    for (size_t i = 0; i < size_t(width) * 4; ++i)
      values.push_back(bits == 8 ? row[i] << 8 : row[2 * i] | row[2 * i + 1] << 8);
    return values;
  }
  FrameSpan span() const { return span_of(frame_); }
  const GstVideoFormatInfo& info() const { return *info_.finfo; }

 private:
  GstVideoInfo info_;
  GstBuffer* buffer_;
  GstVideoFrame frame_;
};

TEST(EveryFormat, IsWhatGStreamerSays) {
  for (const std::string& name : known_formats()) {
    const FormatInfo& format = format_named(name);
    const RandomFrame frame(name, {4, 4});
    EXPECT_EQ(GST_VIDEO_FORMAT_INFO_IS_YUV(&frame.info()), format.family == Family::kYuv) << name;
    EXPECT_EQ(GST_VIDEO_FORMAT_INFO_IS_GRAY(&frame.info()), format.family == Family::kGray) << name;
    EXPECT_EQ(bool(GST_VIDEO_FORMAT_INFO_HAS_ALPHA(&frame.info())), format.has_alpha) << name;
    EXPECT_EQ(int(GST_VIDEO_FORMAT_INFO_N_PLANES(&frame.info())), format.planes) << name;
    for (const int c : components_of(format)) {
      const Component& component = format.component[size_t(c)];
      EXPECT_EQ(int(GST_VIDEO_FORMAT_INFO_DEPTH(&frame.info(), c)), component.depth) << name;
      EXPECT_EQ(int(GST_VIDEO_FORMAT_INFO_W_SUB(&frame.info(), c)), component.shrink_x) << name;
      EXPECT_EQ(int(GST_VIDEO_FORMAT_INFO_H_SUB(&frame.info(), c)), component.shrink_y) << name;
    }
  }
}

// Where the table says that a sample lies, GStreamer finds it too.
TEST(EveryFormat, HasItsSamplesWhereGStreamerHasThem) {
  for (const std::string& name : known_formats())
    for (const Size size : kSizes) {
      const FormatInfo& format = format_named(name);
      RandomFrame frame(name, size);
      int wrong = 0;
      for (int y = 0; y < size.height; ++y) {
        const std::vector<int> row = frame.unpacked(y);
        for (int x = 0; x < size.width; ++x)
          for (const int c : components_of(format)) {
            const Component& component = format.component[size_t(c)];
            const int sample =
                place_of(frame.span(), c, x >> component.shrink_x, y >> component.shrink_y).get();
            wrong += row[size_t(4 * x + (c + 1) % 4)] != sample << (16 - component.depth);
          }
      }
      EXPECT_EQ(wrong, 0) << name << " " << size.width << "x" << size.height;
    }
}

TEST(EveryFormat, NoiseComesBackFromANetworkThatChangesNothing) {
  Enhancers enhancers;
  for (const std::string& name : known_formats())
    for (const Size size : kSizes) {
      Through through("model=" + enhancers.file("same1"),
                      concat("format=", name, ",width=", size.width, ",height=", size.height));
      std::vector<int> sent;
      std::mt19937 random(3);
      through.each(GST_MAP_WRITE, [&](int, int, int, int& sample) {
        sample = int(random() % (1u << through.format().depth()));
        sent.push_back(sample);
      });
      through.run();
      auto next = sent.begin();
      int most = 0;
      through.each(GST_MAP_READ, [&](int, int, int, int sample) {
        most = std::max(most, std::abs(sample - *next++));
      });
      EXPECT_LE(most, 1) << name << " " << size.width << "x" << size.height;
    }
}

// What latentwalk draws in any format is, converted by GStreamer, what it draws in RGB.
TEST(EveryFormat, IsDrawnByLatentwalkInTheSameColours) {
  Generators generators;
  const std::string file = generators.file("colour");
  const auto picture = [&](const std::string& name) {
    const Frames frames = frames_of("latentwalk num-buffers=1 seeds=3 model=" + file +
                                    " ! video/x-raw,width=272,height=200,format=" + name +
                                    " ! videoconvert ! video/x-raw,format=RGB");
    return frames.bytes.empty() ? "" : frames.bytes[0];
  };
  const auto wanted = picture("RGB");
  ASSERT_FALSE(wanted.empty());
  for (const std::string& name : known_formats()) {
    if (format_named(name).family == Family::kGray) continue;
    const auto drawn = picture(name);
    ASSERT_EQ(drawn.size(), wanted.size()) << name;
    double sum = 0;
    for (size_t i = 0; i < drawn.size(); ++i)
      sum += std::abs(uint8_t(drawn[i]) - uint8_t(wanted[i]));
    EXPECT_LT(sum / double(drawn.size()), 3) << name;
  }
}

}  // namespace
}  // namespace gan::test
