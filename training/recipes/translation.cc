// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/translation.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "models/picture_tensor.h"
#include "training/datasets/picture_source.h"
#include "training/datasets/scan.h"
#include "training/judges/sliced_wasserstein.h"
#include "training/meters/sample_grid.h"

namespace gan::training {
namespace {

bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const auto stem = [](const std::string& file) { return std::filesystem::path(file).stem(); };
  return !a.empty() && std::ranges::equal(a, b, {}, stem, stem);
}

// Good pictures as both domains, B as they are and A as a phone would see them.
TwoDomains simulated(const std::string& folder, const TranslationOptions& options, bool paired,
                     const Holdout& holdout, std::vector<std::string>& notes) {
  TwoDomains found;
  found.phone = true;
  auto files = checked_pictures(
      folder, {"training", {options.crop.crop, options.crop.crop}, options.least_text()}, notes);
  found.test_a = found.test_b = hold_out(files, holdout, notes);
  if (paired) {
    found.a = found.b = files;
  } else {
    check(files.size() >= 2, ErrorKind::kData, folder,
          ": unpaired data wants two pictures at least");
    for (size_t i = 0; i < files.size(); ++i) (i % 2 ? found.b : found.a).push_back(files[i]);
  }
  notes.push_back(concat("note: domain A is simulated: ", found.a.size(),
                         " good pictures through a made-up phone camera (simulate=phone)"));
  return found;
}

std::string resolved(const std::string& file) {
  std::error_code error;
  const auto path = std::filesystem::canonical(file, error);
  return error ? file : path.string();
}

// Two lists whose files pair place by place; b is empty where a file holds both halves.
struct PairLists {
  std::vector<std::string>&a, &b;
};

// Keeps the pairs whose both files are wanted.
template <class Wanted>
void keep_pairs(const PairLists& pairs, const Wanted& wanted) {
  std::vector<std::string> a, b;
  for (size_t i = 0; i < pairs.a.size(); ++i) {
    if (!wanted(pairs.a[i]) || (!pairs.b.empty() && !wanted(pairs.b[i]))) continue;
    a.push_back(pairs.a[i]);
    if (!pairs.b.empty()) b.push_back(pairs.b[i]);
  }
  pairs.a = std::move(a);
  pairs.b = std::move(b);
}

// Looks at all pairs: those of which one half cannot be read are left out, with a note; halves that
// are not resized must be of one size.
void scan_pairs(const PairLists& pairs, const std::string& split, const TranslationOptions& options,
                std::vector<std::string>& notes) {
  const int least = options.crop.load == 0 ? options.crop.crop : 1;
  std::map<std::string, Size> sizes;
  const auto scan = [&](const std::vector<std::string>& files, const std::string& part, int width) {
    const ScanResult result = scan_pictures(files, {part, {width, least}, options.least_text()});
    if (!result.warning.empty()) notes.push_back(result.warning);
    for (size_t i = 0; i < result.files.size(); ++i) sizes[result.files[i]] = result.sizes[i];
  };
  const bool side_by_side = pairs.b.empty();
  if (side_by_side) {
    scan(pairs.a, split, 2 * least);
  } else {
    scan(pairs.a, split + " A", least);
    scan(pairs.b, split + " B", least);
  }
  const size_t all = pairs.a.size();
  keep_pairs(pairs, [&](const std::string& file) { return sizes.contains(file); });
  check(!pairs.a.empty(), ErrorKind::kData, split, " data: no pair is left of ", all);
  if (side_by_side || options.crop.load > 0) return;
  std::vector<std::string> unequal;
  for (size_t i = 0; i < pairs.a.size(); ++i) {
    const Size a = sizes[pairs.a[i]], b = sizes[pairs.b[i]];
    if (a == b) continue;
    unequal.push_back(concat(pairs.a[i], ": ", a.width, "x", a.height, ", its partner has ",
                             b.width, "x", b.height));
  }
  check(unequal.empty(), ErrorKind::kData, split, " data: ", unequal.size(), " of ", pairs.a.size(),
        " pairs differ in size:", first_named(unequal));
}

constexpr const char* kSimulate =
    "; of good photographs alone --set simulate=phone makes both domains";

TwoDomains scanned(const std::string& folder, const TranslationOptions& options, bool paired,
                   const Holdout& holdout, std::vector<std::string>& notes) {
  TwoDomains found = find_domains(folder, paired, kSimulate);
  if (!found.note.empty()) notes.push_back(found.note);
  if (auto note = other_kinds_note(folder); !note.empty()) notes.push_back(std::move(note));
  const bool has_tests = !found.test_a.empty() && (found.side_by_side || !found.test_b.empty());
  if (paired) {
    scan_pairs({found.a, found.b}, "paired", options, notes);
    if (has_tests) scan_pairs({found.test_a, found.test_b}, "paired test", options, notes);
  } else {
    const int least = options.crop.load == 0 ? options.crop.crop : 1;
    const auto scan = [&](std::vector<std::string>& files, const char* split) {
      if (files.empty()) return;
      ScanResult result = scan_pictures(files, {split, {least, least}, options.least_text()});
      if (!result.warning.empty()) notes.push_back(result.warning);
      files = std::move(result.files);
    };
    scan(found.a, "domain A");
    scan(found.b, "domain B");
    scan(found.test_a, "test A");
    scan(found.test_b, "test B");
  }
  if (has_tests) return found;
  found.test_a = hold_out(found.a, holdout, notes);  // of pairs the same places of both lists
  if (!found.side_by_side) found.test_b = hold_out(found.b, holdout, notes);
  return found;
}

// Leaves the first half in `all`, and in `second` the other.
void keep_second_half(std::vector<std::string>& second, std::vector<std::string>& all) {
  const auto middle = all.begin() + static_cast<ptrdiff_t>((all.size() + 1) / 2);
  second.assign(middle, all.end());
  all.erase(middle, all.end());
}

torch::Tensor as_batch(const std::vector<Picture>& pictures, int64_t count) {
  std::vector<torch::Tensor> tensors;
  for (int64_t i = 0; i < count; ++i)
    tensors.push_back(tensor_from_picture(pictures[static_cast<size_t>(i)]));
  return torch::cat(tensors);
}

}  // namespace

void TranslationOptions::visit(OptionVisitor& v) {
  RecipeOptions::visit(v);
  v.text("direction", direction, "AtoB|BtoA", "which domain is the input");
  v.integer("load", crop.load, 0, 8192, "side to which pictures are resized first, 0: as they are");
  v.integer("crop", crop.crop, 16, 4096, "side of the random square cut from them");
  v.flag("mirror", crop.mirror, "pictures at random");
  v.text("simulate", simulate, "none|phone",
         "make domain A of good pictures, as a phone sees them");
  v.integer("holdout", holdout, 0, 100000,
            "held out where there are no test pictures; 0: 20, of less than 200 a tenth");
}

TwoDomains TranslationRecipe::open_data(RunState& state, const std::string& folder,
                                        const TranslationOptions& options, Pairing pairing) {
  check(options.crop.load == 0 || options.crop.load >= options.crop.crop, ErrorKind::kSettings,
        "load must be 0 or at least crop, got load=", options.crop.load,
        " crop=", options.crop.crop);
  const Holdout holdout{options.holdout, 20, state.holdout_given};
  const bool phone = options.simulate == "phone";
  const bool paired = pairing == Pairing::kPaired ||
                      (pairing == Pairing::kSemi && (phone || domains_are_paired(folder)));
  TwoDomains found = phone ? simulated(folder, options, paired, holdout, state.notes)
                           : scanned(folder, options, paired, holdout, state.notes);
  found.swap = options.direction == "BtoA";
  for (const auto* files : {&found.test_a, &found.test_b})
    for (const auto& file : *files) held_out_files_.insert(resolved(file));
  if (paired || phone || same_names(found.test_a, found.test_b)) {
    if (!paired && !phone)
      state.notes.emplace_back(
          "note: the test pictures of A and B have the same names and are judged "
          "as pairs");
    judge_.emplace(held_out_pairs(found, options.crop), 1);
  } else {
    const CropOptions& crop = options.crop;
    for (const auto& file : found.test_a)
      inputs_.push_back(judged_picture(read_picture_8bit(file), crop));
    for (const auto& file : found.test_b)
      others_.push_back(judged_picture(read_picture_8bit(file), crop));
    if (found.swap) std::swap(inputs_, others_);
  }
  if (pairing == Pairing::kPaired) {
    data_ = std::make_unique<PairedDataset>(found, options.crop);
    return {};
  }
  TwoDomains pairs;
  if (paired && found.a.size() >= 2) {
    pairs = found;
    keep_second_half(pairs.a, found.a);
    if (!found.b.empty()) keep_second_half(pairs.b, found.b);
    state.notes.push_back(concat("note: semi-supervised: ", pairs.a.size(), " of ",
                                 pairs.a.size() + found.a.size(),
                                 " pairs are learned from as pairs, the others at random"));
  }
  data_ = std::make_unique<UnpairedDataset>(found, options.crop);
  return pairs;
}

TwoDomains TranslationRecipe::more_pairs(RunState& state, const std::string& folder,
                                         const TranslationOptions& options) const {
  TwoDomains pairs;
  if (options.simulate == "phone") {
    pairs.phone = true;
    pairs.a = pairs.b = checked_pictures(
        folder, {"paired", {options.crop.crop, options.crop.crop}, options.least_text()},
        state.notes);
  } else {
    pairs = find_domains(folder, /*paired=*/true, kSimulate);
    if (!pairs.note.empty()) state.notes.push_back(pairs.note);
    scan_pairs({pairs.a, pairs.b}, "paired", options, state.notes);
  }
  pairs.swap = options.direction == "BtoA";
  const size_t all = pairs.a.size();
  keep_pairs({pairs.a, pairs.b},
             [&](const std::string& file) { return !held_out_files_.contains(resolved(file)); });
  if (pairs.a.size() < all)
    state.notes.push_back(concat("note: ", all - pairs.a.size(), " of ", all, " pairs of ", folder,
                                 " are left out, because their pictures are held out"));
  check(!pairs.a.empty(), ErrorKind::kData, folder,
        ": no pair is left that can be read and is not held out");
  return pairs;
}

Picture TranslationRecipe::translate(RunState& state, const Picture& picture) {
  return run_on_picture(state.network(main_network()).best(), picture, state.device());
}

Picture TranslationRecipe::translate_back(RunState& state, const Picture& picture) {
  return run_on_picture(state.network("f").best(), picture, state.device());
}

ReportWords TranslationRecipe::words() const {
  if (!judge_)
    return {"a row is a held-out picture: input | output | the output's way back",
            "input",
            {{"val_swd", swd_input_}}};
  const Quality& plain = judge_->plain();
  return {"a row is a held-out picture: input | output | truth",
          "input",
          {{"val_psnr_rgb", plain.psnr_rgb_db},
           {"val_ssim_rgb", plain.ssim_rgb},
           {"val_psnr_y", plain.psnr_y_db},
           {"val_psnr_rgb_gain", 0}}};
}

Look TranslationRecipe::look(RunState& state) {
  if (!judge_) return {{}, samples(state)};
  const auto [verdict, grid] =
      judge_->look([&](const Picture& picture) { return translate(state, picture); });
  return {
      {{"psnr_rgb", verdict.restored.psnr_rgb_db}, {"psnr_rgb_plain", verdict.plain.psnr_rgb_db}},
      grid};
}

Values TranslationRecipe::validate(RunState& state) {
  const auto run = [&](const Picture& picture) { return translate(state, picture); };
  if (judge_) {
    const auto verdict = judge_->judge(run);
    return {{"psnr_rgb", verdict.restored.psnr_rgb_db},
            {"ssim_rgb", verdict.restored.ssim_rgb},
            {"psnr_y", verdict.restored.psnr_y_db},
            {"psnr_rgb_gain", verdict.restored.psnr_rgb_db - verdict.plain.psnr_rgb_db}};
  }
  std::vector<Picture> results;
  for (const auto& picture : inputs_) results.push_back(run(picture));
  const auto count = static_cast<int64_t>(std::min(results.size(), others_.size()));
  const auto others = as_batch(others_, count);
  swd_input_ = sliced_wasserstein(as_batch(inputs_, count), others);
  return {{"swd", sliced_wasserstein(as_batch(results, count).clamp(0, 1), others)},
          {"swd_input", swd_input_}};
}

Picture TranslationRecipe::samples(RunState& state) {
  if (judge_)
    return judge_->grid([&](const Picture& picture) { return translate(state, picture); });
  std::vector<Picture> cells;
  for (size_t i = 0; i < std::min<size_t>(inputs_.size(), 4); ++i) {
    const Picture result = translate(state, inputs_[i]);
    for (const Picture& picture : {inputs_[i], result, translate_back(state, result)})
      cells.push_back(centre_patch(picture, 256));
  }
  return make_grid(cells, 3);
}

}  // namespace gan::training
