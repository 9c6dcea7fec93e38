// The bytes behind a numpy array or another object with a buffer: contiguous, and writable where
// they are to be written to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <utility>

namespace ascendcl::objects {

// Keeps the object, and for other than numpy arrays its buffer, until it goes. Made and destroyed
// with the GIL; the bytes may be used without.
class HostMemory {
   public:
    enum class Access { kRead, kWrite };

    HostMemory(pybind11::handle object, Access access) {
        // Arrays directly: numpy refuses the buffer protocol for bfloat16 and its like.
        if (pybind11::isinstance<pybind11::array>(object)) {
            array_ = pybind11::reinterpret_borrow<pybind11::array>(object);
            if ((array_.flags() & pybind11::array::c_style) == 0) {
                throw pybind11::value_error("the array is not C-contiguous");
            }
            if (access == Access::kWrite && !array_.writeable()) {
                throw pybind11::value_error("the array is read-only");
            }
            data_ = const_cast<void *>(array_.data());
            size_ = static_cast<size_t>(array_.nbytes());
            return;
        }
        const int flags = access == Access::kWrite ? PyBUF_CONTIG : PyBUF_CONTIG_RO;
        if (PyObject_GetBuffer(object.ptr(), &view_, flags) != 0) {
            throw pybind11::error_already_set();
        }
        data_ = view_.buf;
        size_ = static_cast<size_t>(view_.len);
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
    pybind11::array array_{pybind11::reinterpret_steal<pybind11::array>(pybind11::handle())};
    Py_buffer view_{};
    void *data_ = nullptr;
    size_t size_ = 0;
};

}  // namespace ascendcl::objects
