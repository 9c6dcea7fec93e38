// Loading and launching kernels: the part of runtime_structs.h about them.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/runtime_structs.h"

namespace ascendcl::flat {

namespace {

std::vector<aclrtBinaryLoadOption> binary_options(py::handle options) {
    std::vector<aclrtBinaryLoadOption> result;
    for (py::handle item : list_of(options, "options")) {
        const py::dict fields = dict_of(item, "options[...]");
        aclrtBinaryLoadOption option{};
        option.type = field<aclrtBinaryLoadOptionType>(fields, "type");
        // All members of the union that an option can mean are 32 bits wide.
        option.value.magic = field<uint32_t>(fields, "value");
        result.push_back(option);
    }
    return result;
}

aclrtLaunchKernelAttr launch_attribute(const py::dict &fields) {
    aclrtLaunchKernelAttr attribute{};
    attribute.id = field<aclrtLaunchKernelAttrId>(fields, "id");
    switch (attribute.id) {
        case ACL_RT_LAUNCH_KERNEL_ATTR_SCHEM_MODE:
            attribute.value.schemMode = field<uint8_t>(fields, "value");
            break;
        case ACL_RT_LAUNCH_KERNEL_ATTR_BLOCK_TASK_PREFETCH:
            attribute.value.isBlockTaskPrefetch = field<uint8_t>(fields, "value");
            break;
        case ACL_RT_LAUNCH_KERNEL_ATTR_DATA_DUMP:
            attribute.value.isDataDump = field<uint8_t>(fields, "value");
            break;
        case ACL_RT_LAUNCH_KERNEL_ATTR_TIMEOUT:
            attribute.value.timeout = field<uint16_t>(fields, "value");
            break;
        case ACL_RT_LAUNCH_KERNEL_ATTR_TIMEOUT_US: {
            const auto microseconds = field<uint64_t>(fields, "value");
            attribute.value.timeoutUs.timeoutLow = static_cast<uint32_t>(microseconds);
            attribute.value.timeoutUs.timeoutHigh = static_cast<uint32_t>(microseconds >> 32);
            break;
        }
        default:  // the other members are 32 bits wide
            attribute.value.localMemorySize = field<uint32_t>(fields, "value");
    }
    return attribute;
}

std::vector<aclrtLaunchKernelAttr> launch_attributes(py::handle cfg) {
    std::vector<aclrtLaunchKernelAttr> result;
    for (py::handle item : list_of(cfg, "cfg")) {
        result.push_back(launch_attribute(dict_of(item, "cfg[...]")));
    }
    return result;
}

}  // namespace

py::object binary_load_from_file(Path &path, py::handle &options) {
    std::vector<aclrtBinaryLoadOption> list = binary_options(options);
    aclrtBinaryLoadOptions value{list.data(), list.size()};
    aclrtBinHandle handle = nullptr;
    const aclError code = without_gil([&] {
        return aclrtBinaryLoadFromFile(path.text, list.empty() ? nullptr : &value, &handle);
    });
    return py::make_tuple(object_of(handle), code);
}

py::object binary_load_from_data(const void *data, size_t length, py::handle &options) {
    std::vector<aclrtBinaryLoadOption> list = binary_options(options);
    const aclrtBinaryLoadOptions value{list.data(), list.size()};
    aclrtBinHandle handle = nullptr;
    const aclError code = without_gil([&] {
        return aclrtBinaryLoadFromData(data, length, list.empty() ? nullptr : &value, &handle);
    });
    return py::make_tuple(object_of(handle), code);
}

py::object function_name(aclrtFuncHandle function, uint32_t max_len) {
    if (max_len >= kKeyCapacity) throw py::value_error("'max_len' must be less than 1024");
    std::vector<char> name(max_len + 1);
    const aclError code = aclrtGetFunctionName(function, max_len, name.data());
    return py::make_tuple(text_of(name.data(), name.size()), code);
}

py::object launch_kernel_with_config(aclrtFuncHandle function, uint32_t num_blocks,
                                     aclrtStream stream, py::handle &cfg, aclrtArgsHandle args,
                                     void *reserve) {
    std::vector<aclrtLaunchKernelAttr> attributes = launch_attributes(cfg);
    aclrtLaunchKernelCfg value{attributes.data(), attributes.size()};
    return object_of(without_gil([&] {
        return aclrtLaunchKernelWithConfig(function, num_blocks, stream,
                                           attributes.empty() ? nullptr : &value, args, reserve);
    }));
}

py::object launch_kernel_with_host_args(aclrtFuncHandle function, uint32_t num_blocks,
                                        aclrtStream stream, py::handle &cfg, void *host_args,
                                        size_t host_args_size, py::handle &place_holders,
                                        size_t place_holder_num) {
    std::vector<aclrtLaunchKernelAttr> attributes = launch_attributes(cfg);
    aclrtLaunchKernelCfg value{attributes.data(), attributes.size()};
    std::vector<aclrtPlaceHolderInfo> holders;
    for (py::handle item : list_of(place_holders, "place_holder_list")) {
        const py::dict fields = dict_of(item, "place_holder_list[...]");
        holders.push_back(
            {field<uint32_t>(fields, "addrOffset"), field<uint32_t>(fields, "dataOffset")});
    }
    if (place_holder_num > holders.size()) {
        throw py::value_error("'place_holder_list' has fewer entries than 'place_holder_num'");
    }
    return object_of(without_gil([&] {
        return aclrtLaunchKernelWithHostArgs(function, num_blocks, stream,
                                             attributes.empty() ? nullptr : &value, host_args,
                                             host_args_size, holders.data(), place_holder_num);
    }));
}

}  // namespace ascendcl::flat
