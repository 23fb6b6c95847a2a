// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/command.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>

#include "core/error.h"
#include "core/image_file.h"
#include "pipelines/element_line.h"
#include "pipelines/interrupt.h"
#include "pipelines/media/codecs.h"
#include "pipelines/media/complaints.h"

namespace gan {
namespace {

using UniqueContext =
    std::unique_ptr<GOptionContext, decltype([](GOptionContext* c) { g_option_context_free(c); })>;

// OpenMP's threads read this once, before main(): decoders and encoders want the processors too.
void let_threads_wait_quietly(char** argv) {
  if (g_getenv("OMP_WAIT_POLICY")) return;
  g_setenv("OMP_WAIT_POLICY", "PASSIVE", TRUE);
  execv("/proc/self/exe", argv);
}

Arguments parse(const Command& command, int argc, char** argv) {
  // What stands behind "--" are properties, whatever it looks like.
  std::vector<char*> own;
  Arguments arguments;
  int i = 0;
  for (; i < argc && std::strcmp(argv[i], "--") != 0; ++i) own.push_back(argv[i]);
  for (++i; i < argc; ++i) arguments.properties.emplace_back(argv[i]);
  const UniqueContext context(g_option_context_new(command.arguments));
  g_option_context_set_summary(context.get(), command.summary);
  g_option_context_set_description(context.get(), command.description);
  gboolean version = FALSE;
  const GOptionEntry general[] = {
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "print the version", nullptr}, {}};
  g_option_context_add_main_entries(context.get(), command.options, nullptr);
  g_option_context_add_main_entries(context.get(), general, nullptr);
  char** words = g_new0(char*, own.size() + 1);
  for (size_t k = 0; k < own.size(); ++k) words[k] = g_strdup(own[k]);
  GError* error = nullptr;
  const bool parsed = g_option_context_parse_strv(context.get(), &words, &error);
  for (char** word = words; parsed && *word; ++word)
    if (word != words) arguments.files.emplace_back(*word);
  g_strfreev(words);
  arguments.version = version;
  if (!parsed) {
    const std::string why = error->message;
    g_error_free(error);
    fail(ErrorKind::kSettings, why, "; --help shows the options");
  }
  return arguments;
}

// "strength=0.5" among the files.
void check_no_property(const std::string& file) {
  const size_t name = file.find_first_not_of("abcdefghijklmnopqrstuvwxyz-");
  std::error_code ignored;
  const bool property = name != std::string::npos && name > 0 && file[name] == '=' &&
                        !is_video_name(file) && !is_image_name(file) &&
                        !std::filesystem::exists(file, ignored);
  check(!property, ErrorKind::kSettings, file, ": is no file; properties stand behind --: -- ",
        file);
}

}  // namespace

int run_command(const Command& command, int argc, char** argv,
                const std::function<void(const Arguments&)>& body) {
  let_threads_wait_quietly(argv);
  g_set_prgname(command.name);
  g_setenv("SVT_LOG", "1", FALSE);  // SVT-AV1 greets on stderr otherwise
  take_signals();
  collect_complaints();
  try {
    const Arguments arguments = parse(command, argc, argv);
    if (arguments.version) {
      std::printf("%s %s\n", command.name, GAN_VERSION);
      return 0;
    }
    for (const std::string& file : arguments.files) check_no_property(file);
    find_plugin();
    body(arguments);
    return 0;
  } catch (const Error& error) {
    if (const int signal = interrupting_signal()) {
      const bool told = error.kind() == ErrorKind::kInterrupted;
      std::fprintf(stderr, "%s: %s\n", command.name, told ? error.what() : "interrupted");
      return 128 + signal;
    }
    std::fprintf(stderr, "%s: %s\n", command.name, error.what());
    return error.kind() == ErrorKind::kSettings ? 2 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", command.name, error.what());
    return 1;
  }
}

void check_output(const std::string& input, const std::string& output, bool overwrite) {
  std::error_code ignored;
  check(!std::filesystem::is_directory(output, ignored), ErrorKind::kSettings, output,
        ": is a folder");
  check(!std::filesystem::equivalent(input, output, ignored), ErrorKind::kSettings, output,
        ": is the input itself");
  check(overwrite || !std::filesystem::exists(output, ignored), ErrorKind::kSettings, output,
        ": is there already; --overwrite replaces it");
}

void make_folder_of(const std::string& output) {
  const auto folder = std::filesystem::path(output).parent_path();
  std::error_code why;
  if (!folder.empty()) std::filesystem::create_directories(folder, why);
  check(!why, ErrorKind::kUnwritable, folder.string(), ": ", why.message());
}

double seconds_of(const std::string& text, const char* option) {
  double seconds = 0;
  const char* at = text.c_str();
  bool good = !text.empty();
  for (int parts = 1; good; ++parts) {
    char* end = nullptr;
    const double value = g_ascii_strtod(at, &end);
    good = end != at && std::isfinite(value) && value >= 0 && parts <= 3 && g_ascii_isdigit(*at);
    seconds = seconds * 60 + value;
    if (*end != ':') {
      good = good && (*end == '\0' || std::strcmp(end, "s") == 0);
      break;
    }
    at = end + 1;
  }
  check(good, ErrorKind::kSettings, option, " wants a time such as 90, 1:30 or 1:02:03.5, got \"",
        text, "\"");
  return seconds;
}

Part part_of(const char* preview) {
  if (!preview) return {};
  const std::string text = preview;
  const size_t at = text.find('@');
  const double length = seconds_of(text.substr(0, at), "--preview");
  check(length > 0, ErrorKind::kSettings, "--preview wants a length above 0, got \"", text, "\"");
  const double from = at == std::string::npos ? 0 : seconds_of(text.substr(at + 1), "--preview");
  return {from, from + length};
}

}  // namespace gan
