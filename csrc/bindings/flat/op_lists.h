// Operator functions whose C arguments are counted arrays: lists in Python.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <vector>

#include "acl/acl.h"
#include "acl/acl_op_compiler.h"
#include "bindings/flat/function.h"

namespace ascendcl::flat {

namespace py = pybind11;

using Descs = std::vector<aclTensorDesc *>;
using Buffers = std::vector<aclDataBuffer *>;

py::object op_execute(const char *op_type, Descs &in_desc, Buffers &inputs, Descs &out_desc,
                      Buffers &outputs, const aclopAttr *attr, aclrtStream stream);
py::object op_execute_v2(const char *op_type, Descs &in_desc, Buffers &inputs, Descs &out_desc,
                         Buffers &outputs, aclopAttr *attr, aclrtStream stream);
py::object op_execute_with_handle(aclopHandle *handle, Buffers &inputs, Buffers &outputs,
                                  aclrtStream stream);
py::object op_create_handle(const char *op_type, Descs &in_desc, Descs &out_desc,
                            const aclopAttr *attr);
py::object op_infer_shape(const char *op_type, Descs &in_desc, Buffers &inputs, int num_outputs,
                          Descs &out_desc, aclopAttr *attr);
py::object op_update_params(const char *op_type, Descs &in_desc, Descs &out_desc,
                            const aclopAttr *attr);
py::object op_create_kernel(const char *op_type, const char *kernel_id, const char *kernel_name,
                            void *bin_ptr, int bin_size, aclopEngineType engine_type,
                            int deallocator_flag);

// aclopSetAttrList...(attr, name, count, values)
template <typename Item, typename Value, aclError (*F)(aclopAttr *, const char *, int, Value)>
py::object set_attr_list(aclopAttr *attr, const char *name, std::vector<Item> &values) {
    return object_of(F(attr, name, static_cast<int>(values.size()), values.data()));
}

py::object set_attr_list_list_int(aclopAttr *attr, const char *name,
                                  std::vector<std::vector<int64_t>> &values);
// Answers the attr handle as well, as pyACL does.
py::object set_attr_list_data_type(aclopAttr *attr, const char *name,
                                   std::vector<aclDataType> &values);

}  // namespace ascendcl::flat
