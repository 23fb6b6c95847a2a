// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/meter_line.h"

#include <gst/app/gstappsrc.h>

#include <cmath>
#include <limits>
#include <thread>

#include "pipelines/element_line.h"

namespace gan {
namespace {

constexpr int kAhead = 4;  // frames that wait before the meter

using Row = std::map<std::string, double>;

Row row_of(const GstStructure& structure) {
  Row row;
  gst_structure_foreach(
      &structure,
      [](GQuark name, const GValue* value, gpointer data) -> gboolean {
        GValue number = G_VALUE_INIT;
        g_value_init(&number, G_TYPE_DOUBLE);
        if (G_VALUE_TYPE(value) != G_TYPE_BOOLEAN && g_value_transform(value, &number))
          (*static_cast<Row*>(data))[g_quark_to_string(name)] = g_value_get_double(&number);
        return TRUE;
      },
      &row);
  return row;
}

class MeterLine {
 public:
  MeterLine(Clip& original, Clip& processed, const MeterOptions& options)
      : options_(options),
        pipeline_(gst_pipeline_new(nullptr)),
        meter_(add("psnrmeter")),
        sink_(add("fakesink")),
        feeds_{{original, add("appsrc"), {}, {}}, {processed, add("appsrc"), {}, {}}} {
    for (const std::string& each : options.properties) set_property(meter_, each);
    g_object_set(sink_, "sync", FALSE, nullptr);
    check(gst_element_link_pads(feeds_[0].source, "src", meter_, "ref_sink") &&
              gst_element_link_pads(feeds_[1].source, "src", meter_, "dist_sink") &&
              gst_element_link(meter_, sink_),
          ErrorKind::kFailed, "psnrmeter cannot be linked");
  }

  Measured run() {
    first_ = feeds_[0].clip.next();
    check(first_ != nullptr, ErrorKind::kData, feeds_[0].clip.path(), ": holds no frame");
    caps_ = caps_of(*first_, {0, 1});
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    for (Feed& feed : feeds_) feed.thread = std::jthread([&] { push_all(feed); });
    try {
      listen();
    } catch (...) {
      end_early();
      throw;
    }
    end_early();
    return std::move(measured_);
  }

 private:
  struct Feed {
    Clip& clip;
    GstElement* source;
    std::jthread thread;
    std::exception_ptr failed;
  };

  GstElement* add(const char* factory) {
    GstElement* const made = gst_element_factory_make(factory, nullptr);
    check(made, ErrorKind::kUnavailable, "GStreamer's element ", factory, " is not there");
    gst_bin_add(GST_BIN(pipeline_.get()), made);
    if (std::string(factory) == "appsrc")
      g_object_set(made, "format", GST_FORMAT_TIME, "block", TRUE, "max-buffers", guint64{kAhead},
                   "max-bytes", guint64{0}, nullptr);
    return made;
  }

  void push_all(Feed& feed) {
    try {
      const bool is_original = &feed == &feeds_[0];
      UniqueFrame frame = is_original ? std::move(first_) : feed.clip.next();
      gst_app_src_set_caps(GST_APP_SRC(feed.source), caps_.get());
      for (; frame && !stopped(); frame = feed.clip.next()) {
        UniqueBuffer buffer = buffer_of(*frame);
        const auto ns = [](double seconds) {
          return static_cast<GstClockTime>(std::llround(std::max(0.0, seconds) * 1e9));
        };
        GST_BUFFER_PTS(buffer.get()) = ns(feed.clip.begin_s() + feed.clip.time_s(*frame));
        GST_BUFFER_DURATION(buffer.get()) =
            ns(static_cast<double>(duration_of(*frame)) * av_q2d(feed.clip.time_base()));
        if (gst_app_src_push_buffer(GST_APP_SRC(feed.source), buffer.release()) != GST_FLOW_OK)
          return;
      }
      for (const std::string& note : feed.clip.take_notes())
        options_.say(feed.clip.path() + ": " + note);
    } catch (...) {
      feed.failed = std::current_exception();
    }
    gst_app_src_end_of_stream(GST_APP_SRC(feed.source));
  }

  bool stopped() const { return options_.stop && *options_.stop; }

  void listen() {
    constexpr int kTypes =
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_ELEMENT;
    while (true) {
      const UniqueMessage message = next_message(pipeline_.get(), kTypes, GST_CLOCK_TIME_NONE);
      if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) return;
      const GstStructure* const values = gst_message_get_structure(message.get());
      if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ELEMENT &&
          gst_structure_has_name(values, "psnrmeter"))
        take(*values);
      else
        hear(*message, options_.say);
    }
  }

  void take(const GstStructure& values) {
    gboolean is_final = FALSE;
    gst_structure_get_boolean(&values, "final", &is_final);
    Row row = row_of(values);
    if (is_final) {
      measured_.whole = std::move(row);
      return;
    }
    for (const auto& [name, value] : row) measured_.frames[name].push_back(value);
    options_.step(static_cast<int64_t>(++measured_.pairs));
  }

  // Whoever waits to push more is let go.
  void end_early() {
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    for (Feed& feed : feeds_)
      if (feed.thread.joinable()) feed.thread.join();
    for (const Feed& feed : feeds_)
      if (feed.failed) std::rethrow_exception(feed.failed);
  }

  const MeterOptions& options_;
  UniqueElement pipeline_;
  GstElement* const meter_;
  GstElement* const sink_;
  Feed feeds_[2];  // the original, the processed one
  UniqueFrame first_;
  UniqueCaps caps_;
  Measured measured_;
};

}  // namespace

double Measured::of(const std::string& name) const {
  const auto found = whole.find(name);
  return found == whole.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

const std::vector<double>& Measured::each(const std::string& name) const {
  const auto found = frames.find(name);
  check(found != frames.end(), ErrorKind::kData, "psnrmeter gives no ", name);
  return found->second;
}

Measured measure(Clip& original, Clip& processed, const MeterOptions& options) {
  return MeterLine(original, processed, options).run();
}

}  // namespace gan
