// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/compare_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.h"
#include "core/file_suffix.h"
#include "pipelines/media/ffmpeg_program.h"
#include "pipelines/media/joined_file.h"

namespace gan {

CompareOutput::CompareOutput(const std::string& path, bool overwrite, int threads)
    : path_(path),
      gif_(lower_suffix(path) == ".gif"),
      threads_(threads),
      container_(container_of(gif_ ? "all.mkv" : path)),
      codec_(codec_for(container_, gif_ ? "ffv1" : "")),
      folder_(path, {{"kind", "comparison"}},
              overwrite ? JobFolder::Start::kAnew : JobFolder::Start::kFresh) {
  folder_.discard();  // nobody goes on with it
}

void CompareOutput::put(UniqueFrame frame, const Clip& input) {
  if (!encoder_) {
    encoder_.emplace(EncoderSettings{&codec_, &container_, -1, threads_, 0, 0}, *frame,
                     input.time_base(), input.frame_rate());
    segment_.emplace(folder_.segment(0), *encoder_->parameters(), input.time_base());
  }
  encoder_->put(std::move(frame), [&](const AVPacket& packet) { segment_->write(packet); });
}

std::vector<std::string> CompareOutput::finish(const Clip& input, const ReaderOptions& part) {
  encoder_->finish([&](const AVPacket& packet) { segment_->write(packet); });
  segment_->commit();
  JoinOptions join_options;
  join_options.segments = {folder_.segment(0)};
  join_options.source = input.path();
  join_options.output = folder_.path() + "/joined" + std::string(container_.suffix);
  join_options.work = folder_.path();
  join_options.container = &container_;
  join_options.from_s = part.from_s;
  join_options.to_s = part.to_s;
  join_options.rate = input.frame_rate();
  join_options.stop = part.stop;
  const Expected expected = join(join_options);
  read_back(join_options.output, expected);
  std::string whole = join_options.output;
  if (gif_) {
    whole = folder_.path() + "/all.gif";
    run_ffmpeg(
        {"-i", "file:" + join_options.output, "-filter_complex",
         "[0:v]split[a][b];[a]palettegen[p];[b][p]paletteuse", "-loop", "0", "file:" + whole},
        part.stop);
  }
  check(std::rename(whole.c_str(), path_.c_str()) == 0, ErrorKind::kUnwritable, path_, ": ",
        std::strerror(errno));
  return gif_ ? std::vector<std::string>{} : expected.notes;
}

}  // namespace gan
