// Addresses of payloads: see payload.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/payload.h"

#include <pybind11/numpy.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "bindings/flat/fields.h"
#include "bindings/flat/function.h"

namespace ascendcl::flat {

namespace {

constexpr size_t kWorthReleasing = size_t{1} << 16;  // bytes whose copy outlasts a GIL hand-over

// NumPy's numbers for bool to double, complex and half: types whose elements are plain bytes.
constexpr std::array<int, 16> kPlainTypes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 23};

py::array array_of(py::handle object) {
    if (!py::isinstance<py::array>(object)) {
        throw py::value_error(std::string("argument 'array' must be numpy.ndarray, not ") +
                              Py_TYPE(object.ptr())->tp_name);
    }
    auto array = py::reinterpret_borrow<py::array>(object);
    constexpr int kHasObjects = 1;  // NPY_ITEM_HASOBJECT
    if ((array.dtype().flags() & kHasObjects) != 0) {
        throw py::type_error("argument 'array' must hold plain values, and dtype " +
                             py::str(array.dtype()).cast<std::string>() + " holds Python objects");
    }
    return array;
}

py::object address_of(const void *address, const char *argument) {
    if (!address) throw py::value_error(std::string("argument '") + argument + "' has no memory");
    return object_of(address);
}

}  // namespace

py::object bytes_to_ptr(py::handle &data) {
    if (!PyBytes_Check(data.ptr())) {
        throw py::value_error(std::string("argument 'data' must be bytes, not ") +
                              Py_TYPE(data.ptr())->tp_name);
    }
    return address_of(PyBytes_AS_STRING(data.ptr()), "data");
}

py::object ptr_to_bytes(const void *ptr, size_t size) {
    if (!ptr) throw py::value_error("argument 'ptr' must not be 0");
    if (size > static_cast<size_t>(PY_SSIZE_T_MAX)) throw std::bad_alloc();
    const auto bytes = py::reinterpret_steal<py::object>(
        PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)));
    if (!bytes) throw py::error_already_set();
    char *const target = PyBytes_AS_STRING(bytes.ptr());
    if (size >= kWorthReleasing) {
        without_gil([&] { std::memcpy(target, ptr, size); });
    } else {
        std::memcpy(target, ptr, size);
    }
    return bytes;
}

py::object numpy_to_ptr(py::handle &object) {
    const py::array array = array_of(object);
    if (!(array.flags() & py::array::c_style) &&
        PyErr_WarnEx(PyExc_RuntimeWarning,
                     "acl.util.numpy_to_ptr: the array is not C-contiguous, its bytes are not in "
                     "the order of its elements; use numpy_contiguous_to_ptr",
                     1) != 0) {
        throw py::error_already_set();
    }
    return address_of(array.data(), "array");
}

py::object numpy_contiguous_to_ptr(py::handle &object) {
    const py::array array = array_of(object);
    const py::array contiguous =
        (array.flags() & py::array::c_style) ? array : py::array::ensure(array, py::array::c_style);
    if (!contiguous) throw py::error_already_set();
    return py::make_tuple(address_of(contiguous.data(), "array"), contiguous);
}

py::object ptr_to_numpy(void *ptr, py::handle &shape, int npy_type) {
    if (!ptr) throw py::value_error("argument 'ptr' must not be 0");
    if (std::find(kPlainTypes.begin(), kPlainTypes.end(), npy_type) == kPlainTypes.end()) {
        throw py::value_error("argument 'npy_type' is no plain NPY_* type: " +
                              std::to_string(npy_type));
    }
    std::vector<py::ssize_t> dims;
    for (py::handle item : list_of(shape, "shape")) {
        dims.push_back(integer_of<py::ssize_t>(item, "shape[...]"));
        if (dims.back() < 0) throw py::value_error("argument 'shape' has a negative entry");
    }
    // Any base keeps pybind11 from copying: the array is a view that keeps nothing alive.
    return py::array(py::dtype(npy_type), dims, ptr, py::capsule(ptr, "borrowed memory"));
}

}  // namespace ascendcl::flat
