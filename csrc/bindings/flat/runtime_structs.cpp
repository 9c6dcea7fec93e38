// Devices, streams and memory: see runtime_structs.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/runtime_structs.h"

namespace ascendcl::flat {

namespace {

aclrtPhysicalMemProp physical_properties(const py::dict &prop) {
    aclrtPhysicalMemProp value{};
    value.handleType = field<aclrtMemHandleType>(prop, "handleType");
    value.allocationType = field<aclrtMemAllocationType>(prop, "allocationType");
    value.memAttr = field<aclrtMemAttr>(prop, "memAttr");
    if (!prop.contains("location")) throw py::type_error("key 'location' is missing");
    const py::dict location = dict_of(prop["location"], "location");
    value.location.id = field<uint32_t>(location, "id");
    value.location.type = field<aclrtMemLocationType>(location, "type");
    read_field(prop, "reserve", value.reserve);
    return value;
}

}  // namespace

py::object device_utilization_rate(int32_t device_id) {
    aclrtUtilizationInfo info{};
    const aclError code =
        without_gil([&] { return aclrtGetDeviceUtilizationRate(device_id, &info); });
    py::dict fields;
    fields["cube_utilization"] = info.cubeUtilization;
    fields["vector_utilization"] = info.vectorUtilization;
    fields["aicpu_utilization"] = info.aicpuUtilization;
    fields["memory_utilization"] = info.memoryUtilization;
    fields["utilization_extend"] = object_of(info.utilizationExtend);
    return py::make_tuple(fields, code);
}

py::object device_uuid(int32_t device_id) {
    aclrtUuid uuid{};
    const aclError code = without_gil([&] { return aclrtDeviceGetUuid(device_id, &uuid); });
    py::dict fields;
    fields["bytes"] =
        numbers_of(reinterpret_cast<const unsigned char *>(uuid.bytes), sizeof uuid.bytes);
    return py::make_tuple(fields, code);
}

// C answers flags first, pyACL the state.
py::object primary_ctx_state(int32_t device_id) {
    uint32_t flags = 0;
    int32_t active = 0;
    const aclError code = aclrtGetPrimaryCtxState(device_id, &flags, &active);
    return py::make_tuple(active, flags, code);
}

py::object group_count(int32_t) {
    uint32_t count = 0;
    const aclError code = aclrtGetGroupCount(&count);
    return py::make_tuple(count, code);
}

py::object group_info_detail(const aclrtGroupInfo *info, int32_t group_id, aclrtGroupAttr attr) {
    int32_t values[64] = {};
    size_t size = 0;
    const aclError code =
        aclrtGetGroupInfoDetail(info, group_id, attr, values, sizeof values, &size);
    if (code != ACL_SUCCESS || size > sizeof values) {
        throw std::runtime_error("aclrtGetGroupInfoDetail failed: " + std::to_string(code));
    }
    return py::make_tuple(numbers_of(values, size / sizeof values[0]), code);
}

py::object set_stream_attribute(aclrtStream stream, aclrtStreamAttr attr, py::dict &value) {
    aclrtStreamAttrValue attribute{};
    if (!read_field(value, "failureMode", attribute.failureMode) &&
        !read_field(value, "overflowSwitch", attribute.overflowSwitch) &&
        !read_field(value, "userCustomTag", attribute.userCustomTag) &&
        !read_field(value, "cacheOpInfoSwitch", attribute.cacheOpInfoSwitch) &&
        !read_field(value, "streamPriority", attribute.streamPriority)) {
        if (!value.contains("reserved")) throw py::type_error("'value' has no known key");
        const py::sequence words = list_of(value["reserved"], "reserved");
        if (words.size() > 4) throw py::value_error("'reserved' has more than 4 entries");
        for (size_t k = 0; k < words.size(); ++k) {
            attribute.reserve[k] = integer_of<uint32_t>(words[k], "reserved");
        }
    }
    return object_of(
        without_gil([&] { return aclrtSetStreamAttribute(stream, attr, &attribute); }));
}

py::object stream_attribute(aclrtStream stream, aclrtStreamAttr attr) {
    aclrtStreamAttrValue value{};
    const aclError code =
        without_gil([&] { return aclrtGetStreamAttribute(stream, attr, &value); });
    py::dict fields;
    switch (attr) {
        case ACL_STREAM_ATTR_FAILURE_MODE:
            fields["failureMode"] = value.failureMode;
            break;
        case ACL_STREAM_ATTR_FLOAT_OVERFLOW_CHECK:
            fields["overflowSwitch"] = value.overflowSwitch;
            break;
        case ACL_STREAM_ATTR_USER_CUSTOM_TAG:
            fields["userCustomTag"] = value.userCustomTag;
            break;
        case ACL_STREAM_ATTR_CACHE_OP_INFO:
            fields["cacheOpInfoSwitch"] = value.cacheOpInfoSwitch;
            break;
        case ACL_STREAM_ATTR_PRIORITY:
            fields["streamPriority"] = value.streamPriority;
            break;
        default:
            fields["reserved"] = numbers_of(value.reserve, 4);
    }
    return py::make_tuple(fields, code);
}

py::object wait_and_reset_notify(aclrtNotify notify, aclrtStream stream, py::handle &timeout) {
    uint32_t milliseconds = 0;
    try {
        milliseconds = integer_of<uint32_t>(timeout, "timeout");
    } catch (const py::value_error &error) {
        throw py::type_error(error.what());  // pyACL's type for a number that does not fit
    }
    return object_of(
        without_gil([&] { return aclrtWaitAndResetNotify(notify, stream, milliseconds); }));
}

py::object notify_batch_reset(std::vector<aclrtNotify> &notifies) {
    return object_of(
        without_gil([&] { return aclrtNotifyBatchReset(notifies.data(), notifies.size()); }));
}

MallocConfig::MallocConfig(const py::dict &fields) {
    if (fields.empty()) return;
    const size_t count = field<size_t>(fields, "numAttrs");
    if (!fields.contains("attrs")) throw py::type_error("key 'attrs' is missing");
    const py::sequence items = list_of(fields["attrs"], "attrs");
    if (items.size() < count) throw py::value_error("'attrs' has fewer entries than 'numAttrs'");
    for (size_t k = 0; k < count; ++k) {
        const py::dict item = dict_of(items[k], "attrs[" + std::to_string(k) + "]");
        aclrtMallocAttribute attribute{};
        attribute.attr = field<aclrtMallocAttrType>(item, "attr");
        if (!item.contains("value")) throw py::type_error("key 'value' is missing");
        const py::dict value = dict_of(item["value"], "value");
        if (!read_field(value, "moduleId", attribute.value.moduleId) &&
            !read_field(value, "deviceId", attribute.value.deviceId) &&
            !read_field(value, "vaFlag", attribute.value.vaFlag) && value.contains("rsv")) {
            const py::sequence bytes = list_of(value["rsv"], "rsv");
            if (bytes.size() > 8) throw py::value_error("'rsv' has more than 8 entries");
            for (size_t b = 0; b < bytes.size(); ++b) {
                attribute.value.rsv[b] = integer_of<uint8_t>(bytes[b], "rsv");
            }
        }
        attributes.push_back(attribute);
    }
}

py::object malloc_host_with_cfg(uint64_t size, py::dict &cfg) {
    void *address = nullptr;
    MallocConfig config(cfg);
    aclrtMallocConfig value = config.value();
    const bool is_plain = config.attributes.empty();
    const aclError code = without_gil(
        [&] { return aclrtMallocHostWithCfg(&address, size, is_plain ? nullptr : &value); });
    return py::make_tuple(object_of(address), code);
}

py::object malloc_physical(size_t size, py::dict &prop, uint64_t flags) {
    const aclrtPhysicalMemProp properties = physical_properties(prop);
    aclrtDrvMemHandle handle{};
    const aclError code =
        without_gil([&] { return aclrtMallocPhysical(&handle, size, &properties, flags); });
    return py::make_tuple(object_of(handle), code);
}

py::object allocation_granularity(py::dict &prop, aclrtMemGranularityOptions option) {
    aclrtPhysicalMemProp properties = physical_properties(prop);
    size_t granularity = 0;
    const aclError code = without_gil(
        [&] { return aclrtMemGetAllocationGranularity(&properties, option, &granularity); });
    return py::make_tuple(granularity, code);
}

py::object mem_uce_info(int32_t device_id, size_t array_size) {
    if (array_size > kMostEntries) return py::make_tuple(py::list(), ACL_ERROR_INVALID_PARAM);
    std::vector<aclrtMemUceInfo> infos(array_size);
    size_t count = 0;
    const aclError code = without_gil(
        [&] { return aclrtGetMemUceInfo(device_id, infos.data(), array_size, &count); });
    py::list list;
    for (size_t k = 0; code == ACL_SUCCESS && k < std::min(count, array_size); ++k) {
        py::dict fields;
        fields["addr"] = object_of(infos[k].addr);
        fields["len"] = infos[k].len;
        fields["reserved"] = numbers_of(infos[k].reserved, 14);
        list.append(fields);
    }
    return py::make_tuple(list, code);
}

py::object mem_uce_repair(int32_t device_id, py::handle &infos) {
    std::vector<aclrtMemUceInfo> values;
    for (py::handle item : list_of(infos, "infos")) {
        const py::dict fields = dict_of(item, "infos[...]");
        aclrtMemUceInfo value{};
        value.addr = field<void *>(fields, "addr");
        value.len = field<size_t>(fields, "len");
        values.push_back(value);
    }
    return object_of(
        without_gil([&] { return aclrtMemUceRepair(device_id, values.data(), values.size()); }));
}

py::object pointer_attributes(const void *pointer) {
    aclrtPtrAttributes attributes{};
    const aclError code = aclrtPointerGetAttributes(pointer, &attributes);
    py::dict location;
    location["id"] = attributes.location.id;
    location["type"] = object_of(attributes.location.type);
    py::dict fields;
    fields["location"] = location;
    fields["page_size"] = attributes.pageSize;
    fields["rsv"] = numbers_of(attributes.rsv, 4);
    return py::make_tuple(fields, code);
}

py::object ipc_mem_export_key(void *dev_ptr, size_t size, size_t key_len, uint64_t flag) {
    return export_key(key_len, [&](char *key) {
        return aclrtIpcMemGetExportKey(dev_ptr, size, key, key_len, flag);
    });
}

py::object notify_export_key(aclrtNotify notify, size_t key_len, uint64_t flag) {
    return export_key(
        key_len, [&](char *key) { return aclrtNotifyGetExportKey(notify, key, key_len, flag); });
}

}  // namespace ascendcl::flat
