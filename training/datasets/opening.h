// SPDX-License-Identifier: LGPL-2.1-or-later
// What the trainer and the data sets tell each other while a recipe opens its data.
#pragma once

#include <string>
#include <vector>

namespace gan::training {

// Holds for its thread as long as it lives.
class DataOpening {
 public:
  // holdout_given: the user said how many pictures are held out, the recipe did not. notes: where
  // note() adds to.
  DataOpening(bool holdout_given, std::vector<std::string>& notes);
  ~DataOpening();
  DataOpening(const DataOpening&) = delete;
  DataOpening& operator=(const DataOpening&) = delete;

  // Both without effect where no such object lives: false, and the text is dropped.
  static bool holdout_given();
  static void note(const std::string& text);

 private:
  bool holdout_given_;
  std::vector<std::string>& notes_;
};

}  // namespace gan::training
