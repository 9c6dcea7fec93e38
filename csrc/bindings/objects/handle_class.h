// The Python class of a core handle: it drops the handle without the GIL, since the last one waits
// for the device. pybind11's own release_gil_before_calling_cpp_dtor lets CPython unwind the thread
// at exit (without_gil.h), while it keeps an error to put back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <utility>

#include "bindings/plain_type.h"
#include "bindings/signals.h"
#include "bindings/without_gil.h"

namespace ascendcl::objects {

template <typename T>
using HandleClass = pybind11::class_<T, std::shared_ptr<T>>;

// The object goes first, with the GIL, and what it held after it.
template <typename T>
void deallocate(PyObject *self) {
    std::shared_ptr<T> held;
    auto slot = reinterpret_cast<pybind11::detail::instance *>(self)->get_value_and_holder();
    if (slot.holder_constructed()) held = std::move(slot.template holder<std::shared_ptr<T>>());
    pybind11::detail::pybind11_object_dealloc(self);
    const pybind11::error_scope pending;  // it may be an exception that lets the object go
    without_gil([&held] { held.reset(); });
    raise_soon();
}

template <typename T>
HandleClass<T> handle_class(pybind11::module_ &module, const char *name) {
    const auto set_up = [](PyHeapTypeObject *type) { type->ht_type.tp_dealloc = &deallocate<T>; };
    return {module, name, bindings::plain_type(), pybind11::custom_type_setup(set_up)};
}

}  // namespace ascendcl::objects
