// SPDX-License-Identifier: LGPL-2.1-or-later
// An element of this plugin as a function: frames in, frames out, in a pipeline of its own.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "pipelines/media/bridge.h"
#include "pipelines/watchdog.h"

namespace gan {

struct StopsElement {
  void operator()(GstElement* element) const {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
  }
};
using UniqueElement = std::unique_ptr<GstElement, StopsElement>;

// The next message of the pipeline of one of the types, within `wait`; null: none.
UniqueMessage next_message(GstElement* pipeline, int types, GstClockTime wait);

// Makes GStreamer ready; finds this project's plugin beside the program, where GStreamer looks, or
// where it was installed. Throws Error(kUnavailable).
void find_plugin();

// Sets PROPERTY=VALUE. Throws Error(kSettings): no such property, not a value of its type, out of
// range.
void set_property(GstElement* element, const std::string& assignment);

// What an element said: throws errors, hands warnings and events to `say`.
void hear(GstMessage& message, const std::function<void(const std::string&)>& say);

// One thread may put and another take.
class ElementLine {
 public:
  // Throws Error for the properties, and what the element says when it starts.
  ElementLine(const std::string& element, const std::vector<std::string>& properties,
              std::function<void(const std::string&)> say, const std::atomic<bool>* stop);
  ~ElementLine();

  // Waits while enough are inside. Throws what the element says; Error(kInterrupted).
  void put(UniqueBuffer buffer, const GstCaps& caps);
  void end();

  // Waits for the next; null after the last.
  UniqueSample take();

  int inside() const { return inside_; }  // put, and not taken yet
  void cancel();                          // any thread: put() and take() throw from now on
  const Station& station() const { return station_; }

  // A field of the element's property `stats`; empty: there is none.
  std::string stat(const char* field) const;

  // The same where it can be set by a property of that name.
  std::string chosen(const char* property) const;

 private:
  void heed();

  std::function<void(const std::string&)> say_;
  const std::atomic<bool>* stop_;
  Station station_;  // at work while frames are inside
  UniqueElement pipeline_;
  GstElement* element_ = nullptr;  // the pipeline's
  GstElement* source_ = nullptr;
  GstElement* sink_ = nullptr;
  std::mutex mutex_;
  std::condition_variable taken_;
  std::atomic<int> inside_{0};
  std::atomic<bool> cancelled_{false};
};

}  // namespace gan
