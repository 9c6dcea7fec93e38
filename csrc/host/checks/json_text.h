// Text as a JSON string.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ascendcl::host::checks {

// Appends it in quotes. Bytes that are no UTF-8 become U+FFFD: names come from files.
void append_json_text(std::string &json, std::string_view text);

}  // namespace ascendcl::host::checks
