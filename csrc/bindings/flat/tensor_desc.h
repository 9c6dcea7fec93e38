// Functions about tensor descriptors that take or give lists, and what the software says of itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <vector>

#include "acl/acl.h"
#include "bindings/flat/function.h"

namespace ascendcl::flat {

namespace py = pybind11;

using Integers = std::vector<int64_t>;

py::object create_tensor_desc(aclDataType data_type, Integers &dims, aclFormat format);
py::object tensor_desc_dim_range(const aclTensorDesc *desc, size_t index, size_t range_num);

// aclSet...Shape(desc, number of dims, dims)
template <aclError (*F)(aclTensorDesc *, int, const int64_t *)>
py::object set_shape(aclTensorDesc *desc, Integers &dims) {
    return object_of(F(desc, static_cast<int>(dims.size()), dims.data()));
}

// [[low, high], ...] as the C functions want it; throws type_error on anything but pairs.
using Range = int64_t[2];
std::vector<int64_t> flatten_ranges(const std::vector<Integers> &ranges);

// aclSet...Range(desc, count, ranges)
template <aclError (*F)(aclTensorDesc *, size_t, Range *)>
py::object set_ranges(aclTensorDesc *desc, std::vector<Integers> &ranges) {
    std::vector<int64_t> flat = flatten_ranges(ranges);
    return object_of(F(desc, ranges.size(), reinterpret_cast<Range *>(flat.data())));
}

py::object app_log(aclLogLevel level, const char *message);
py::object cann_attribute_list();
py::object cann_version(aclCANNPackageName package);
py::object version_text(const char *package);

}  // namespace ascendcl::flat
