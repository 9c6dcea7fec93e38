// Profiling functions that pyACL gives other arguments than C.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <vector>

#include "acl/acl_prof.h"
#include "bindings/flat/argument.h"

namespace ascendcl::flat {

namespace py = pybind11;

py::object prof_init(Path &result_path);
py::object prof_create_config(std::vector<uint32_t> &device_ids, aclprofAicoreMetrics metrics,
                              const aclprofAicoreEvents *events, uint64_t data_type_config);
py::object prof_set_config(aclprofConfigType config_type, const char *value);
py::object prof_create_subscribe_config(int8_t time_info_switch, aclprofAicoreMetrics metrics,
                                        int fd);
py::object prof_op_type(const void *op_info, size_t len, uint32_t index, size_t type_len);
py::object prof_op_name(const void *op_info, size_t len, uint32_t index, size_t name_len);
py::object prof_op_type_v2(const void *op_info, size_t len, uint32_t index);
py::object prof_op_name_v2(const void *op_info, size_t len, uint32_t index);
py::object prof_mark_ex(const char *msg, aclrtStream stream);

}  // namespace ascendcl::flat
