// SPDX-License-Identifier: LGPL-2.1-or-later
// OUTPUT.partial: what is made of a video before it has its final name, in segments that outlive a
// crash.
#pragma once

#include <glib.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gan {

class JobFolder {
 public:
  using Words = std::map<std::string, std::string>;

  // Makes the folder, or with `resume` takes the one that was left. `settings` must then be as they
  // were. Throws Error: kSettings (other settings; a folder of an interrupted run and neither
  // `resume` nor `anew`), kUnavailable (another process is at it), kUnwritable.
  JobFolder(const std::string& output, const Words& settings, bool resume, bool anew);
  // Stays where it holds a whole segment and discard() was not called.
  ~JobFolder();
  JobFolder(const JobFolder&) = delete;
  JobFolder& operator=(const JobFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string segment(int index) const;
  int segments() const { return segments_; }  // whole ones, without a gap from the first on
  void add_segment() { ++segments_; }
  std::vector<std::string> all_segments() const;

  // What the first run chose by measuring; empty: not chosen yet.
  const Words& choices() const { return choices_; }
  void keep_choices(const Words& choices);

  void discard() { keep_ = false; }
  bool kept() const { return keep_ && segments_ > 0; }

 private:
  std::string file() const { return path_ + "/job"; }
  void write();

  std::string path_;
  Words settings_, choices_;
  int segments_ = 0, lock_ = -1;
  bool keep_ = true;
};

}  // namespace gan
