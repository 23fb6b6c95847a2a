// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/job_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"

namespace gan {
namespace {

namespace fs = std::filesystem;
using UniqueKeyFile =
    std::unique_ptr<GKeyFile, decltype([](GKeyFile* file) { g_key_file_free(file); })>;

JobFolder::Words group(GKeyFile* file, const char* name) {
  JobFolder::Words words;
  char** const keys = g_key_file_get_keys(file, name, nullptr, nullptr);
  for (char** key = keys; key && *key; ++key) {
    char* const value = g_key_file_get_string(file, name, *key, nullptr);
    words[*key] = value ? value : "";
    g_free(value);
  }
  g_strfreev(keys);
  return words;
}

}  // namespace

JobFolder::JobFolder(const std::string& output, const Words& settings, bool resume, bool anew)
    : path_(output + ".partial"), settings_(settings) {
  std::error_code why;
  const bool there = fs::exists(file(), why);
  check(!there || resume || anew, ErrorKind::kSettings, path_,
        ": is what an interrupted run has made so far; --resume goes on with it, --overwrite "
        "begins anew");
  check(there || !fs::exists(path_, why) || fs::is_empty(path_, why), ErrorKind::kUnwritable, path_,
        ": is in the way");
  fs::create_directories(path_, why);
  check(!why, ErrorKind::kUnwritable, path_, ": ", why.message());
  lock_ = open((path_ + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  check(lock_ >= 0, ErrorKind::kUnwritable, path_, "/lock: ", std::strerror(errno));
  check(flock(lock_, LOCK_EX | LOCK_NB) == 0, ErrorKind::kUnavailable, output,
        ": another process is writing it");
  if (there && !resume) {
    for (const auto& entry : fs::directory_iterator(path_))
      if (entry.path().filename() != "lock") fs::remove_all(entry.path(), why);
  } else if (there) {
    const UniqueKeyFile stored(g_key_file_new());
    check(g_key_file_load_from_file(stored.get(), file().c_str(), G_KEY_FILE_NONE, nullptr),
          ErrorKind::kUnreadable, file(), ": cannot be read; --overwrite begins anew");
    const Words before = group(stored.get(), "settings");
    for (const auto& [key, value] : settings) {
      const auto old = before.find(key);
      const std::string was = old == before.end() ? "" : old->second;
      check(was == value, ErrorKind::kSettings, path_, ": was begun with ", key, " ",
            was.empty() ? "unset" : was, ", now it is ", value.empty() ? "unset" : value,
            "; --resume wants the same, --overwrite begins anew");
    }
    choices_ = group(stored.get(), "choices");
    while (fs::exists(segment(segments_), why)) ++segments_;
  }
  write();
}

JobFolder::~JobFolder() {
  std::error_code ignored;
  if (!kept()) fs::remove_all(path_, ignored);
  close(lock_);
}

std::string JobFolder::segment(int index) const {
  char name[32];
  std::snprintf(name, sizeof name, "/%06d.segment", index);
  return path_ + name;
}

std::vector<std::string> JobFolder::all_segments() const {
  std::vector<std::string> all;
  for (int i = 0; i < segments_; ++i) all.push_back(segment(i));
  return all;
}

void JobFolder::keep_choices(const Words& choices) {
  choices_ = choices;
  write();
}

void JobFolder::write() {
  const UniqueKeyFile stored(g_key_file_new());
  for (const auto& [key, value] : settings_)
    g_key_file_set_string(stored.get(), "settings", key.c_str(), value.c_str());
  for (const auto& [key, value] : choices_)
    g_key_file_set_string(stored.get(), "choices", key.c_str(), value.c_str());
  gsize length = 0;
  char* const text = g_key_file_to_data(stored.get(), &length, nullptr);
  const std::string copy(text, length);
  g_free(text);
  write_text_file(file(), copy);
}

}  // namespace gan
