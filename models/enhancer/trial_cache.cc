// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/trial_cache.h"

#include <glib.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <limits>
#include <sstream>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"

namespace gan {
namespace {

constexpr const char* kTitle = "gst-plugins-gan: trial of kernels, 1";

std::string checksum(const std::string& text) {
  char* const sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text.c_str(), -1);
  std::string kept = sum;
  g_free(sum);
  return kept;
}

// Title, key, pixels, a line a kernel; its checksum follows as the last line.
std::string written(const std::string& key, const KernelTrial& trial) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::setprecision(std::numeric_limits<double>::max_digits10);
  text << kTitle << '\n' << key << '\n' << trial.pixels << '\n';
  for (const auto& [kernel, ms, psnr_db] : trial.results)
    // No stream reads infinity.
    text << kernel << ' ' << ms << ' ' << (std::isfinite(psnr_db) ? psnr_db : 1e9) << '\n';
  return text.str();
}

KernelTrial read(const std::string& text) {
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  std::string line;
  std::getline(stream, line);
  std::getline(stream, line);
  KernelTrial trial;
  stream >> trial.pixels;
  for (KernelTrial::Result result; stream >> result.kernel >> result.ms >> result.psnr_db;)
    trial.results.push_back(result);
  return trial;
}

bool is_sound(const KernelTrial& trial, const std::vector<std::string>& kernels) {
  if (!(trial.pixels >= 1) || trial.results.size() != kernels.size()) return false;
  for (size_t i = 0; i < kernels.size(); ++i)
    if (trial.results[i].kernel != kernels[i] || !(trial.results[i].ms > 0)) return false;
  return true;
}

}  // namespace

std::string TrialCache::default_folder() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  if (cache && *cache == '/') return concat(cache, "/gst-plugins-gan");  // as XDG wants it
  const char* const home = std::getenv("HOME");
  return home && *home == '/' ? concat(home, "/.cache/gst-plugins-gan") : "";
}

std::string TrialCache::path_of(const std::string& key) const {
  return concat(folder_, "/", checksum(key).substr(0, 32), ".trial");
}

std::optional<KernelTrial> TrialCache::find(const std::string& key,
                                            const std::vector<std::string>& kernels) const {
  constexpr size_t kMost = 4096;  // bytes
  if (folder_.empty()) return std::nullopt;
  std::ifstream file(path_of(key), std::ios::binary);
  std::string text(kMost, '\0');
  file.read(text.data(), kMost);
  text.resize(static_cast<size_t>(file.gcount()));
  const size_t end = text.rfind("sum ");
  if (end == std::string::npos) return std::nullopt;
  const std::string body = text.substr(0, end);
  if (text.substr(end) != "sum " + checksum(body) + "\n") return std::nullopt;
  KernelTrial trial = read(body);
  if (!is_sound(trial, kernels) || written(key, trial) != body) return std::nullopt;
  return trial;
}

void TrialCache::keep(const std::string& key, const KernelTrial& trial) const {
  if (folder_.empty()) return;
  try {
    std::filesystem::create_directories(folder_);
    const std::string body = written(key, trial);
    write_text_file(path_of(key), body + "sum " + checksum(body) + "\n");
  } catch (const std::exception&) {  // the next start tries again
  }
}

}  // namespace gan
