// The attributes of a single op, kept as an .om file stores them: what reads a model's attributes
// reads these.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "acl/acl_op.h"
#include "host/runtime/live_counts.h"

struct aclopAttr {
    std::map<std::string, std::string> values;  // name -> AttrDef message; the last set counts
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kOpAttributes> live;
};

namespace ascendcl::host::ops {

// AttrDef messages.
std::string boolean_attribute(bool value);
std::string integer_attribute(int64_t value);
std::string real_attribute(float value);
std::string text_attribute(std::string_view value);
std::string data_type_attribute(aclDataType value);
std::string boolean_list(const std::vector<uint8_t> &values);
std::string integer_list(const std::vector<int64_t> &values);
std::string real_list(const std::vector<float> &values);
std::string text_list(const std::vector<std::string_view> &values);
std::string data_type_list(const std::vector<aclDataType> &values);
std::string integer_lists(const std::vector<std::vector<int64_t>> &values);

// All of them as the engine wants them (engine.h), in the order of their names; none for null.
std::string message_of(const aclopAttr *attributes);

}  // namespace ascendcl::host::ops
