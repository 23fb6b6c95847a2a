// SPDX-License-Identifier: LGPL-2.1-or-later
// Watching a training run live: gan-train writes checkpoints while enhancegan plays the latest.
#include <sys/wait.h>

#include <csignal>

#include "core/image_file.h"
#include "tests/golden/golden.h"
#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/shown_frames.h"

namespace gan::test {
namespace {

constexpr int kSide = 24;

// A run of a tiny network that saves all the time; it ends of itself where the test is killed.
class Training {
 public:
  explicit Training(const Scratch& scratch) : out_(scratch.file("run")) {
    const std::string pictures = scratch.file("pictures");
    std::filesystem::create_directory(pictures);
    for (int i = 0; i < 4; ++i) {
      Picture picture({64, 64}, 3);
      for (size_t at = 0; at < picture.values.size(); ++at)
        picture.values[at] = float(at * size_t(7 + i) % 97) / 96;
      write_image(pictures + "/" + std::to_string(i) + ".png", picture.view());
    }
    const std::string program = folder_of("GAN_TRAIN");
    std::vector<std::string> words = {program, "run",     "compact",   "--data", pictures,
                                      "--out", out_,      "--threads", "1",      "--minutes",
                                      "4",     "--steps", "1000000"};
    for (const char* setting :
         {"scale=2", "features=4", "convs=1", "patch=16", "batch=1", "holdout=1", "workers=1",
          "save_every=200", "keep=1000000", "validate_every=0", "log_every=100000", "lr=0.01"})
      words.insert(words.end(), {"--set", setting});
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const auto flags = GSpawnFlags(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL);
    EXPECT_TRUE(
        g_spawn_async(nullptr, arguments.data(), nullptr, flags, nullptr, nullptr, &pid_, nullptr));
  }
  ~Training() { stop(); }
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  void stop() {
    if (!pid_) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  std::string latest() const { return out_ + "/checkpoints/latest.safetensors"; }
  std::vector<std::string> checkpoints() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(out_ + "/checkpoints"))
      if (entry.path().filename().string().starts_with("step-") &&
          entry.path().extension() == ".safetensors")
        files.push_back(entry.path());
    return files;
  }

 private:
  std::string out_;
  GPid pid_ = 0;
};

// One picture, always the same, through enhancegan.
class Watcher {
 public:
  explicit Watcher(const std::string& properties) {
    harness_ = gst_harness_new_parse(("enhancegan precision=fp32 threads=1 " + properties).c_str());
    element_ = gst_harness_find_element(harness_, "enhancegan");
    bus_ = gst_bus_new();
    gst_element_set_bus(element_, bus_);
    gst_harness_set_src_caps_str(harness_,
                                 "video/x-raw,format=GRAY8,width=24,height=24,framerate=100/1");
  }
  ~Watcher() {
    gst_element_set_bus(element_, nullptr);
    gst_object_unref(bus_);
    gst_object_unref(element_);
    gst_harness_teardown(harness_);
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  std::string frame() {
    GstBuffer* const in = gst_harness_create_buffer(harness_, kSide * kSide);
    for (gsize i = 0; i < kSide * kSide; ++i) gst_buffer_memset(in, i, guint8(i * 37 % 251), 1);
    GST_BUFFER_PTS(in) = frames_++ * 10 * GST_MSECOND;
    GstBuffer* const out = gst_harness_push_and_pull(harness_, in);
    EXPECT_TRUE(out) << "frame " << frames_ << " was dropped";
    if (!out) return "";
    EXPECT_EQ(GST_BUFFER_PTS(out), (frames_ - 1) * 10 * GST_MSECOND);
    const std::string bytes = bytes_of(out);
    gst_buffer_unref(out);
    return bytes;
  }
  // Events of a name since the last call.
  int events(const char* name) {
    int count = 0;
    while (const UniqueMessage message{gst_bus_pop_filtered(bus_, GST_MESSAGE_ELEMENT)}) {
      const char* const event =
          gst_structure_get_string(gst_message_get_structure(message.get()), "event");
      EXPECT_STREQ(event, name);
      ++count;
    }
    return count;
  }

 private:
  GstHarness* harness_;
  GstElement* element_;
  GstBus* bus_;
  guint64 frames_ = 0;
};

TEST(EnhanceGanTraining, CheckpointsTakeOverBetweenFramesWhileTheyAreWritten) {
  GAN_NEEDS("GAN_TRAIN");
  const Scratch scratch;
  Training training(scratch);
  const gint64 end = g_get_monotonic_time() + 120 * G_USEC_PER_SEC;
  while (!std::filesystem::exists(training.latest()) && g_get_monotonic_time() < end)
    g_usleep(50000);
  ASSERT_TRUE(std::filesystem::exists(training.latest())) << "gan-train saved nothing";
  std::vector<std::string> seen;  // frames in a row that differ from the one before
  int loaded = 0;
  {
    Watcher watcher("reload=true model=" + training.latest());
    while (loaded < 3 && g_get_monotonic_time() < end) {
      const std::string frame = watcher.frame();
      if (seen.empty() || seen.back() != frame) seen.push_back(frame);
      loaded += watcher.events("model-loaded");
      g_usleep(10000);
    }
  }
  EXPECT_GE(loaded, 3);
  EXPECT_EQ(int(seen.size()), loaded + 1);  // a new look with each network, and with it alone
  training.stop();
  // A frame that two networks had a part in would be that of none of the checkpoints.
  std::vector<std::string> whole;
  for (const auto& file : training.checkpoints()) whole.push_back(Watcher("model=" + file).frame());
  for (size_t i = 0; i < seen.size(); ++i)
    EXPECT_NE(std::find(whole.begin(), whole.end(), seen[i]), whole.end()) << "look " << i;
}

}  // namespace
}  // namespace gan::test
