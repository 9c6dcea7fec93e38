// Callbacks: see callbacks.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/callbacks.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "acl/acl_dump.h"
#include "acl/acl_op_compiler.h"
#include "bindings/flat/fields.h"
#include "bindings/python_call.h"

namespace ascendcl::flat {

namespace {

// A callable that the runtime may call at any time. Guarded by the GIL, never destroyed.
struct Slot {
    PyObject *callable = nullptr;

    py::object get() const { return py::reinterpret_borrow<py::object>(callable); }

    // Calls `registering` and keeps `fn` if that succeeds. The new callable is in
    // place before the runtime can call it.
    template <typename Register>
    aclError replace(const py::function &fn, Register &&registering) {
        PyObject *const previous = std::exchange(callable, fn ? fn.inc_ref().ptr() : nullptr);
        const aclError code = without_gil(registering);
        if (code == ACL_SUCCESS) {
            Py_XDECREF(previous);
        } else {
            Py_XDECREF(std::exchange(callable, previous));
        }
        return code;
    }
};

Slot exception_info_slot;
Slot dump_slot;
Slot alloc_slot;
Slot free_slot;
Slot alloc_advise_slot;
Slot get_addr_slot;

// --- launch_callback ---

struct Launched {
    py::object fn;
    py::object user_data;
};

void run_launched(void *data) {
    auto *const raw = static_cast<Launched *>(data);
    call_python("acl.rt.launch_callback", 0, [raw] {
        const std::unique_ptr<Launched> launched(raw);
        call(launched->fn, launched->user_data);
        return 0;
    });
}

// --- Slots ---

void on_exception_info(aclrtExceptionInfo *info) {
    call_python("acl.rt.set_exception_info_callback", 0, [info] {
        if (const py::object fn = exception_info_slot.get()) call(fn, object_of(info));
        return 0;
    });
}

int32_t on_dump(const acldumpChunk *chunk, int32_t) {
    return call_python("acl.mdl.dump_reg_callback", int32_t{0}, [chunk]() -> int32_t {
        const py::object fn = dump_slot.get();
        if (!fn) return 0;
        py::dict fields;
        fields["file_name"] = text_of(chunk->fileName, sizeof chunk->fileName);
        fields["data_buf"] = object_of(static_cast<const void *>(chunk->dataBuf));
        fields["buf_len"] = chunk->bufLen;
        fields["is_last_chunk"] = chunk->isLastChunk;
        fields["offset"] = chunk->offset;
        fields["flag"] = chunk->flag;
        const py::object answer = call(fn, fields);
        return PyLong_Check(answer.ptr()) ? integer_of<int32_t>(answer, "the answer") : 0;
    });
}

// What an allocator's callable answers: an address, or None for "no memory".
void *address_of(const py::object &answer) {
    return answer.is_none() ? nullptr : integer_of<void *>(answer, "the answer");
}

void *on_alloc(aclrtAllocator allocator, size_t size) {
    return call_python("acl.rt.allocator_set_alloc_func_to_desc", static_cast<void *>(nullptr),
                       [=] {
                           const py::object fn = alloc_slot.get();
                           return fn ? address_of(call(fn, object_of(allocator), size)) : nullptr;
                       });
}

void on_free(aclrtAllocator allocator, aclrtAllocatorBlock block) {
    call_python("acl.rt.allocator_set_free_func_to_desc", 0, [=] {
        if (const py::object fn = free_slot.get()) call(fn, object_of(allocator), object_of(block));
        return 0;
    });
}

void *on_alloc_advise(aclrtAllocator allocator, size_t size, aclrtAllocatorAddr address) {
    return call_python(
        "acl.rt.allocator_set_alloc_advise_func_to_desc", static_cast<void *>(nullptr), [=] {
            const py::object fn = alloc_advise_slot.get();
            return fn ? address_of(call(fn, object_of(allocator), size, object_of(address)))
                      : nullptr;
        });
}

void *on_get_addr(aclrtAllocatorBlock block) {
    return call_python("acl.rt.allocator_set_get_addr_from_block_func_to_desc",
                       static_cast<void *>(nullptr), [=] {
                           const py::object fn = get_addr_slot.get();
                           return fn ? address_of(call(fn, object_of(block))) : nullptr;
                       });
}

// --- Compile functions: C passes no user data, so each operator type has its own C function ---

constexpr size_t kCompileSlots = 16;

struct CompileSlot {
    Slot slot;
    std::string op_type;
};

std::array<CompileSlot, kCompileSlots> &compile_slots() {
    // Leaked: the runtime may call to the very end.
    static auto &slots = *new std::array<CompileSlot, kCompileSlots>;
    return slots;
}

py::list addresses_of(const aclTensorDesc *const *descs, int count) {
    return numbers_of(descs, count > 0 ? static_cast<size_t>(count) : 0);
}

template <size_t N>
aclError on_compile(int num_in, const aclTensorDesc *const *in, int num_out,
                    const aclTensorDesc *const *out, const aclopAttr *attr,
                    aclopKernelDesc *kernel) {
    return call_python(
        "acl.op.register_compile_func", aclError{ACL_ERROR_FAILURE}, [&]() -> aclError {
            const py::object fn = compile_slots()[N].slot.get();
            if (!fn) return ACL_ERROR_FAILURE;
            const py::object answer =
                call(fn, num_in, addresses_of(in, num_in), num_out, addresses_of(out, num_out),
                     object_of(attr), object_of(kernel));
            return answer.is_none() ? ACL_SUCCESS : integer_of<aclError>(answer, "the answer");
        });
}

template <size_t... N>
constexpr std::array<aclopCompileFunc, sizeof...(N)> compile_functions(std::index_sequence<N...>) {
    return {&on_compile<N>...};
}
constexpr auto kCompileFunctions = compile_functions(std::make_index_sequence<kCompileSlots>());

// The slot of that operator type, else a free one, else kCompileSlots.
size_t find_compile_slot(const std::string &op_type) {
    size_t free = kCompileSlots;
    for (size_t k = 0; k < kCompileSlots; ++k) {
        const CompileSlot &entry = compile_slots()[k];
        if (entry.slot.callable && entry.op_type == op_type) return k;
        if (!entry.slot.callable && free == kCompileSlots) free = k;
    }
    return free;
}

}  // namespace

py::object launch_callback(py::function &fn, py::handle &user_data,
                           aclrtCallbackBlockType block_type, aclrtStream stream) {
    auto launched =
        std::make_unique<Launched>(Launched{fn, py::reinterpret_borrow<py::object>(user_data)});
    // From here on the record belongs to run_launched, which may already be running.
    Launched *const raw = launched.release();
    const aclError code =
        without_gil([=] { return aclrtLaunchCallback(&run_launched, raw, block_type, stream); });
    if (code != ACL_SUCCESS) launched.reset(raw);
    return object_of(code);
}

py::object set_exception_info_callback(py::function &fn) {
    const auto callback = fn ? &on_exception_info : nullptr;
    return object_of(
        exception_info_slot.replace(fn, [=] { return aclrtSetExceptionInfoCallback(callback); }));
}

py::object dump_reg_callback(py::function &fn, int32_t flag) {
    return object_of(dump_slot.replace(fn, [=] { return acldumpRegCallback(&on_dump, flag); }));
}

py::object dump_unreg_callback() {
    without_gil([] { acldumpUnregCallback(); });
    Py_XDECREF(std::exchange(dump_slot.callable, nullptr));
    return py::none();
}

py::object allocator_set_alloc_func(aclrtAllocatorDesc desc, py::function &fn) {
    return object_of(
        alloc_slot.replace(fn, [=] { return aclrtAllocatorSetAllocFuncToDesc(desc, &on_alloc); }));
}

py::object allocator_set_free_func(aclrtAllocatorDesc desc, py::function &fn) {
    return object_of(
        free_slot.replace(fn, [=] { return aclrtAllocatorSetFreeFuncToDesc(desc, &on_free); }));
}

py::object allocator_set_alloc_advise_func(aclrtAllocatorDesc desc, py::function &fn) {
    return object_of(alloc_advise_slot.replace(
        fn, [=] { return aclrtAllocatorSetAllocAdviseFuncToDesc(desc, &on_alloc_advise); }));
}

py::object allocator_set_get_addr_func(aclrtAllocatorDesc desc, py::function &fn) {
    return object_of(get_addr_slot.replace(
        fn, [=] { return aclrtAllocatorSetGetAddrFromBlockFuncToDesc(desc, &on_get_addr); }));
}

py::object op_register_compile_func(const char *op_type, py::function &fn) {
    const size_t index = find_compile_slot(op_type);
    if (index == kCompileSlots) {
        throw std::runtime_error("no more than 16 operator types can have a compile function");
    }
    CompileSlot &entry = compile_slots()[index];
    entry.op_type = op_type;
    return object_of(entry.slot.replace(
        fn, [=] { return aclopRegisterCompileFunc(op_type, kCompileFunctions[index]); }));
}

py::object op_unregister_compile_func(const char *op_type) {
    const aclError code = without_gil([=] { return aclopUnregisterCompileFunc(op_type); });
    const size_t index = find_compile_slot(op_type);
    if (code == ACL_SUCCESS && index != kCompileSlots) {
        Py_XDECREF(std::exchange(compile_slots()[index].slot.callable, nullptr));
    }
    return object_of(code);
}

}  // namespace ascendcl::flat
