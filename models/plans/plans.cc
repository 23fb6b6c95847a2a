// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/plans/plans.h"

#include <algorithm>

#include "models/plans/augcyclegan.h"
#include "models/plans/compact.h"
#include "models/plans/dped.h"
#include "models/plans/resnet.h"
#include "models/plans/rrdbnet.h"
#include "models/plans/span.h"
#include "models/plans/wespe.h"

namespace gan {
namespace {

template <class Of>
bool always(const Of&) {
  return true;
}
bool not_plus(const RrdbNetOptions& options) { return !options.plus; }
bool not_wide(const ResnetOptions& options) { return options.out_channels <= 4; }
bool modulated(const AugCycleGanOptions& options) { return options.style == "modulated"; }

template <class Of, auto kPlan>
conv::Plan without_code(const Of& options, const Parameters& parameters, const Code&) {
  return kPlan(options, parameters);
}

// traits, has_plan and plan of options of one kind.
template <class Of, auto kTraits, auto kHasPlan, auto kPlan>
constexpr PlanEntry line(std::string_view network) {
  return {network, []() -> std::unique_ptr<Options> { return std::make_unique<Of>(); },
          [](const Options& options) { return kTraits(dynamic_cast<const Of&>(options)); },
          [](const Options& options) { return kHasPlan(dynamic_cast<const Of&>(options)); },
          [](const Options& options, const Parameters& parameters, const Code& code) {
            return kPlan(dynamic_cast<const Of&>(options), parameters, code);
          }};
}

// Of a network that takes no code.
template <class Of, auto kTraits, auto kHasPlan, auto kPlan>
constexpr PlanEntry codeless(std::string_view network) {
  return line<Of, kTraits, kHasPlan, without_code<Of, kPlan>>(network);
}

constexpr PlanEntry kTable[] = {
    line<AugCycleGanOptions, augcyclegan_traits, modulated, augcyclegan_plan>("augcyclegan"),
    codeless<CompactOptions, compact_traits, always<CompactOptions>, compact_plan>("compact"),
    codeless<DpedOptions, dped_traits, always<DpedOptions>, dped_plan>("dped"),
    codeless<ResnetOptions, resnet_traits, not_wide, resnet_plan>("resnet"),
    codeless<RrdbNetOptions, rrdbnet_traits, not_plus, rrdbnet_plan>("rrdbnet"),
    codeless<SpanOptions, span_traits, always<SpanOptions>, span_plan>("span"),
    codeless<WespeOptions, wespe_traits, always<WespeOptions>, wespe_plan>("wespe"),
};

}  // namespace

std::span<const PlanEntry> plan_table() { return kTable; }

const PlanEntry* find_plan(std::string_view network) {
  const auto found = std::ranges::find(kTable, network, &PlanEntry::network);
  return found == std::end(kTable) ? nullptr : found;
}

}  // namespace gan
