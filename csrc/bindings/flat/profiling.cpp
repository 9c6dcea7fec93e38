// Profiling: see profiling.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/profiling.h"

#include <cstring>

#include "bindings/flat/fields.h"
#include "bindings/flat/function.h"
#include "bindings/flat/limits.h"

namespace ascendcl::flat {

namespace {

using TextGetter = aclError (*)(const void *, size_t, uint32_t, char *, size_t);
using LengthGetter = aclError (*)(const void *, size_t, uint32_t, size_t *);

py::object text_of_length(TextGetter get, const void *op_info, size_t len, uint32_t index,
                          size_t length) {
    if (length > kMostEntries) return py::make_tuple(py::none(), ACL_ERROR_INVALID_PARAM);
    std::vector<char> text(length + 1);
    const aclError code = get(op_info, len, index, text.data(), length);
    return py::make_tuple(text_of(text.data(), text.size()), code);
}

// Asks for the length first; None on failure.
py::object text_of_any_length(LengthGetter get_length, TextGetter get, const void *op_info,
                              size_t len, uint32_t index) {
    size_t length = 0;
    aclError code = get_length(op_info, len, index, &length);
    if (code != ACL_SUCCESS) return py::make_tuple(py::none(), code);
    std::vector<char> text(length + 1);
    code = get(op_info, len, index, text.data(), length);
    if (code != ACL_SUCCESS) return py::make_tuple(py::none(), code);
    return py::make_tuple(text_of(text.data(), text.size()), code);
}

}  // namespace

py::object prof_init(Path &result_path) {
    return object_of(
        without_gil([&] { return aclprofInit(result_path.text, std::strlen(result_path.text)); }));
}

py::object prof_create_config(std::vector<uint32_t> &device_ids, aclprofAicoreMetrics metrics,
                              const aclprofAicoreEvents *events, uint64_t data_type_config) {
    return object_of(without_gil([&] {
        return aclprofCreateConfig(device_ids.data(), static_cast<uint32_t>(device_ids.size()),
                                   metrics, events, data_type_config);
    }));
}

py::object prof_set_config(aclprofConfigType config_type, const char *value) {
    return object_of(
        without_gil([&] { return aclprofSetConfig(config_type, value, std::strlen(value)); }));
}

py::object prof_create_subscribe_config(int8_t time_info_switch, aclprofAicoreMetrics metrics,
                                        int fd) {
    return object_of(
        without_gil([&] { return aclprofCreateSubscribeConfig(time_info_switch, metrics, &fd); }));
}

py::object prof_op_type(const void *op_info, size_t len, uint32_t index, size_t type_len) {
    return text_of_length(&aclprofGetOpType, op_info, len, index, type_len);
}

py::object prof_op_name(const void *op_info, size_t len, uint32_t index, size_t name_len) {
    return text_of_length(&aclprofGetOpName, op_info, len, index, name_len);
}

py::object prof_op_type_v2(const void *op_info, size_t len, uint32_t index) {
    return text_of_any_length(&aclprofGetOpTypeLen, &aclprofGetOpType, op_info, len, index);
}

py::object prof_op_name_v2(const void *op_info, size_t len, uint32_t index) {
    return text_of_any_length(&aclprofGetOpNameLen, &aclprofGetOpName, op_info, len, index);
}

py::object prof_mark_ex(const char *msg, aclrtStream stream) {
    return object_of(without_gil([&] { return aclprofMarkEx(msg, std::strlen(msg), stream); }));
}

}  // namespace ascendcl::flat
