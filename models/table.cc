// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/table.h"

#include "core/error.h"
#include "models/generators/compact.h"
#include "models/generators/rrdbnet.h"

namespace gan {
namespace {

template <class Net>
constexpr TableEntry line(std::string_view name, Task task, std::string_view summary) {
  using OptionsType = typename Net::OptionsType;
  return {name, task, summary,
          []() -> std::unique_ptr<Options> { return std::make_unique<OptionsType>(); },
          [](const Options& options) -> std::shared_ptr<Network> {
            return std::make_shared<Net>(dynamic_cast<const OptionsType&>(options));
          }};
}

constexpr TableEntry kTable[] = {
    line<CompactNet>("compact", Task::kImage, "SRVGGNetCompact, small super-resolution"),
    line<RrdbNet>("rrdbnet", Task::kImage, "RRDBNet of ESRGAN and Real-ESRGAN"),
};

}  // namespace

std::span<const TableEntry> network_table() { return kTable; }

const TableEntry& find_network(std::string_view name) {
  std::string known;
  for (const auto& entry : kTable) {
    if (entry.name == name) return entry;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  fail(ErrorKind::kSettings, "network must be one of ", known, "; got \"", name, "\"");
}

std::shared_ptr<Network> create_network(std::string_view name, const OptionValues& values) {
  const TableEntry& entry = find_network(name);
  const auto options = entry.make_options();
  read_options(*options, values, "network " + std::string(name));
  return entry.create(*options);
}

}  // namespace gan
