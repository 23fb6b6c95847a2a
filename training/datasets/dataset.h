// SPDX-License-Identifier: LGPL-2.1-or-later
// What a recipe trains on: samples that any thread can make, each from its own random numbers.
#pragma once

#include <string>

#include "core/picture.h"
#include "training/random.h"

namespace gan::training {

struct Sample {
  Picture input;   // what the network gets; domain A of unpaired data
  Picture target;  // what it should give; domain B of unpaired data; may be empty
  int label = 0;
  std::string source;  // the file, for messages
};

// A held-out picture and its damaged counterpart, whose sides are a scale times smaller.
struct RestorationCase {
  Picture damaged, truth;
};

// Data sets say here which file the calling thread is about to read, so that a loader that stalls
// can be told by name.
void reading(const std::string& file);

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t size() const = 0;  // samples in an epoch, at least 1
  // Sample `index` in [0, size()), augmented by `random`. Every sample of a data set has the same
  // sizes. Thread-safe. Throws Error(kData) naming the file.
  virtual Sample get(int64_t index, Random& random) const = 0;
};

}  // namespace gan::training
