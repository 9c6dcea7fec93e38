// Checks a gear against the description and writes it as the device would read it.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/gears.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "host/runtime/report.h"

namespace ascendcl::host::model {

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

void require_gear(const Description &description, om::GearKind kind,
                  const std::vector<int64_t> &values) {
    const auto &gears = description.io.gears;
    if (description.io.gear_kind != kind ||
        std::find(gears.begin(), gears.end(), values) == gears.end()) {
        throw Failure{ACL_ERROR_GE_DYNAMIC_BATCH_SIZE_INVALID,
                      "the model was not compiled for that gear; it has " +
                          std::to_string(description.io.gear_kind == kind ? gears.size() : 0) +
                          " of the kind"};
    }
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
    const size_t wide = values.size() * sizeof(int64_t);
    if (buffer.size >= wide) {
        std::memcpy(buffer.data, values.data(), wide);
        return;
    }
    const std::vector<int32_t> narrow(values.begin(), values.end());
    std::memcpy(buffer.data, narrow.data(), narrow.size() * sizeof(int32_t));
}

}  // namespace ascendcl::host::model
