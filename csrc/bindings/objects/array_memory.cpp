// _acl.core.ArrayMemory: the base of acl.DeviceArray, and what of it cannot be written in Python. A
// type by hand: its methods are called a million times a second, and pybind11's cost more than all
// the rest. A subclass's __init__ calls bind_memory.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/objects/array_memory.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <numeric>

#include "bindings/objects/status.h"

namespace py = pybind11;

namespace ascendcl::objects {

size_t ArrayMemory::size() const noexcept {
    return std::accumulate(shape.begin(), shape.end(), item_size(), std::multiplies<>());
}

dlpack::Device ArrayMemory::device() const noexcept {
    if (is_host_readable) return {dlpack::kCpu, 0};
    return {dlpack::kExtension, buffer->device()};
}

core::Status ArrayMemory::take(core::Export &hold) const noexcept {
    return core::Export::take(buffer, !is_read_only, hold);
}

namespace {

using MemoryHandle = std::shared_ptr<const ArrayMemory>;

struct Object {
    PyObject ob_base;
    MemoryHandle memory;  // null until bound
};

// Runs `body` as a method of CPython's: what it throws becomes the error that is set.
template <typename Result, typename Body>
Result translated(Result failed, Body &&body) noexcept {
    try {
        return body();
    } catch (py::error_already_set &error) {
        error.restore();
    } catch (const py::builtin_exception &error) {
        error.set_error();
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return failed;
}

const MemoryHandle &memory_of(PyObject *self) {
    const auto &memory = reinterpret_cast<Object *>(self)->memory;
    if (memory == nullptr) throw py::value_error("the array has no memory");
    return memory;
}

PyObject *make(PyTypeObject *type, PyObject *, PyObject *) {
    PyObject *const self = type->tp_alloc(type, 0);
    if (self != nullptr) new (&reinterpret_cast<Object *>(self)->memory) MemoryHandle();
    return self;
}

void destroy(PyObject *self) {
    PyTypeObject *const type = Py_TYPE(self);
    auto &slot = reinterpret_cast<Object *>(self)->memory;
    MemoryHandle memory = std::move(slot);
    slot.~MemoryHandle();
    type->tp_free(self);
    Py_DECREF(type);
    if (memory == nullptr) return;
    const py::error_scope pending;
    without_gil([&memory] { memory.reset(); });
}

// bind_memory(buffer, offset, shape, code, bits, format, read_only, host_readable)
PyObject *bind_memory(PyObject *self, PyObject *arguments) {
    return translated<PyObject *>(nullptr, [&]() -> PyObject * {
        const auto given = py::reinterpret_borrow<py::tuple>(arguments);
        if (given.size() != 8) throw py::type_error("bind_memory takes 8 arguments");
        auto memory = std::make_shared<ArrayMemory>();
        memory->buffer = py::cast<core::BufferHandle>(given[0]);
        if (memory->buffer == nullptr) throw py::type_error("bind_memory: no buffer");
        memory->offset = py::cast<size_t>(given[1]);
        memory->shape = py::cast<std::vector<int64_t>>(given[2]);
        memory->dtype = {py::cast<uint8_t>(given[3]), py::cast<uint8_t>(given[4]), 1};
        memory->format = py::cast<std::string>(given[5]);
        memory->is_read_only = py::cast<bool>(given[6]);
        memory->is_host_readable = py::cast<bool>(given[7]);
        memory->strides.resize(memory->shape.size());
        int64_t stride = 1;
        for (size_t axis = memory->shape.size(); axis-- > 0;) {
            memory->strides[axis] = stride;
            stride *= memory->shape[axis];
        }
        const size_t available = memory->buffer->size();
        if (memory->offset > available || memory->size() > available - memory->offset) {
            throw py::value_error("bind_memory: beyond the end of the buffer");
        }
        auto &bound = reinterpret_cast<Object *>(self)->memory;
        if (bound != nullptr) throw py::value_error("the array has its memory already");
        bound = std::move(memory);
        Py_RETURN_NONE;
    });
}

PyObject *dlpack(PyObject *self, PyObject *const *arguments, Py_ssize_t positional,
                 PyObject *keywords) {
    return translated<PyObject *>(nullptr, [&]() -> PyObject * {
        if (positional != 0) throw py::type_error("__dlpack__ takes keyword arguments only");
        DlpackRequest request;
        const Py_ssize_t count = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
        for (Py_ssize_t i = 0; i < count; ++i) {
            PyObject *const keyword = PyTuple_GET_ITEM(keywords, i);
            const auto is = [keyword](const char *name) {
                return PyUnicode_CompareWithASCIIString(keyword, name) == 0;
            };
            PyObject **const slot = is("max_version") ? &request.max_version
                                    : is("dl_device") ? &request.dl_device
                                    : is("copy")      ? &request.copy
                                    : is("stream")    ? &request.stream
                                                      : nullptr;
            if (slot == nullptr) {
                throw py::type_error("__dlpack__: unknown argument " +
                                     py::repr(keyword).cast<std::string>());
            }
            *slot = arguments[i];
        }
        return export_dlpack(memory_of(self), request);
    });
}

PyObject *dlpack_device(PyObject *self, PyObject *) {
    return translated<PyObject *>(nullptr, [&]() -> PyObject * {
        const dlpack::Device device = memory_of(self)->device();
        return Py_BuildValue("(ii)", device.type, device.id);
    });
}

// What a memoryview holds.
struct View {
    core::Export hold;
    std::vector<Py_ssize_t> shape;
    std::vector<Py_ssize_t> strides;  // in bytes
    std::string format;
};

// Where one axis at most has several elements, or there are none.
bool is_in_both_orders(const ArrayMemory &memory) noexcept {
    const auto &shape = memory.shape;
    return memory.size() == 0 ||
           std::count_if(shape.begin(), shape.end(), [](int64_t axis) { return axis > 1; }) <= 1;
}

int get_buffer(PyObject *self, Py_buffer *view, int flags) {
    view->obj = nullptr;
    return translated(-1, [&] {
        const ArrayMemory &memory = *memory_of(self);
        if (!memory.is_host_readable) {
            throw py::buffer_error("the host cannot read this memory: DeviceArray.numpy() copies");
        }
        if (memory.format.empty()) {
            throw py::buffer_error("the buffer protocol has no such type: numpy() and DLPack have");
        }
        if (memory.is_read_only && (flags & PyBUF_WRITABLE) != 0) {
            throw py::buffer_error("the array is read-only");
        }
        if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS && !is_in_both_orders(memory)) {
            throw py::buffer_error("the array is in C order, not in Fortran's");
        }
        auto held = std::make_unique<View>();
        const core::Status status = memory.take(held->hold);
        if (!status.ok()) raise(status);
        held->shape.assign(memory.shape.begin(), memory.shape.end());
        for (const int64_t stride : memory.strides) {
            held->strides.push_back(stride * static_cast<Py_ssize_t>(memory.item_size()));
        }
        held->format = memory.format;
        view->buf = memory.data();
        view->len = static_cast<Py_ssize_t>(memory.size());
        view->itemsize = static_cast<Py_ssize_t>(memory.item_size());
        view->readonly = memory.is_read_only ? 1 : 0;
        view->ndim = static_cast<int>(held->shape.size());
        view->format = (flags & PyBUF_FORMAT) != 0 ? held->format.data() : nullptr;
        view->shape = (flags & PyBUF_ND) != 0 ? held->shape.data() : nullptr;
        view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? held->strides.data() : nullptr;
        view->suboffsets = nullptr;
        view->internal = held.release();
        view->obj = self;
        Py_INCREF(self);
        return 0;
    });
}

void release_buffer(PyObject *, Py_buffer *view) {
    std::unique_ptr<View>(static_cast<View *>(view->internal));
}

PyMethodDef methods[] = {
    {"bind_memory", &bind_memory, METH_VARARGS, "Once, by __init__."},
    {"__dlpack__", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&dlpack)),
     METH_FASTCALL | METH_KEYWORDS, "As the array API standard has it."},
    {"__dlpack_device__", &dlpack_device, METH_NOARGS, "As the array API standard has it."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void *>(&make)},
    {Py_tp_dealloc, reinterpret_cast<void *>(&destroy)},
    {Py_tp_methods, methods},
    {Py_bf_getbuffer, reinterpret_cast<void *>(&get_buffer)},
    {Py_bf_releasebuffer, reinterpret_cast<void *>(&release_buffer)},
    {0, nullptr},
};

PyType_Spec spec = {"ascendcl._acl.core.ArrayMemory", sizeof(Object), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

}  // namespace

void register_array_memory(py::module_ &module) {
    PyObject *const type = PyType_FromSpec(&spec);
    if (type == nullptr) throw py::error_already_set();
    module.add_object("ArrayMemory", type);
    // Whether the host may read device memory in place: where the program itself runs on the
    // device, and where the runtime says so.
    module.def("is_host_readable", [] {
        bool answer = false;
        call_core([&answer] { return core::is_host_readable(answer); });
        return answer;
    });
}

}  // namespace ascendcl::objects
