// A JSON reader for aclInit's configuration file: bounded in depth, no exceptions, no dependency.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ascendcl::host::json {

inline constexpr int kMaxDepth = 10;  // of braces and brackets

struct Value {
    enum class Type { kNull, kBool, kNumber, kString, kArray, kObject };
    Type type = Type::kNull;
    bool boolean = false;
    double number = 0;
    std::string string;
    std::vector<Value> array;
    std::map<std::string, Value> object;

    // The member of that name, or null when this is no object or has none.
    const Value *member(const std::string &name) const;
};

// Null when `text` is not one JSON value, or is nested too deep.
std::optional<Value> parse(std::string_view text);

}  // namespace ascendcl::host::json
