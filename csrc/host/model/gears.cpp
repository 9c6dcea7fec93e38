// Checks a gear against the description and writes it as the device would read it.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/gears.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "host/checks/objects.h"
#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

std::string to_text(const std::vector<int64_t> &values) {
    std::string text = "(";
    for (const int64_t value : values) {
        text += (text.size() > 1 ? ", " : "") + std::to_string(value);
    }
    return text + ")";
}

std::string list_of(const std::vector<std::vector<int64_t>> &gears) {
    constexpr size_t kShown = 16;
    std::string text;
    for (size_t i = 0; i < std::min(gears.size(), kShown); ++i) {
        text += (i == 0 ? "" : ", ") + to_text(gears[i]);
    }
    return text + (gears.size() > kShown ? ", ..." : "");
}

template <typename Integer>
bool holds_integers(const void *data, const std::vector<int64_t> &values) noexcept {
    const auto *at = static_cast<const uint8_t *>(data);
    for (const int64_t value : values) {
        Integer stored;
        std::memcpy(&stored, at, sizeof stored);
        if (static_cast<int64_t>(stored) != value) return false;
        at += sizeof stored;
    }
    return true;
}

// As write_gear() leaves them.
bool holds(const void *data, size_t size, const std::vector<int64_t> &values) noexcept {
    if (size >= values.size() * sizeof(int64_t)) return holds_integers<int64_t>(data, values);
    return size >= values.size() * sizeof(int32_t) && holds_integers<int32_t>(data, values);
}

}  // namespace

aclDataBuffer &gear_buffer(const aclmdlDataset &data_set, size_t index, size_t count) {
    if (index >= data_set.entries.size()) {
        throw Failure{ACL_ERROR_INVALID_PARAM,
                      "the data set has no buffer " + std::to_string(index)};
    }
    aclDataBuffer *buffer = data_set.entries[index].buffer;
    if (!buffer || !buffer->data) {
        throw Failure{ACL_ERROR_INVALID_PARAM,
                      "buffer " + std::to_string(index) + " has a null address"};
    }
    const size_t needed = count * sizeof(int32_t);
    if (buffer->size < needed) {
        throw Failure{ACL_ERROR_GE_DYNAMIC_INPUT_LENGTH_INVALID,
                      "the gear needs " + std::to_string(needed) + " bytes, buffer " +
                          std::to_string(index) + " has " + std::to_string(buffer->size)};
    }
    return *buffer;
}

void require_choosable_gears(const Description &description) {
    if (description.io.gear_kind == om::GearKind::kNone ||
        gear_input(description) == description.io.inputs.size()) {
        throw Failure{ACL_ERROR_GE_FAILURE,
                      "the model has gears, and does not say of which kind or where to choose"};
    }
}

size_t find_gear(const Description &description, om::GearKind kind,
                 const std::vector<int64_t> &values) {
    const auto &gears = description.io.gears;
    const auto found = std::find(gears.begin(), gears.end(), values);
    if (description.io.gear_kind != kind || found == gears.end()) {
        throw Failure{ACL_ERROR_GE_DYNAMIC_BATCH_SIZE_INVALID,
                      "the model was not compiled for " + to_text(values) + "; its gears " +
                          (description.io.gear_kind == kind ? "are " + list_of(gears)
                                                            : "are of another kind, or none")};
    }
    return static_cast<size_t>(found - gears.begin());
}

size_t gear_input(const Description &description) noexcept {
    const auto &inputs = description.io.inputs;
    const auto found = std::find_if(inputs.begin(), inputs.end(),
                                    [](const auto &input) { return input.name == om::kGearInput; });
    return static_cast<size_t>(found - inputs.begin());
}

size_t read_gear(const Description &description, const void *data, size_t size) {
    const auto &gears = description.io.gears;
    for (size_t gear = 0; gear < gears.size(); ++gear) {
        if (holds(data, size, gears[gear])) return gear;
    }
    throw Failure{ACL_ERROR_GE_DYNAMIC_BATCH_SIZE_INVALID,
                  std::string("input '") + om::kGearInput +
                      "' holds no gear; choose one for this data set before executing it, of " +
                      list_of(gears)};
}

std::vector<int64_t> gear_values(const Description &description, const aclmdlIODims &dims) {
    const std::vector<int64_t> expected = concatenated_input_dims(description);
    if (dims.dimCount != expected.size() || dims.dimCount > ACL_MAX_DIM_CNT) {
        throw Failure{ACL_ERROR_GE_DYNAMIC_INPUT_LENGTH_INVALID,
                      "the inputs have " + std::to_string(expected.size()) + " dims, given " +
                          std::to_string(dims.dimCount)};
    }
    std::vector<int64_t> values;
    for (size_t i = 0; i < expected.size(); ++i) {
        if (expected[i] < 0) {
            values.push_back(dims.dims[i]);
        } else if (expected[i] != dims.dims[i]) {
            throw Failure{ACL_ERROR_GE_DYNAMIC_INPUT_LENGTH_INVALID,
                          "dim " + std::to_string(i) + " is fixed to " +
                              std::to_string(expected[i]) + ", given " +
                              std::to_string(dims.dims[i])};
        }
    }
    return values;
}

void write_gear(aclDataBuffer &buffer, const std::vector<int64_t> &values) {
    checks::note_gear(buffer.data);
    const size_t wide = values.size() * sizeof(int64_t);
    if (buffer.size >= wide) {
        std::memcpy(buffer.data, values.data(), wide);
        return;
    }
    const std::vector<int32_t> narrow(values.begin(), values.end());
    std::memcpy(buffer.data, narrow.data(), narrow.size() * sizeof(int32_t));
}

}  // namespace ascendcl::host::model
