// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/job_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"

namespace gan {
namespace {

namespace fs = std::filesystem;
using UniqueKeyFile =
    std::unique_ptr<GKeyFile, decltype([](GKeyFile* file) { g_key_file_free(file); })>;

constexpr const char* kSettings = "job";
constexpr const char* kChoices = "choices";
constexpr const char* kFrames = "frames";
constexpr const char* kGroup = "job";
constexpr const char* kSuffix = ".segment";

JobFolder::Words read_words(const std::string& path) {
  const UniqueKeyFile file(g_key_file_new());
  check(g_key_file_load_from_file(file.get(), path.c_str(), G_KEY_FILE_NONE, nullptr),
        ErrorKind::kUnreadable, path, ": cannot be read; --overwrite begins anew");
  JobFolder::Words words;
  char** const keys = g_key_file_get_keys(file.get(), kGroup, nullptr, nullptr);
  for (char** key = keys; key && *key; ++key) {
    char* const value = g_key_file_get_string(file.get(), kGroup, *key, nullptr);
    words[*key] = value ? value : "";
    g_free(value);
  }
  g_strfreev(keys);
  return words;
}

// False: the file is there already.
bool write_words(const std::string& path, const JobFolder::Words& words) {
  const UniqueKeyFile file(g_key_file_new());
  for (const auto& [key, value] : words)
    g_key_file_set_string(file.get(), kGroup, key.c_str(), value.c_str());
  gsize length = 0;
  char* const text = g_key_file_to_data(file.get(), &length, nullptr);
  const std::string copy(text, length);
  g_free(text);
  return write_new_text_file(path, copy);
}

}  // namespace

JobFolder::JobFolder(const std::string& output, const Words& settings, Start start)
    : path_(output + ".partial"), start_(start) {
  std::error_code why;
  const bool there = fs::exists(file(kSettings), why);
  check(!there || start != Start::kFresh, ErrorKind::kSettings, path_,
        ": is what an interrupted run has made so far; --resume goes on with it, --overwrite "
        "begins anew");
  check(
      there || !fs::exists(path_, why) || fs::is_empty(path_, why) || fs::exists(file("lock"), why),
      ErrorKind::kUnwritable, path_, ": is in the way");
  fs::create_directories(path_, why);
  check(!why, ErrorKind::kUnwritable, path_, ": ", why.message());
  lock(output);
  if (start == Start::kAnew)
    for (const auto& entry : fs::directory_iterator(path_))
      if (entry.path().filename() != "lock") fs::remove_all(entry.path(), why);
  if (!write_words(file(kSettings), settings)) check_settings(settings);
  if (fs::exists(file(kChoices), why)) choices_ = read_words(file(kChoices));
}

bool JobFolder::is_begun(const std::string& output) {
  std::error_code ignored;
  return fs::exists(concat(output, ".partial/", kSettings), ignored);
}

void JobFolder::lock(const std::string& output) {
  lock_ = open(file("lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  check(lock_ >= 0, ErrorKind::kUnwritable, file("lock"), ": ", std::strerror(errno));
  const int kind = start_ == Start::kShare ? LOCK_SH : LOCK_EX;
  if (flock(lock_, kind | LOCK_NB) == 0) return;
  check(errno != EWOULDBLOCK, ErrorKind::kUnavailable, output, ": another process is writing it");
  fail(ErrorKind::kUnwritable, file("lock"), ": cannot be locked: ", std::strerror(errno));
}

void JobFolder::check_settings(const Words& settings) const {
  const Words before = read_words(file(kSettings));
  for (const auto& [key, value] : settings) {
    const auto old = before.find(key);
    const std::string was = old == before.end() ? "" : old->second;
    check(was == value, ErrorKind::kSettings, path_, ": was begun with ", key, " ",
          was.empty() ? "unset" : was, ", now it is ", value.empty() ? "unset" : value,
          "; --resume wants the same, --overwrite begins anew");
  }
}

JobFolder::~JobFolder() {
  std::error_code ignored;
  if (!kept()) fs::remove_all(path_, ignored);
  close(lock_);
}

std::string JobFolder::segment(int64_t index) const {
  char name[32];
  std::snprintf(name, sizeof name, "%06lld%s", static_cast<long long>(index), kSuffix);
  return file(name);
}

bool JobFolder::has(int64_t index) const {
  std::error_code ignored;
  return fs::exists(segment(index), ignored);
}

std::vector<int64_t> JobFolder::segments() const {
  std::vector<int64_t> all;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path_, ignored))
    if (entry.path().extension() == kSuffix) all.push_back(std::stoll(entry.path().stem()));
  std::ranges::sort(all);
  return all;
}

void JobFolder::agree(const Words& choices) {
  const bool anew = choices_.empty();
  if (anew && write_words(file(kChoices), choices)) {
    choices_ = choices;
    return;
  }
  if (anew) choices_ = read_words(file(kChoices));
  for (const auto& [name, now] : choices) {
    outrun_ = anew && choices_[name] != now;
    check(choices_[name] == now, ErrorKind::kUnavailable, path_, ": was begun with ", name, " ",
          choices_[name], ", which is ", now, " now; --overwrite begins anew");
  }
}

int64_t JobFolder::frames() const {
  int64_t count = 0;
  std::ifstream(file(kFrames)) >> count;
  return count;
}

std::string JobFolder::kept_words() const {
  if (!kept()) return "nothing was finished";
  return concat("what is finished is kept, ",
                start_ == Start::kShare ? "the same command" : "--resume", " goes on");
}

void JobFolder::keep_frames(int64_t count) const {
  write_new_text_file(file(kFrames), concat(count, "\n"));
}

double JobFolder::seconds() const {
  std::error_code ignored;
  const auto begin = fs::last_write_time(file(kSettings), ignored);
  auto end = begin;
  for (const int64_t index : segments())
    end = std::max(end, fs::last_write_time(segment(index), ignored));
  return std::max(1e-3, std::chrono::duration<double>(end - begin).count());
}

}  // namespace gan
