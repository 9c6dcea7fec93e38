// acl.util: addresses of Python objects' memory and the way back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>

namespace ascendcl::flat {

namespace py = pybind11;

py::object bytes_to_ptr(py::handle &data);
py::object ptr_to_bytes(const void *ptr, size_t size);
py::object numpy_to_ptr(py::handle &array);
py::object numpy_contiguous_to_ptr(py::handle &array);
py::object ptr_to_numpy(void *ptr, py::handle &shape, int npy_type);

}  // namespace ascendcl::flat
