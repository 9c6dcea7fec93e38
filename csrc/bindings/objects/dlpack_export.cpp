// __dlpack__: who owns what, and what is refused.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <memory>
#include <utility>

#include "bindings/objects/array_memory.h"
#include "bindings/objects/status.h"

namespace py = pybind11;

namespace ascendcl::objects {
namespace {

struct Freed {
    void operator()(void *data) const noexcept { std::free(data); }
};

// What a consumer holds, and lets go of without Python, whenever it likes.
template <typename Managed>
struct Exported {
    Managed managed{};
    std::shared_ptr<const ArrayMemory> memory;  // which has shape and strides
    core::Export hold;                          // of memory that is shared
    std::unique_ptr<void, Freed> copied;        // memory that is not
};

template <typename Managed>
void delete_exported(Managed *managed) {
    std::unique_ptr<Exported<Managed>>(static_cast<Exported<Managed> *>(managed->context));
}

// Only what nobody has taken: a consumer renames the capsule.
template <typename Managed>
void delete_capsule(PyObject *capsule, const char *name) {
    if (PyCapsule_IsValid(capsule, name) == 0) return;
    auto *managed = static_cast<Managed *>(PyCapsule_GetPointer(capsule, name));
    managed->deleter(managed);
}

[[noreturn]] void refuse(const std::string &why) { throw py::buffer_error("DLPack: " + why); }

bool is_given(PyObject *argument) noexcept { return argument != nullptr && argument != Py_None; }

std::pair<long, long> pair_of(PyObject *argument, const char *name) {
    if (PyTuple_Check(argument) == 0 || PyTuple_GET_SIZE(argument) != 2) {
        throw py::type_error(std::string("__dlpack__: ") + name + " must be a tuple of two ints");
    }
    const long first = PyLong_AsLong(PyTuple_GET_ITEM(argument, 0));
    const long second = PyLong_AsLong(PyTuple_GET_ITEM(argument, 1));
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    return {first, second};
}

// Waits for the work in a stream before the consumer reads. Host memory is complete as it is: all
// that this package writes there is done when it returns.
void wait_for(const ArrayMemory &memory, PyObject *stream) {
    if (!is_given(stream) && memory.is_host_readable) return;
    long long handle = 0;
    if (is_given(stream)) {
        handle = PyLong_AsLongLong(stream);
        if (PyErr_Occurred() != nullptr) throw py::error_already_set();
        if (handle == -1) return;
    }
    call_core([&] {
        core::ContextHandle context;
        core::Status status = memory.buffer->context(context);
        if (!status.ok()) return status;
        if (context == nullptr) return core::Status{core::kClosed, "DeviceArray"};
        core::CurrentContext scope(*context);
        if (!scope.status().ok()) return scope.status();
        return core::synchronize_stream(reinterpret_cast<aclrtStream>(handle), -1);
    });
}

enum class Way { kShare, kCopyToHost };

Way way_of(const ArrayMemory &memory, const DlpackRequest &request) {
    const bool must_copy = request.copy == Py_True;
    if (request.copy != nullptr && request.copy != Py_None && request.copy != Py_True &&
        request.copy != Py_False) {
        throw py::type_error("__dlpack__: copy must be True, False or None");
    }
    const dlpack::Device own = memory.device();
    bool to_host = memory.is_host_readable;
    if (is_given(request.dl_device)) {
        const auto [type, id] = pair_of(request.dl_device, "dl_device");
        to_host = type == dlpack::kCpu && id == 0;
        if (!to_host && (type != own.type || id != own.id)) {
            refuse("the array cannot be exported to device (" + std::to_string(type) + ", " +
                   std::to_string(id) + "), only to its own or to (1, 0)");
        }
    }
    if (to_host && !memory.is_host_readable) {
        if (request.copy == Py_False) refuse("the host cannot read this memory without a copy");
        return Way::kCopyToHost;
    }
    if (!must_copy) return Way::kShare;
    if (!to_host) refuse("a copy on the device is made by DeviceArray.copy_from");
    return Way::kCopyToHost;
}

void copy_to_host(const ArrayMemory &memory, std::unique_ptr<void, Freed> &copied) {
    const size_t size = memory.size();
    // Consumers expect alignment to cache lines and vectors.
    constexpr size_t kAlignment = 64;
    copied.reset(std::aligned_alloc(kAlignment, (size / kAlignment + 1) * kAlignment));
    if (copied == nullptr) throw std::bad_alloc();
    call_core([&] {
        return memory.buffer->with_handle([&](void *) -> core::Status {
            if (size == 0) return {};
            return core::copy(copied.get(), size, memory.data(), size, core::Direction::kToHost);
        });
    });
}

template <typename Managed>
std::unique_ptr<Exported<Managed>> make_exported(const std::shared_ptr<const ArrayMemory> &shared,
                                                 Way way) {
    const ArrayMemory &memory = *shared;
    auto exported = std::make_unique<Exported<Managed>>();
    exported->memory = shared;
    dlpack::Tensor &tensor = exported->managed.tensor;
    tensor.device = way == Way::kShare ? memory.device() : dlpack::Device{dlpack::kCpu, 0};
    if (way == Way::kShare) {
        const core::Status status = memory.take(exported->hold);
        if (!status.ok()) raise(status);
        tensor.data = memory.data();
    } else {
        copy_to_host(memory, exported->copied);
        tensor.data = exported->copied.get();
    }
    tensor.ndim = static_cast<int32_t>(memory.shape.size());
    tensor.dtype = memory.dtype;
    // Consumers only read them.
    tensor.shape = const_cast<int64_t *>(memory.shape.data());
    tensor.strides = const_cast<int64_t *>(memory.strides.data());
    exported->managed.context = exported.get();
    exported->managed.deleter = &delete_exported<Managed>;
    return exported;
}

template <typename Managed>
PyObject *capsule_of(std::unique_ptr<Exported<Managed>> exported, const char *name,
                     PyCapsule_Destructor destroy) {
    PyObject *const capsule = PyCapsule_New(&exported->managed, name, destroy);
    if (capsule == nullptr) throw py::error_already_set();
    static_cast<void>(exported.release());  // the capsule's, or its consumer's
    return capsule;
}

constexpr char kName[] = "dltensor";
constexpr char kVersionedName[] = "dltensor_versioned";

}  // namespace

PyObject *export_dlpack(const std::shared_ptr<const ArrayMemory> &shared,
                        const DlpackRequest &request) {
    const ArrayMemory &memory = *shared;
    const bool is_versioned =
        is_given(request.max_version) && pair_of(request.max_version, "max_version").first >= 1;
    const Way way = way_of(memory, request);
    if (!is_versioned && memory.is_read_only && way == Way::kShare) {
        refuse("the array is read-only, which only version 1.0 can say (max_version)");
    }
    wait_for(memory, request.stream);
    if (!is_versioned) {
        return capsule_of(
            make_exported<dlpack::ManagedTensor>(shared, way), kName,
            [](PyObject *capsule) { delete_capsule<dlpack::ManagedTensor>(capsule, kName); });
    }
    auto exported = make_exported<dlpack::ManagedTensorVersioned>(shared, way);
    exported->managed.version = {1, 0};
    if (way == Way::kCopyToHost) exported->managed.flags |= dlpack::kIsCopied;
    if (memory.is_read_only && way == Way::kShare) exported->managed.flags |= dlpack::kReadOnly;
    return capsule_of(std::move(exported), kVersionedName, [](PyObject *capsule) {
        delete_capsule<dlpack::ManagedTensorVersioned>(capsule, kVersionedName);
    });
}

}  // namespace ascendcl::objects
