// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames a second that are shown where the source's rate is a half, one, two and four times what
// the element can make, from a file and live, and how far the pictures are behind the clock at the
// end.
//   shown_bench [SECONDS]      of each row, 5
#include <cstdio>
#include <cstdlib>

#include "tests/gst-plugin/shown_rate.h"

namespace {

using gan::test::ShownRate;

void print(const char* what, const char* source, const char* late, double times, double most,
           const ShownRate& rate) {
  const double wanted = times * most, possible = std::min(wanted, most);
  std::printf("| %s | %s | %s | %.1f | %.1f | %.1f | %.2f | %.2f |\n", what, source, late, times,
              wanted, rate.shown, rate.shown / possible, rate.lag);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  std::printf(
      "| element | source | on-late | times its pace | source, fps | shown, fps | share of what is "
      "possible | behind at the end, s |\n");
  std::printf("|---|---|---|---|---|---|---|---|\n");
  const std::string enhance = "enhancegan name=e threads=1 ";
  const auto frames = [](bool live) {
    return std::string("videotestsrc is-live=") + (live ? "true" : "false") +
           " ! video/x-raw,format=I420,width=320,height=180";
  };
  double most =
      gan::test::capacity(gan::test::at_rate(frames(false), 1000, enhance + "qos=false"), 40);
  for (const bool live : {false, true})
    for (const char* late : {"drop", "plain"})
      for (const double times : {0.5, 1.0, 2.0, 4.0})
        print("enhancegan x2, 320x180", live ? "live" : "file", late, times, most,
              gan::test::shown_rate(
                  gan::test::at_rate(frames(live), times * most, enhance + "on-late=" + late),
                  seconds));
  const std::string walk = "latentwalk name=e model=fashion threads=1 grid=12x12 ";
  const auto at = [](double rate) {
    return " ! video/x-raw,framerate=" + std::to_string(std::lround(rate * 100)) + "/100";
  };
  most = gan::test::capacity(walk + at(1000), 20);
  for (const bool live : {false, true})
    for (const double times : {0.5, 1.0, 2.0, 4.0})
      print("latentwalk, 144 pictures", live ? "live" : "file", "skip", times, most,
            gan::test::shown_rate(
                walk + "on-late=skip is-live=" + (live ? "true" : "false") + at(times * most),
                seconds));
}
