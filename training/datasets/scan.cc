// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/scan.h"

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "core/error.h"
#include "core/workers.h"
#include "training/datasets/picture_source.h"

namespace gan::training {

std::string first_named(const std::vector<std::string>& texts) {
  constexpr size_t kNamed = 10;
  std::string list;
  for (size_t i = 0; i < texts.size() && i < kNamed; ++i) list += "\n  " + texts[i];
  if (texts.size() > kNamed) list += concat("\n  and ", texts.size() - kNamed, " more");
  return list;
}

ScanResult scan_pictures(const std::vector<std::string>& files, const ScanRule& rule) {
  struct Found {
    Size size;
    std::string error;
  };
  std::vector<Found> found(files.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < files.size(); i = next++) try {
        found[i].size = read_picture_8bit(files[i]).size;
      } catch (const Error& error) {
        found[i].error = error.what();
      } catch (const std::exception& error) {
        found[i].error = concat(files[i], ": ", error.what());
      }
  };
  Workers(2).run(2, [&](int) { work(); });

  ScanResult result;
  std::vector<std::string> broken, small;
  for (size_t i = 0; i < files.size(); ++i) {
    const Size size = found[i].size;
    if (!found[i].error.empty()) {
      broken.push_back(found[i].error);
    } else if (size.width < rule.least.width || size.height < rule.least.height) {
      small.push_back(concat(files[i], ": ", size.width, "x", size.height));
    } else {
      result.files.push_back(files[i]);
      result.sizes.push_back(size);
    }
  }
  check(small.empty(), ErrorKind::kData, rule.split, " data: ", small.size(), " of ", files.size(),
        " pictures are smaller than the ", rule.least.width, "x", rule.least.height, " that ",
        rule.made_by, " needs; a smaller one takes them:", first_named(small));
  if (!broken.empty())
    result.warning =
        concat("warning: ", rule.split, " data: ", broken.size(), " of ", files.size(),
               " files are left out because they cannot be read:", first_named(broken));
  check(!result.files.empty(), ErrorKind::kData, rule.split, " data: no picture can be read",
        broken.empty() ? "" : ":" + first_named(broken));
  return result;
}

std::string other_kinds_note(const std::string& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) return "";  // a video
  std::string kinds;
  int all = 0;
  for (const auto& [suffix, count] : other_files(folder, /*recursive=*/true)) {
    kinds +=
        concat(kinds.empty() ? "" : ", ", count, " ", suffix.empty() ? "without suffix" : suffix);
    all += count;
  }
  if (all == 0) return "";
  return concat("note: ", folder, ": ", all, all == 1 ? " file is" : " files are",
                " of kinds that are not read: ", kinds);
}

std::vector<std::string> checked_pictures(const std::string& folder, const ScanRule& rule,
                                          std::vector<std::string>& warnings) {
  const auto files = list_pictures(folder);
  check(!files.empty(), ErrorKind::kData, folder, ": holds no pictures (", rule.split, " data)");
  if (auto note = other_kinds_note(folder); !note.empty()) warnings.push_back(std::move(note));
  ScanResult result = scan_pictures(files, rule);
  if (!result.warning.empty()) warnings.push_back(result.warning);
  return result.files;
}

std::vector<std::string> hold_out(std::vector<std::string>& files, const Holdout& holdout,
                                  std::vector<std::string>& notes) {
  const auto n = static_cast<int64_t>(files.size());
  check(n >= 2, ErrorKind::kData, "at least two pictures are needed, one to validate on");
  check(!holdout.exact || holdout.count < n, ErrorKind::kSettings, "holdout=", holdout.count,
        " of ", n, " pictures leaves none to train on; it may be 1 to ", n - 1);
  const bool asked = holdout.count > 0 && holdout.count < n;
  const int count = asked ? holdout.count : std::clamp(static_cast<int>(n / 10), 1, holdout.usual);
  notes.push_back(concat("note: ", count, " of ", n, " pictures ", count == 1 ? "is" : "are",
                         " held out to validate on; --set holdout=N for another number"));
  std::vector<std::string> held, kept;
  for (int64_t i = 0; i < n; ++i)
    (i * count / n != (i + 1) * count / n ? held : kept).push_back(files[static_cast<size_t>(i)]);
  files = std::move(kept);
  return held;
}

}  // namespace gan::training
