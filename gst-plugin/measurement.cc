// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/measurement.h"

namespace gan {

void Measurement::begin(const MeterSettings& settings) {
  log_.reset();
  pairing_ = {};
  measured_.with([&](Measured& m) { m = {FrameMeter(settings.meter), {}, settings.meter}; });
  if (!workers_) workers_ = std::make_unique<Workers>(settings.threads);
  if (!settings.log_file.empty()) log_ = std::make_unique<MeterLog>(settings.log_file);
  finished_ = false;
}

Pairing::Step Measurement::next(const StreamHead& reference, const StreamHead& processed,
                                const PairingOptions& options, bool late) {
  const Pairing::Step step = pairing_.next(reference, processed, options, late);
  measured_.with([&](Measured& m) {
    m.counts = pairing_.counts();
    if (step == Pairing::Step::kReferenceAlone || step == Pairing::Step::kProcessedAlone)
      m.meter.interrupt();
  });
  return step;
}

UniqueStructure Measurement::add(const FrameView& reference, const FrameView& processed,
                                 const FramePlace& place) {
  UniqueStructure values = measured_.with([&](Measured& m) {
    const FrameQuality quality = m.meter.add(reference, processed, workers_.get());
    return UniqueStructure(frame_structure(place, m.counts, quality, m.options));
  });
  if (log_) log_->add_frame(values.get());
  return values;
}

UniqueStructure Measurement::summary(const char* name) {
  return measured_.with([&](Measured& m) {
    return UniqueStructure(summary_structure(name, m.counts, m.meter.summary(), m.options));
  });
}

UniqueStructure Measurement::finish() {
  if (finished_) return nullptr;
  finished_ = true;
  UniqueStructure values = summary("psnrmeter");
  gst_structure_set(values.get(), "final", G_TYPE_BOOLEAN, TRUE, nullptr);
  const std::unique_ptr<MeterLog> log = std::move(log_);
  if (log && pairing_.counts().pairs > 0) log->finish(values.get());
  return values;
}

std::string Measurement::complaint(bool at_end) const {
  const PairingCounts& counts = pairing_.counts();
  const bool many = counts.unpaired_reference + counts.unpaired_processed == 100;
  return at_end || many ? pairing_.why_none() : "";
}

}  // namespace gan
