// SPDX-License-Identifier: LGPL-2.1-or-later
// What an element may ask of a network. libganmodels.so implements it and is loaded on the first
// call of load_enhancer() or load_walker(). It loads LibTorch, in libgantorch.so, where a network
// cannot do without.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/frame.h"

namespace gan {

struct EnhancerOptions {
  std::string model;               // path, or name of a built-in model; empty: the default one
  std::string device = "auto";     // auto, cpu, cuda, cuda:N
  std::string precision = "auto";  // auto, fast, fp32, bf16, fp16
  std::string kernel;              // as EnhancerInfo has it; empty: as the precision leaves it open
  int threads = 0;                 // of the CPU, for the calling thread's work alone; 0: all
  bool allow_torchscript = false;  // a script can run any operator
  int tile_size = 0;               // side of a tile's core, input pixels; 0: the whole frame
  int tile_overlap = 0;            // of a tile beyond its core; 0: the network's reach, at most 64
  // Bytes of host memory that frames and tiles may take; 0: half of what the machine has to give.
  // Where whole frames would take more, tiles of a size that does not.
  uint64_t memory_limit = 0;
  // Squares of 32 pixels whose input is that of the frame before keep their output.
  bool skip_unchanged = false;
  int frames_in_flight = 3;  // of a GPU at once, 1 or more; the CPU makes one after the other
};

struct EnhancerInfo {
  std::string model;      // as the user would write it
  std::string network;    // line of the table
  std::string device;     // "cpu", "cuda:0"
  std::string precision;  // "fp32", "bf16", "fp16"
  std::string engine;     // "conv", "LibTorch"
  std::string kernel;     // of the engine, chosen by trial where the precision is left open
  int scale = 1;          // output side / input side
  int latent = 0;         // length of the code that chooses among its results; 0: there is one
  std::string assumed;    // options that the file does not tell: "activation=relu"
};

struct FrameFormat {
  PixelFormat pixels = PixelFormat::kRGB;
  Size size;
  Colorimetry colorimetry;
  bool operator==(const FrameFormat&) const = default;
};

// How a frame is to look; may change from frame to frame.
struct Look {
  double strength = 1;      // 0..1: share of the network against plain bicubic resampling
  double split = 0;         // 0..1: so much of the width, from the left, is plainly resampled
  std::vector<float> code;  // info().latent numbers; empty: zeros, the middle of all codes
  bool operator==(const Look&) const = default;
};

struct EnhancerStats {
  uint64_t frames = 0;
  uint64_t tiles = 0;          // that the network ran
  uint64_t tiles_skipped = 0;  // whose input had not changed
  uint64_t retries = 0;        // run again in fp32
  int tile_size = 0;           // of a tile's core now; 0: whole frames
  double expected_ms = 0;      // of a frame, before one was run; 0: unknown
  double mean_ms = 0;          // of a frame, its way in and out included
  double p95_ms = 0;           // 95th percentile of the last 1,000 frames
};

// What the user may want to know: that something went otherwise than asked for and was mended.
struct EngineEvent {
  // "out-of-memory" (fields tile-size, device): smaller tiles or the CPU from now on; "not-finite"
  // (fields tiles, precision): run again in fp32; "approximate-tiles" (fields tile-size, psnr-db,
  // largest): the network looks beyond its tiles, with the difference at a seam; "assumed-options"
  // (fields network, options), once: the file does not tell these.
  std::string name;
  std::string text;  // for people
  std::vector<std::pair<std::string, std::variant<int, std::string>>> fields = {};
};

// One stream's network. One thread at a time; stats() may be asked from any.
class Enhancer {
 public:
  virtual ~Enhancer() = default;
  virtual EnhancerInfo info() const = 0;
  // How precision=auto was decided, for people; empty where nothing was tried. After set_formats(),
  // on the same thread.
  virtual std::string precision_trial() const = 0;

  // Must be called before the first frame and when formats change. `out` has scale times the sides
  // of `in`. Chooses tiles and, where that is quick, runs a frame of noise, so that the first real
  // one is not late. Interrupted, it leaves the rest to the first frame. Throws Error.
  virtual void set_formats(const FrameFormat& in, const FrameFormat& out) = 0;

  // Reads the frame and writes what becomes of it. Throws Error, kInterrupted too; `out` then holds
  // nothing of use.
  virtual void run(const FrameView& in, const Look& look, const FrameSpan& out) = 0;

  // The same in two steps, where frames are made beside the calling thread: submit() reads a frame,
  // collect() waits until the first one that was not collected is written to its `out`, which stays
  // mapped until then. So many may be submitted before one is collected; 0: there is run() alone.
  virtual int most_submitted() const { return 0; }
  virtual void submit(const FrameView& /*in*/, const Look& /*look*/, const FrameSpan& /*out*/) {}
  virtual void collect() {}
  virtual void drop_submitted() {}  // and wait until nothing is written to them
  // Makes host memory that submit() has the device write to, with no copy between; null: any memory
  // is as good. The function outlives the enhancer, its memory both.
  using MakeMemory = std::shared_ptr<uint8_t> (*)(size_t bytes);
  virtual MakeMemory frame_memory() const { return nullptr; }

  // The GPU, by CUDA's number, in whose memory frames given to run() and submit() may lie; -1:
  // none. What is read there must be written already.
  virtual int frame_device() const { return -1; }

  // Any thread: until it is called with false again, set_formats() and run() end at the next layer.
  virtual void interrupt(bool interrupted) = 0;

  virtual EnhancerStats stats() const = 0;  // any thread
  // Those since the last call.
  virtual std::vector<EngineEvent> take_events() = 0;
};

struct WalkerOptions {
  std::string model;  // path, or name of a built-in model; empty: the default one
  std::string device = "auto";
  std::string precision = "auto";
  int threads = 0;  // of the CPU, each drawing pictures of its own; 0: all, at most 16
};

struct WalkerInfo {
  std::string model, network, device, precision;
  Size size;  // of one picture
  int channels = 3;
  int latent = 0;   // length of the code
  int classes = 0;  // 0: the network has no labels
};

// What one picture is made of.
struct LatentPoint {
  std::vector<float> code;   // latent numbers
  std::vector<float> label;  // a weight for each class, summing to 1; empty without classes
  bool operator==(const LatentPoint&) const = default;
};

struct WalkerStats {
  uint64_t frames = 0;
  double mean_ms = 0;  // of a frame
  double p95_ms = 0;   // 95th percentile of the last 1,000 frames
};

// Draws pictures from codes. One thread at a time; what is marked so may be called from any.
class LatentWalker {
 public:
  virtual ~LatentWalker() = default;
  virtual WalkerInfo info() const = 0;  // any thread

  // The code of a picture of any size, cropped around its middle to the network's shape. Throws
  // Error(kSettings) where the network has no encoder.
  virtual std::vector<float> encode(const FrameView& picture) = 0;

  // Frames show `columns` pictures side by side and as many rows as it takes for `cells`; where the
  // frame has another size than they make, it is resampled plainly. Runs one picture. Throws Error.
  virtual void set_format(const FrameFormat& out, int cells, int columns) = 0;

  // points: one for each cell. truncation: StyleGAN's psi; other networks scale the code by it.
  // Every cell is computed as if it were alone, and by one thread, so that the number of threads
  // changes no bit. False when interrupted. Throws Error, kNotFinite when the network makes
  // something that is no number.
  virtual bool draw(std::span<const LatentPoint> points, double truncation,
                    const FrameSpan& out) = 0;

  // So many frames after the next one should be foreseen, that all threads have work; 0: none.
  virtual int foresight() const = 0;
  // The points of such a frame, which may be drawn beside those that draw() is then asked for.
  virtual void foresee(std::span<const LatentPoint> points, double truncation) = 0;

  // Any thread: until it is called with false again, draw() returns false as soon as it can.
  virtual void interrupt(bool interrupted) = 0;
  virtual WalkerStats stats() const = 0;  // any thread
};

// The calling thread keeps its number of OpenMP threads. `given_up`, which may be null: once it is
// true, loading ends at the next tensor.
// Throws Error: kNotFound, kUnreadable, kWrongType for the checkpoint, kSettings for an option,
// kUnavailable for the device or when libganmodels.so, or LibTorch where it is needed, cannot be
// loaded, kInterrupted.
std::unique_ptr<Enhancer> load_enhancer(const EnhancerOptions& options,
                                        const std::atomic<bool>* given_up = nullptr);
std::unique_ptr<LatentWalker> load_walker(const WalkerOptions& options);

// The functions that libganmodels.so exports as one table, behind the C symbol gan_models_api.
struct ModelsApi {
  static constexpr int kVersion = 12;
  int version;
  std::unique_ptr<Enhancer> (*load_enhancer)(const EnhancerOptions&, const std::atomic<bool>*);
  std::unique_ptr<LatentWalker> (*load_walker)(const WalkerOptions&);
};

}  // namespace gan
