// Runtime functions whose C arguments or results are structures: dicts and lists in Python.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <vector>

#include "acl/acl.h"
#include "bindings/flat/fields.h"
#include "bindings/flat/function.h"
#include "bindings/flat/limits.h"

namespace ascendcl::flat {

namespace py = pybind11;

// --- Devices ---

py::object device_utilization_rate(int32_t device_id);
py::object device_uuid(int32_t device_id);
py::object primary_ctx_state(int32_t device_id);
py::object group_count(int32_t dummy);
py::object group_info_detail(const aclrtGroupInfo *info, int32_t group_id, aclrtGroupAttr attr);

// --- Streams and notifies ---

py::object set_stream_attribute(aclrtStream stream, aclrtStreamAttr attr, py::dict &value);
py::object stream_attribute(aclrtStream stream, aclrtStreamAttr attr);
py::object wait_and_reset_notify(aclrtNotify notify, aclrtStream stream, py::handle &timeout);
py::object notify_batch_reset(std::vector<aclrtNotify> &notifies);

// --- Memory ---

// Owns the attributes that its aclrtMallocConfig points to.
struct MallocConfig {
    std::vector<aclrtMallocAttribute> attributes;
    explicit MallocConfig(const py::dict &fields);
    aclrtMallocConfig value() { return {attributes.data(), attributes.size()}; }
};

template <aclError (*F)(void **, size_t, aclrtMemMallocPolicy, aclrtMallocConfig *)>
py::object malloc_configured(size_t size, aclrtMemMallocPolicy policy, py::dict &cfg) {
    void *address = nullptr;
    MallocConfig config(cfg);
    aclrtMallocConfig value = config.value();
    const bool is_plain = config.attributes.empty();
    const aclError code =
        without_gil([&] { return F(&address, size, policy, is_plain ? nullptr : &value); });
    return py::make_tuple(object_of(address), code);
}

py::object malloc_host_with_cfg(uint64_t size, py::dict &cfg);
py::object malloc_physical(size_t size, py::dict &prop, uint64_t flags);
py::object allocation_granularity(py::dict &prop, aclrtMemGranularityOptions option);
py::object mem_uce_info(int32_t device_id, size_t array_size);
py::object mem_uce_repair(int32_t device_id, py::handle &infos);
py::object pointer_attributes(const void *pointer);

// --- Sharing between processes ---

// (key, ret); the key's buffer is as long as `key_len` says. Throws value_error past the limit.
template <typename Get>
py::object export_key(size_t key_len, Get &&get) {
    if (key_len >= kKeyCapacity) throw py::value_error("'key_len' must be less than 1024");
    std::vector<char> key(key_len + 1);
    const aclError code = without_gil([&] { return get(key.data()); });
    return py::make_tuple(text_of(key.data(), key.size()), code);
}

py::object ipc_mem_export_key(void *dev_ptr, size_t size, size_t key_len, uint64_t flag);
py::object notify_export_key(aclrtNotify notify, size_t key_len, uint64_t flag);

// F(handle or key, process ids, count)
template <typename Handle, aclError (*F)(Handle, int32_t *, size_t)>
py::object set_pids(Handle handle, std::vector<int32_t> &pids) {
    return object_of(without_gil([&] { return F(handle, pids.data(), pids.size()); }));
}

// --- Kernels ---

py::object binary_load_from_file(Path &path, py::handle &options);
py::object binary_load_from_data(const void *data, size_t length, py::handle &options);
py::object function_name(aclrtFuncHandle function, uint32_t max_len);
py::object launch_kernel_with_config(aclrtFuncHandle function, uint32_t num_blocks,
                                     aclrtStream stream, py::handle &cfg, aclrtArgsHandle args,
                                     void *reserve);
py::object launch_kernel_with_host_args(aclrtFuncHandle function, uint32_t num_blocks,
                                        aclrtStream stream, py::handle &cfg, void *host_args,
                                        size_t host_args_size, py::handle &place_holders,
                                        size_t place_holder_num);

}  // namespace ascendcl::flat
