// UTF-8 is checked sequence by sequence: readers of JSON refuse a whole file for one wrong byte.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/json_text.h"

#include <cstdint>
#include <cstdio>

namespace ascendcl::host::checks {
namespace {

// Length of the UTF-8 sequence that the text begins with, or 0.
size_t sequence_length(std::string_view text) noexcept {
    const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
    const uint8_t lead = byte(0);
    const size_t length = lead < 0x80   ? 1
                          : lead < 0xC2 ? 0
                          : lead < 0xE0 ? 2
                          : lead < 0xF0 ? 3
                          : lead < 0xF5 ? 4
                                        : 0;
    if (length == 0 || length > text.size()) return 0;
    for (size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    if (length < 3) return length;
    // Overlong forms, surrogates, and what lies beyond U+10FFFF.
    const bool is_bad = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
                        (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F);
    return is_bad ? 0 : length;
}

}  // namespace

void append_json_text(std::string &json, std::string_view text) {
    json += '"';
    while (!text.empty()) {
        const char first = text.front();
        const size_t length = sequence_length(text);
        if (length == 0) {
            json += "\xEF\xBF\xBD";
        } else if (first == '"' || first == '\\') {
            json += '\\';
            json += first;
        } else if (static_cast<uint8_t>(first) < 0x20 || first == 0x7F) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(first));
            json += escape;
        } else {
            json += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    json += '"';
}

}  // namespace ascendcl::host::checks
