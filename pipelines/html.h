// SPDX-License-Identifier: LGPL-2.1-or-later
// Pages of gan-measure.
#pragma once

#include <string>

namespace gan {

std::string as_html(const std::string& words);

// A whole page under a title, which is escaped; `body` is not.
std::string page(const std::string& title, const std::string& body);

}  // namespace gan
