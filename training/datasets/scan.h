// SPDX-License-Identifier: LGPL-2.1-or-later
// The look at all data before the first step, so that a bad file is known then and not after hours.
#pragma once

#include <string>
#include <vector>

#include "core/picture.h"

namespace gan::training {

struct ScanRule {
  std::string split;    // for messages: "training", "validation", "trainA"
  Size least{1, 1};     // pictures must be at least so large
  std::string made_by;  // the options that say so, such as "patch=48 at scale=2"
};

struct ScanResult {
  std::vector<std::string> files;  // those that can be read, in their order
  std::vector<Size> sizes;         // theirs
  std::string warning;             // names the first ten that cannot be, and their count; or empty
};

// The first ten texts, each on a line of its own, and how many more there are.
std::string first_named(const std::vector<std::string>& texts);

// Decodes every file, two threads at a time. Throws Error(kData) that names the first ten files
// smaller than the rule, and their count, or when no file is left.
ScanResult scan_pictures(const std::vector<std::string>& files, const ScanRule& rule);

// A note that counts the files of a folder that are no pictures of a kind that is read; or empty.
std::string other_kinds_note(const std::string& folder);

// list_pictures + scan_pictures of a folder or a video file; the warning is added to `warnings`.
// Throws Error(kData).
std::vector<std::string> checked_pictures(const std::string& folder, const ScanRule& rule,
                                          std::vector<std::string>& warnings);

// How many pictures a recipe does not train on.
struct Holdout {
  int count = 0;  // 0: `usual`, or a tenth where that is less, at least one
  int usual = 20;
  bool exact =
      false;  // the user himself said so; of another count that leaves none a tenth is taken
};

// Takes files, spread evenly, out of the list; a note says how many. Deterministic.
// Throws Error(kData) for less than two files, Error(kSettings) when an exact count leaves none.
std::vector<std::string> hold_out(std::vector<std::string>& files, const Holdout& holdout,
                                  std::vector<std::string>& notes);

}  // namespace gan::training
