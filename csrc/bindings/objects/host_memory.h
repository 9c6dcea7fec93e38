// The bytes behind a numpy array or another object with a buffer: contiguous, writable where they
// are to be written to, and bytes at all. What is refused is named by `argument`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <string>
#include <utility>

namespace ascendcl::objects {

// Keeps the object, and for other than numpy arrays its buffer, until it goes. Made and destroyed
// with the GIL; the bytes may be used without.
class HostMemory {
   public:
    enum class Access { kRead, kWrite };

    HostMemory(pybind11::handle object, Access access, const char *argument) {
        // Arrays directly: numpy refuses the buffer protocol for bfloat16 and its like.
        if (pybind11::isinstance<pybind11::array>(object)) {
            array_ = pybind11::reinterpret_borrow<pybind11::array>(object);
            take_array(access, argument);
        } else {
            take_buffer(object, access, argument);
        }
    }
    ~HostMemory() {
        if (view_.obj != nullptr) PyBuffer_Release(&view_);
    }
    HostMemory(HostMemory &&other) noexcept
        : array_(std::move(other.array_)),
          view_(std::exchange(other.view_, Py_buffer{})),
          data_(other.data_),
          size_(other.size_) {}
    HostMemory(const HostMemory &) = delete;
    HostMemory &operator=(const HostMemory &) = delete;

    void *data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }

   private:
    void take_array(Access access, const char *argument) {
        constexpr int kHasObjects = 1;  // NPY_ITEM_HASOBJECT
        if ((array_.dtype().flags() & kHasObjects) != 0) {
            throw pybind11::type_error(std::string(argument) +
                                       " must hold plain values, and dtype " +
                                       pybind11::str(array_.dtype()).cast<std::string>() +
                                       " holds Python objects: convert it first");
        }
        if ((array_.flags() & pybind11::array::c_style) == 0) {
            throw pybind11::value_error(std::string(argument) + ": the array is not C-contiguous");
        }
        if (access == Access::kWrite && !array_.writeable()) {
            throw pybind11::value_error(std::string(argument) + ": the array is read-only");
        }
        data_ = const_cast<void *>(array_.data());
        size_ = static_cast<size_t>(array_.nbytes());
    }

    void take_buffer(pybind11::handle object, Access access, const char *argument) {
        if (PyObject_CheckBuffer(object.ptr()) == 0) {
            throw pybind11::type_error(std::string(argument) +
                                       " must be a numpy array or bytes-like, not " +
                                       Py_TYPE(object.ptr())->tp_name);
        }
        const int flags = access == Access::kWrite ? PyBUF_CONTIG : PyBUF_CONTIG_RO;
        if (PyObject_GetBuffer(object.ptr(), &view_, flags | PyBUF_FORMAT) != 0) {
            if (PyErr_ExceptionMatches(PyExc_BufferError) == 0) throw pybind11::error_already_set();
            PyErr_Clear();
            const std::string what =
                std::string(argument) + ": the " + Py_TYPE(object.ptr())->tp_name;
            if (access == Access::kWrite)
                throw pybind11::buffer_error(what + " is read-only, or not C-contiguous");
            throw pybind11::value_error(what + " is not C-contiguous");
        }
        if (names_objects(view_.format)) {
            PyBuffer_Release(&view_);
            throw pybind11::type_error(std::string(argument) + " must hold plain values, and the " +
                                       Py_TYPE(object.ptr())->tp_name + " holds Python objects");
        }
        data_ = view_.buf;
        size_ = static_cast<size_t>(view_.len);
    }

    // Whether a buffer's format has an 'O' outside of its fields' names (:name:).
    static bool names_objects(const char *format) {
        bool is_name = false;
        for (; format != nullptr && *format != '\0'; ++format) {
            if (*format == ':') is_name = !is_name;
            if (*format == 'O' && !is_name) return true;
        }
        return false;
    }

    pybind11::array array_{pybind11::reinterpret_steal<pybind11::array>(pybind11::handle())};
    Py_buffer view_{};
    void *data_ = nullptr;
    size_t size_ = 0;
};

}  // namespace ascendcl::objects
