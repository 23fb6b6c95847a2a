// SPDX-License-Identifier: LGPL-2.1-or-later
// OUTPUT.partial: what is made of a video before it has its final name, in segments that outlive a
// crash. Several processes, of several machines, may fill one folder together.
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
  enum class Start {
    kFresh,   // nothing may be there
    kAnew,    // what is there is removed
    kResume,  // takes what is there
    kShare,   // the same, while others do so too
  };

  // Makes the folder, or takes the one that was left; `settings` must then be as they were. Throws
  // Error: kSettings (other settings; a folder of an interrupted run and kFresh), kUnavailable
  // (another process is at it, beside those that share it), kUnwritable.
  JobFolder(const std::string& output, const Words& settings, Start start);
  // Stays where it holds a whole segment or is shared, and discard() was not called.
  ~JobFolder();
  JobFolder(const JobFolder&) = delete;
  JobFolder& operator=(const JobFolder&) = delete;

  // Whether a run for this output was interrupted.
  static bool is_begun(const std::string& output);

  const std::string& path() const { return path_; }
  std::string segment(int64_t index) const;
  bool has(int64_t index) const;
  std::vector<int64_t> segments() const;  // those that are there, in order

  // What the first process chose by measuring; empty: not chosen yet.
  const Words& choices() const { return choices_; }
  // What this process has chosen. Throws Error(kUnavailable) where the folder was begun with other
  // choices; where another process was first just now, outrun() tells.
  void agree(const Words& choices);
  bool outrun() const { return outrun_; }

  // Of the whole video; 0: nobody has counted them yet.
  int64_t frames() const;
  void keep_frames(int64_t count) const;

  double seconds() const;  // from the beginning of the job to its newest segment
  void discard() { keep_ = false; }
  std::string kept_words() const;  // what stays of an interrupted run, and how to go on
  bool kept() const { return keep_ && (start_ == Start::kShare || !segments().empty()); }

 private:
  std::string file(const char* name) const { return path_ + "/" + name; }
  void lock(const std::string& output);
  void check_settings(const Words& settings) const;

  std::string path_;
  Start start_;
  Words choices_;
  int lock_ = -1;
  bool keep_ = true, outrun_ = false;
};

}  // namespace gan
