// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/opening.h"

namespace gan::training {
namespace {

thread_local DataOpening* present = nullptr;

}  // namespace

DataOpening::DataOpening(bool holdout_given, std::vector<std::string>& notes)
    : holdout_given_(holdout_given), notes_(notes) {
  present = this;
}

DataOpening::~DataOpening() { present = nullptr; }

bool DataOpening::holdout_given() { return present && present->holdout_given_; }

void DataOpening::note(const std::string& text) {
  if (present) present->notes_.push_back(text);
}

}  // namespace gan::training
