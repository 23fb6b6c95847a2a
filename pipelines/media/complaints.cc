// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/complaints.h"

extern "C" {
#include <libavutil/log.h>
}

#include <algorithm>
#include <cstdarg>
#include <mutex>

namespace gan {
namespace {

constexpr size_t kMost = 5;
std::mutex mutex;
std::vector<std::string> kept;

void keep(void* context, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  char line[300];
  int prefix = 0;
  av_log_format_line2(nullptr, level, format, arguments, line, sizeof line, &prefix);
  const AVClass* const kind = context ? *static_cast<const AVClass**>(context) : nullptr;
  std::string text = line;
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
  if (kind && kind->item_name) text = std::string(kind->item_name(context)) + ": " + text;
  const std::lock_guard lock(mutex);
  if (kept.size() < kMost && std::ranges::find(kept, text) == kept.end()) kept.push_back(text);
}

}  // namespace

void collect_complaints() { av_log_set_callback(keep); }

std::vector<std::string> take_complaints() {
  const std::lock_guard lock(mutex);
  std::vector<std::string> taken;
  taken.swap(kept);
  return taken;
}

}  // namespace gan
