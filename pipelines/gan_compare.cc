// SPDX-License-Identifier: LGPL-2.1-or-later
// gan-compare: networks and files side by side.
#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/file_suffix.h"
#include "core/image_file.h"
#include "core/image_kind.h"
#include "pipelines/columns.h"
#include "pipelines/command.h"
#include "pipelines/compare_output.h"
#include "pipelines/difference.h"
#include "pipelines/interrupt.h"
#include "pipelines/progress.h"
#include "pipelines/stored_frame.h"

namespace {

namespace fs = std::filesystem;
using gan::check;
using gan::ErrorKind;

struct Given {
  char** models = nullptr;
  char** files = nullptr;
  char* truth = nullptr;
  char* at = nullptr;
  char* preview = nullptr;
  int width = 0, threads = 0;
  gboolean difference = FALSE, overwrite = FALSE, json = FALSE;
} given;

const GOptionEntry kOptions[] = {
    {"model", 'm', 0, G_OPTION_ARG_STRING_ARRAY, &given.models,
     "a column of what this network makes; may be given several times", "MODEL"},
    {"with", 'w', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.files,
     "a column of this file, such as one made before; may be given several times", "FILE"},
    {"truth", 0, 0, G_OPTION_ARG_FILENAME, &given.truth, "a last column, of how it should look",
     "FILE"},
    {"difference", 0, 0, G_OPTION_ARG_NONE, &given.difference,
     "a column of what differs between the first two, eight times brighter", nullptr},
    {"at", 0, 0, G_OPTION_ARG_STRING, &given.at,
     "which moment of a video a picture shows (1:20); its first frame otherwise", "TIME"},
    {"preview", 'p', 0, G_OPTION_ARG_STRING, &given.preview,
     "only so much, from a time on (3s@1:20), or from the beginning (3s)", "LENGTH[@TIME]"},
    {"width", 0, 0, G_OPTION_ARG_INT, &given.width,
     "of a column in pixels; what the networks make otherwise", "PIXELS"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &given.threads, "processors to use; all otherwise", "N"},
    {"overwrite", 'y', 0, G_OPTION_ARG_NONE, &given.overwrite, "replace an output that exists",
     nullptr},
    {"json", 0, 0, G_OPTION_ARG_NONE, &given.json, "progress for programs: lines of JSON on stdout",
     nullptr},
    {}};

constexpr gan::Command kCommand = {
    "gan-compare", "INPUT OUTPUT [-- PROPERTY=VALUE ...]",
    "Shows a video or a picture beside what neural networks make of it, each under its name; "
    "without\n"
    "--model and --with, beside what the built-in one makes of it.\n"
    "INPUT comes first, enlarged plainly. OUTPUT is a picture (.png, .jpg, .webp, .tif, .bmp) of "
    "one\n"
    "moment, a video (.mkv, .mp4, .m4v, .mov, .webm) with INPUT's sound, or a .gif.",
    "Files are read as gan-enhance reads them: upright, progressive.\n"
    "What stands behind -- are properties of the element enhancegan (gst-inspect-1.0 "
    "enhancegan).\n\n"
    "Examples:\n"
    "  gan-compare clip.mp4 look.png --at 1:20            one moment, before and after\n"
    "  gan-compare clip.mp4 both.mp4 -m x2 -m other.pth   two networks\n"
    "  gan-compare clip.mp4 files.mkv --with a.mkv --with b.mkv   files made before\n"
    "  gan-compare clip.mp4 look.gif --preview 2s --width 320   to show around\n"
    "  gan-compare low.png out.png --truth high.png       with the truth beside it\n\n"
    "gan-enhance makes the files, gan-measure says how much better one is.",
    kOptions};

std::vector<std::string> words(char** list) {
  std::vector<std::string> all;
  for (char** each = list; each && *each; ++each) all.emplace_back(*each);
  return all;
}

void check_kinds(const std::string& input, const std::string& output) {
  const bool picture = gan::is_writable_image(output);
  check(picture || gan::is_video_name(output) || gan::lower_suffix(output) == ".gif",
        ErrorKind::kSettings, output,
        ": must end in .png, .jpg, .webp, .tif or .bmp, in .mkv, .mp4, .m4v, .mov or .webm, or in "
        ".gif");
  check(picture || !gan::is_still_picture(input), ErrorKind::kSettings, input,
        ": is a picture, so OUTPUT must be one: .png, .jpg, .webp, .tif or .bmp");
  check(picture || !given.at, ErrorKind::kSettings, "--at is for pictures, --preview for videos");
  check(!picture || !given.preview, ErrorKind::kSettings,
        "--preview is for videos, --at chooses the moment of a picture");
}

class Comparing {
 public:
  Comparing(const std::string& input, const std::vector<std::string>& properties,
            gan::Progress& progress);
  // The input's next frame beside the others; null at the end.
  gan::UniqueFrame next();
  const gan::Clip& input() const { return input_; }
  size_t columns() const { return columns_.size() + (given.difference ? 1 : 0); }

 private:
  static gan::ReaderOptions reading();
  void add_file(const std::string& label, const std::string& path);
  gan::EnlargerOptions enlarging(const std::string& model) const;

  std::vector<std::string> properties_;
  gan::Progress& progress_;
  gan::Clip input_;
  gan::Size cell_;
  std::vector<std::unique_ptr<gan::Column>> columns_;
  std::optional<gan::Canvas> canvas_;
};

gan::ReaderOptions Comparing::reading() {
  gan::ReaderOptions options;
  const gan::Part part = gan::part_of(given.preview);
  options.from_s = given.at ? gan::seconds_of(given.at, "--at") : part.from_s;
  options.to_s = part.to_s;
  options.threads = given.threads;
  options.stop = &gan::interrupted();
  return options;
}

gan::EnlargerOptions Comparing::enlarging(const std::string& model) const {
  gan::EnlargerOptions options{model, {gan::concat("threads=", given.threads)}, {}, nullptr};
  options.properties.insert(options.properties.end(), properties_.begin(), properties_.end());
  options.say = [this](const std::string& text) { progress_.say(text); };
  options.stop = &gan::interrupted();
  return options;
}

void Comparing::add_file(const std::string& label, const std::string& path) {
  check(gan::is_still_picture(path) == input_.is_picture(), ErrorKind::kSettings, input_.path(),
        " and ", path, ": one is a picture, the other a video");
  columns_.push_back(std::make_unique<gan::FileColumn>(label, cell_, path, reading()));
}

Comparing::Comparing(const std::string& input, const std::vector<std::string>& properties,
                     gan::Progress& progress)
    : properties_(properties), progress_(progress), input_(input, reading()) {
  std::vector<std::string> models = words(given.models), files = words(given.files);
  if (models.empty() && files.empty()) models.emplace_back();
  const gan::FilterTarget shape = gan::shape_of(input, reading());
  const auto larger = [&](gan::Size size) {
    if (size.area() > cell_.area()) cell_ = size;
  };
  for (const std::string& model : models)
    larger(gan::shown_size(shape, gan::scale_of(enlarging(model))));
  if (models.empty()) larger(gan::shown_size(shape, 1));
  for (const std::string& file : models.empty() ? files : std::vector<std::string>{})
    larger(gan::shown_size(gan::shape_of(file, reading()), 1));
  if (given.width > 0) cell_ = {given.width, std::max(1, cell_.height * given.width / cell_.width)};

  if (models.empty()) {
    columns_.push_back(std::make_unique<gan::InputColumn>("input", cell_));
  } else {
    gan::EnlargerOptions plain = enlarging(models[0]);
    plain.properties.insert(plain.properties.end(), {"strength=0", "split=0"});
    columns_.push_back(std::make_unique<gan::NetworkColumn>("input", cell_, plain));
  }
  for (const std::string& model : models)
    columns_.push_back(
        std::make_unique<gan::NetworkColumn>(gan::name_of_model(model), cell_, enlarging(model)));
  for (const std::string& file : files) add_file(fs::path(file).filename().string(), file);
  if (given.truth) add_file("truth", given.truth);
  std::vector<std::string> labels;
  for (const auto& column : columns_) labels.push_back(column->label());
  if (given.difference) labels.push_back("difference x8");
  canvas_.emplace(cell_, labels);
}

gan::UniqueFrame Comparing::next() {
  gan::UniqueFrame frame = input_.next();
  for (const std::string& note : input_.take_notes()) progress_.say(input_.path() + ": " + note);
  if (!frame) return nullptr;
  const double frame_s = static_cast<double>(gan::duration_of(*frame)) * av_q2d(input_.time_base());
  for (const auto& column : columns_) column->put(*frame, input_.time_base());
  std::vector<gan::UniqueFrame> cells;
  for (const auto& column : columns_)
    cells.push_back(column->take(input_.time_s(*frame), std::min(0.005, frame_s / 4)));
  if (given.difference) cells.push_back(gan::difference(*cells[0], *cells[1]));
  gan::UniqueFrame drawn = canvas_->draw(cells);
  drawn->pts = frame->pts;
  gan::set_duration(*drawn, gan::duration_of(*frame));
  return drawn;
}

void run(const gan::Arguments& arguments) {
  check(arguments.files.size() == 2, ErrorKind::kSettings, "wants INPUT and OUTPUT, got ",
        arguments.files.size(), " names; --help shows how");
  const std::string &input = arguments.files[0], &output = arguments.files[1];
  check(given.width >= 0 && given.width <= 16384, ErrorKind::kSettings,
        "--width must be 0 to 16384, got ", given.width);
  check(given.threads >= 0 && given.threads <= 1024, ErrorKind::kSettings,
        "--threads must be 0 to 1024, got ", given.threads);
  gan::check_output(input, output, given.overwrite);
  check_kinds(input, output);
  gan::Progress progress(given.json, "frames");
  Comparing comparing(input, arguments.properties, progress);
  gan::UniqueFrame frame = comparing.next();
  if (!frame) gan::fail(ErrorKind::kData, comparing.input().no_frame());
  const std::string size = gan::concat(frame->width, "x", frame->height);
  if (gan::is_writable_image(output)) {
    gan::make_folder_of(output);
    gan::write_stored(output, gan::image_of(*frame, gan::PixelFormat::kRGB));
  } else {
    gan::CompareOutput video(output, given.overwrite, given.threads);
    progress.begin(input, comparing.input().expected_frames());
    for (int64_t done = 1; frame; frame = comparing.next(), ++done) {
      video.put(std::move(frame), comparing.input());
      progress.step(done);
    }
    gan::ReaderOptions part;
    part.from_s = gan::part_of(given.preview).from_s;
    part.to_s = gan::part_of(given.preview).to_s;
    part.stop = &gan::interrupted();
    for (const std::string& note : video.finish(comparing.input(), part))
      progress.say(input + ": " + note);
  }
  progress.done(gan::concat(output, ": ", comparing.columns(), " columns, ", size));
}

}  // namespace

int main(int argc, char** argv) { return gan::run_command(kCommand, argc, argv, run); }
