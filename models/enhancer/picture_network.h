// SPDX-License-Identifier: LGPL-2.1-or-later
// A network that makes a picture of a picture, whatever computes it: core/conv (planned_network.h)
// or LibTorch (libtorch/torch_network.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/engine.h"
#include "core/picture.h"
#include "models/traits.h"

namespace gan {

// What a part of a picture must have around it, and on multiples of what it must begin.
struct Surroundings {
  int halo = 0;
  int multiple = 1;
};

// One thread at a time; what is marked so may be called from any.
class PictureNetwork {
 public:
  virtual ~PictureNetwork() = default;
  virtual const NetworkTraits& traits() const = 0;
  virtual EnhancerInfo info() const = 0;  // any thread

  // Makes ready for whole pictures of that size, and for parts of them: where the precision was
  // left open chooses it, finds out what memory() and ms() tell. eight_bits: of the values that
  // count; deeper ones are computed in fp32 where the precision was left open. Throws
  // Error(kInterrupted).
  virtual void prepare(Size picture, bool eight_bits) = 0;
  // What the choice of the precision rests on, for people; empty where nothing was tried.
  virtual std::string trial() const = 0;
  // Bytes of host memory that a picture of that size takes, beside itself and its result.
  virtual double memory(Size picture) const = 0;
  // How long such a picture takes; 0: not known.
  virtual double ms(Size picture) const = 0;

  // Whether the first picture of a size takes longer than those that follow.
  virtual bool starts_slowly() const = 0;

  // With these a part comes out as in the whole, to the last bit; a multiple of 0: there are none.
  virtual Surroundings exact() const = 0;

  // picture: of the network's channels in [0, 1]. code: as many numbers as the network takes; none:
  // zeros. The result is scale times larger, not clamped, and valid until the next call. Throws
  // Error: kNotFinite where a pixel is no number, kInterrupted, kNoMemory.
  virtual PictureView run(const PictureView& picture, const std::vector<float>& code) = 0;

  // The same, whose result is nowhere whole: rows [begin, end) of it are given away as soon as they
  // are there, the first of them being the first of `band`; begin is even. Any of the network's
  // threads calls, for several bands at once. An error comes after some rows were given away.
  using Rows = std::function<void(int begin, int end, const PictureView& band)>;
  virtual bool gives_rows() const { return false; }
  virtual void run(const PictureView& picture, const std::vector<float>& code, const Rows& rows) {
    const PictureView whole = run(picture, code);
    rows(0, whole.size.height, whole);
  }

  virtual bool on_cpu() const = 0;
  virtual void move_to_cpu() = 0;

  virtual uint64_t retries() const = 0;  // in fp32; any thread
  // Any thread: until it is called with false again, prepare() and run() end at the next layer.
  virtual void interrupt(bool interrupted) = 0;
};

}  // namespace gan
