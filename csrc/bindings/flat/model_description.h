// What a model says of its inputs and outputs, as dicts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "acl/acl.h"
#include "bindings/flat/function.h"

namespace ascendcl::flat {

namespace py = pybind11;

// {"name": str, "dimCount": int, "dims": [int]}
py::dict dims_fields(const aclmdlIODims &dims);

// (dims, ret); an empty dict on failure.
template <aclError (*F)(const aclmdlDesc *, size_t, aclmdlIODims *)>
py::object dims(const aclmdlDesc *desc, size_t index) {
    aclmdlIODims result{};
    const aclError code = F(desc, index, &result);
    return py::make_tuple(code == ACL_SUCCESS ? dims_fields(result) : py::dict(), code);
}

py::object input_dims_range(const aclmdlDesc *desc, size_t index);
py::object dynamic_batch(const aclmdlDesc *desc);
py::object dynamic_hw(const aclmdlDesc *desc, size_t index);
py::object input_dynamic_dims(const aclmdlDesc *desc, size_t index, size_t gear_count);
py::object set_input_dynamic_dims(uint32_t model_id, aclmdlDataset *dataset, size_t index,
                                  py::dict &dims);
py::object first_aipp_info(uint32_t model_id, size_t index);
py::object create_and_get_op_desc(uint32_t device_id, uint32_t stream_id, uint32_t task_id,
                                  size_t op_name_len);

py::object set_config_opt(aclmdlConfigHandle *handle, aclmdlConfigAttr attribute,
                          py::handle &value);
py::object set_exec_config_opt(aclmdlExecConfigHandle *handle, aclmdlExecConfigAttr attribute,
                               py::handle &value);

}  // namespace ascendcl::flat
