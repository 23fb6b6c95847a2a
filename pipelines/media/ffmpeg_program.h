// SPDX-License-Identifier: LGPL-2.1-or-later
// The program ffmpeg, for what it does in one line: sound and subtitles of another codec.
#pragma once

#include <atomic>
#include <string>
#include <vector>

namespace gan {

// Runs "ffmpeg WORDS"; an existing output is replaced. Throws Error: kUnavailable (it is not
// there), kFailed with what it said, kInterrupted once `stop`, which may be null, is true.
void run_ffmpeg(const std::vector<std::string>& words, const std::atomic<bool>* stop);

}  // namespace gan
