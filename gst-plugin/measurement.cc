// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/measurement.h"

namespace gan {

void Measurement::begin(const MeterSettings& settings) {
  log_.reset();
  pairing_ = {};
  measured_.with([&](Measured& m) { m = {FrameMeter(settings.meter), {}, settings.meter}; });
  if (!workers_) workers_ = std::make_unique<Workers>(settings.threads);
  if (!settings.log_file.empty()) log_ = std::make_unique<MeterLog>(settings.log_file);
  finished_ = complained_ = false;
}

Alignment Measurement::align(std::span<const AlignmentFrame> reference,
                             std::span<const AlignmentFrame> processed,
                             const PairingOptions& options) {
  const Alignment alignment = best_alignment(reference, processed, options.tolerance_ns);
  pairing_.set_offset(alignment.offset_ns);
  return alignment;
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

std::string Measurement::complaint(const PairingOptions& options, bool at_end) {
  constexpr uint64_t kMany = 32;
  const PairingCounts& counts = pairing_.counts();
  if (!at_end && (complained_ || counts.unpaired_reference + counts.unpaired_processed < kMany))
    return "";
  const std::string text = pairing_.complaint(options);
  complained_ = complained_ || !text.empty();
  return text;
}

}  // namespace gan
