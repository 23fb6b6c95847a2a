// SPDX-License-Identifier: LGPL-2.1-or-later
// TensorBoard event files: TFRecord frames (length, masked CRC-32C, data, masked CRC-32C) of Event
// messages, written without protobuf. https://www.tensorflow.org/tutorials/load_data/tfrecord
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/picture.h"

namespace gan::training {

class EventFile {
 public:
  // Goes on with the event file in `folder`, without the events after `step` and without one that a
  // kill cut short; makes one where there is none. Throws Error(kUnwritable).
  EventFile(const std::string& folder, int64_t step);

  void scalars(int64_t step, const std::map<std::string, double>& values);
  // png: the bytes of a PNG file of that size.
  void image(int64_t step, const std::string& tag, std::string_view png, Size size);

 private:
  void append(const std::string& event) const;
  std::string path_;
};

// CRC-32C (Castagnoli) of the bytes.
uint32_t crc32c(std::string_view bytes);

}  // namespace gan::training
