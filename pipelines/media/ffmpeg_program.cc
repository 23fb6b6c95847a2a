// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/ffmpeg_program.h"

#include <gio/gio.h>

#include <memory>

#include "core/error.h"

namespace gan {
namespace {

struct Ending {
  GSubprocess* process = nullptr;
  GMainLoop* loop = nullptr;
  const std::atomic<bool>* stop = nullptr;
  char* said = nullptr;
};

}  // namespace

void run_ffmpeg(const std::vector<std::string>& words, const std::atomic<bool>* stop) {
  std::vector<const char*> argv = {"ffmpeg", "-nostdin", "-v", "error", "-y"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  argv.push_back(nullptr);
  GError* error = nullptr;
  GMainContext* const context = g_main_context_new();
  g_main_context_push_thread_default(context);
  Ending ending{g_subprocess_newv(argv.data(), G_SUBPROCESS_FLAGS_STDERR_PIPE, &error),
                g_main_loop_new(context, FALSE), stop};
  if (ending.process) {
    g_subprocess_communicate_utf8_async(
        ending.process, nullptr, nullptr,
        [](GObject*, GAsyncResult* result, gpointer data) {
          auto& end = *static_cast<Ending*>(data);
          g_subprocess_communicate_utf8_finish(end.process, result, nullptr, &end.said, nullptr);
          g_main_loop_quit(end.loop);
        },
        &ending);
    GSource* const look = g_timeout_source_new(100);
    g_source_set_callback(
        look,
        [](gpointer data) -> gboolean {
          auto& end = *static_cast<Ending*>(data);
          if (end.stop && *end.stop) g_subprocess_force_exit(end.process);
          return G_SOURCE_CONTINUE;
        },
        &ending, nullptr);
    g_source_attach(look, context);
    g_main_loop_run(ending.loop);
    g_source_destroy(look);
    g_source_unref(look);
  }
  g_main_loop_unref(ending.loop);
  g_main_context_pop_thread_default(context);
  g_main_context_unref(context);
  const std::string said = error ? error->message : ending.said ? ending.said : "";
  const bool started = ending.process != nullptr;
  const bool well = started && g_subprocess_get_successful(ending.process);
  g_clear_error(&error);
  g_free(ending.said);
  g_clear_object(&ending.process);
  check(!stop || !*stop, ErrorKind::kInterrupted, "interrupted");
  check(started, ErrorKind::kUnavailable, "ffmpeg cannot be started: ", said);
  check(well, ErrorKind::kFailed, "ffmpeg: ", said.substr(0, said.find_last_not_of('\n') + 1));
}

}  // namespace gan
