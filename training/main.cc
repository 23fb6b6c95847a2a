// SPDX-License-Identifier: LGPL-2.1-or-later
// gan-train: COMMAND ARGUMENTS. Every command is one function in commands.h.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <opencv2/core/utils/logger.hpp>
#include <string>

#include "core/error.h"
#include "training/commands/commands.h"

namespace {

using gan::ErrorKind;

int exit_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kSettings: return 2;
    case ErrorKind::kData: return 3;
    case ErrorKind::kNotFinite: return 4;
    case ErrorKind::kNoMemory: return 5;
    default: return 1;
  }
}

int complain(const char* text, int status) {
  std::fprintf(stderr, "gan-train: %s\n", text);
  return status;
}

int usage(std::FILE* to, int status) {
  std::fputs("Usage: gan-train COMMAND [ARGUMENTS]\n\nCommands:\n", to);
  for (const auto& command : gan::training::commands())
    std::fprintf(to, "  %-9s %s\n", command.name, command.summary);
  std::fputs(
      "\nEach takes --help. Exit status: 0 done, 1 error, 2 usage or configuration, 3 data,\n"
      "4 not finite, 5 out of memory, 130 interrupted after saving.\n",
      to);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return usage(stderr, 2);
  // What OpenCV's readers log names no file; our errors do.
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
  if (std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0)
    return usage(stdout, 0);
  if (std::strcmp(argv[1], "--version") == 0) return std::puts("gan-train " GAN_VERSION) < 0;
  try {
    for (const auto& command : gan::training::commands())
      if (std::strcmp(command.name, argv[1]) == 0) return command.run(argc - 1, argv + 1);
    std::fprintf(stderr, "gan-train: unknown command \"%s\"\n", argv[1]);
    return usage(stderr, 2);
  } catch (const gan::Error& error) {
    return complain(error.what(), exit_status(error.kind()));
  } catch (const std::bad_alloc&) {
    return complain("out of memory", 5);
  } catch (const std::exception& error) {
    // LibTorch appends a stack trace to its texts; its users are not ours.
    const std::string text = error.what();
    const bool memory = text.find("out of memory") != std::string::npos;
    return complain(text.substr(0, text.find("\nException raised from")).c_str(), memory ? 5 : 1);
  }
}
