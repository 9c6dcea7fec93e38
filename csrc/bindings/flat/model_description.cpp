// Descriptions and configuration of models: see model_description.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/model_description.h"

#include <algorithm>
#include <memory>
#include <string>

#include "bindings/flat/fields.h"
#include "bindings/flat/limits.h"

namespace ascendcl::flat {

namespace {

// A list of [first, second] of the first `count` rows.
template <typename T>
py::list pairs_of(const T (*rows)[2], size_t count) {
    py::list list;
    for (size_t k = 0; k < count; ++k) list.append(numbers_of(rows[k], 2));
    return list;
}

std::string text_argument(py::handle value) {
    const auto path = py::reinterpret_steal<py::object>(PyOS_FSPath(value.ptr()));
    if (!path || !PyUnicode_Check(path.ptr())) {
        PyErr_Clear();
        throw py::type_error(std::string("'value' must be str, not ") +
                             Py_TYPE(value.ptr())->tp_name);
    }
    const auto bytes = py::reinterpret_steal<py::bytes>(PyUnicode_EncodeFSDefault(path.ptr()));
    if (!bytes) throw py::error_already_set();
    return bytes;
}

}  // namespace

py::dict dims_fields(const aclmdlIODims &dims) {
    py::dict fields;
    fields["name"] = text_of(dims.name, sizeof dims.name);
    fields["dimCount"] = dims.dimCount;
    fields["dims"] = numbers_of(dims.dims, std::min<size_t>(dims.dimCount, ACL_MAX_DIM_CNT));
    return fields;
}

py::object input_dims_range(const aclmdlDesc *desc, size_t index) {
    aclmdlIODimsRange result{};
    const aclError code = aclmdlGetInputDimsRange(desc, index, &result);
    py::dict fields;
    if (code == ACL_SUCCESS) {
        fields["rangeCount"] = result.rangeCount;
        fields["range"] =
            pairs_of(result.range, std::min<size_t>(result.rangeCount, ACL_MAX_DIM_CNT));
    }
    return py::make_tuple(fields, code);
}

py::object dynamic_batch(const aclmdlDesc *desc) {
    aclmdlBatch result{};
    const aclError code = aclmdlGetDynamicBatch(desc, &result);
    py::dict fields;
    if (code == ACL_SUCCESS) {
        fields["batchCount"] = result.batchCount;
        fields["batch"] =
            numbers_of(result.batch, std::min<size_t>(result.batchCount, ACL_MAX_BATCH_NUM));
    }
    return py::make_tuple(fields, code);
}

py::object dynamic_hw(const aclmdlDesc *desc, size_t index) {
    aclmdlHW result{};
    const aclError code = aclmdlGetDynamicHW(desc, index, &result);
    py::dict fields;
    if (code == ACL_SUCCESS) {
        fields["hwCount"] = result.hwCount;
        fields["hw"] = pairs_of(result.hw, std::min<size_t>(result.hwCount, ACL_MAX_HW_NUM));
    }
    return py::make_tuple(fields, code);
}

py::object input_dynamic_dims(const aclmdlDesc *desc, size_t index, size_t gear_count) {
    if (gear_count > kMostEntries) return py::make_tuple(py::none(), ACL_ERROR_INVALID_PARAM);
    std::vector<aclmdlIODims> gears(gear_count);
    const aclError code = aclmdlGetInputDynamicDims(desc, index, gears.data(), gear_count);
    py::list list;
    if (code == ACL_SUCCESS) {
        for (const aclmdlIODims &gear : gears) list.append(dims_fields(gear));
    }
    return py::make_tuple(list, code);
}

py::object set_input_dynamic_dims(uint32_t model_id, aclmdlDataset *dataset, size_t index,
                                  py::dict &dims) {
    aclmdlIODims value{};
    if (dims.contains("name")) {
        if (!PyUnicode_Check(py::object(dims["name"]).ptr())) {
            throw py::type_error("'name' must be str");
        }
        const auto name = py::cast<std::string>(dims["name"]);
        if (name.size() >= sizeof value.name) throw py::value_error("'name' is too long");
        std::copy(name.begin(), name.end(), value.name);
    }
    value.dimCount = field<size_t>(dims, "dimCount");
    if (!dims.contains("dims")) throw py::type_error("key 'dims' is missing");
    const py::sequence numbers = list_of(dims["dims"], "dims");
    if (numbers.size() > ACL_MAX_DIM_CNT) throw py::value_error("'dims' has too many entries");
    if (numbers.size() < std::min<size_t>(value.dimCount, ACL_MAX_DIM_CNT)) {
        throw py::value_error("'dims' has fewer entries than 'dimCount' says");
    }
    for (size_t k = 0; k < numbers.size(); ++k) {
        value.dims[k] = integer_of<int64_t>(numbers[k], "dims[" + std::to_string(k) + "]");
    }
    return object_of(
        without_gil([&] { return aclmdlSetInputDynamicDims(model_id, dataset, index, &value); }));
}

py::object first_aipp_info(uint32_t model_id, size_t index) {
    const auto info = std::make_unique<aclAippInfo>();  // 300 kB: not for the stack
    const aclError code = aclmdlGetFirstAippInfo(model_id, index, info.get());
    if (code != ACL_SUCCESS) return py::make_tuple(py::none(), code);
    py::dict fields;
#define ASCENDCL_FIELD(name) fields[#name] = object_of(info->name)
    ASCENDCL_FIELD(inputFormat);
    ASCENDCL_FIELD(srcImageSizeW);
    ASCENDCL_FIELD(srcImageSizeH);
    ASCENDCL_FIELD(cropSwitch);
    ASCENDCL_FIELD(loadStartPosW);
    ASCENDCL_FIELD(loadStartPosH);
    ASCENDCL_FIELD(cropSizeW);
    ASCENDCL_FIELD(cropSizeH);
    ASCENDCL_FIELD(resizeSwitch);
    ASCENDCL_FIELD(resizeOutputW);
    ASCENDCL_FIELD(resizeOutputH);
    ASCENDCL_FIELD(paddingSwitch);
    ASCENDCL_FIELD(leftPaddingSize);
    ASCENDCL_FIELD(rightPaddingSize);
    ASCENDCL_FIELD(topPaddingSize);
    ASCENDCL_FIELD(bottomPaddingSize);
    ASCENDCL_FIELD(cscSwitch);
    ASCENDCL_FIELD(rbuvSwapSwitch);
    ASCENDCL_FIELD(axSwapSwitch);
    ASCENDCL_FIELD(singleLineMode);
    ASCENDCL_FIELD(matrixR0C0);
    ASCENDCL_FIELD(matrixR0C1);
    ASCENDCL_FIELD(matrixR0C2);
    ASCENDCL_FIELD(matrixR1C0);
    ASCENDCL_FIELD(matrixR1C1);
    ASCENDCL_FIELD(matrixR1C2);
    ASCENDCL_FIELD(matrixR2C0);
    ASCENDCL_FIELD(matrixR2C1);
    ASCENDCL_FIELD(matrixR2C2);
    ASCENDCL_FIELD(outputBias0);
    ASCENDCL_FIELD(outputBias1);
    ASCENDCL_FIELD(outputBias2);
    ASCENDCL_FIELD(inputBias0);
    ASCENDCL_FIELD(inputBias1);
    ASCENDCL_FIELD(inputBias2);
    ASCENDCL_FIELD(meanChn0);
    ASCENDCL_FIELD(meanChn1);
    ASCENDCL_FIELD(meanChn2);
    ASCENDCL_FIELD(meanChn3);
    ASCENDCL_FIELD(minChn0);
    ASCENDCL_FIELD(minChn1);
    ASCENDCL_FIELD(minChn2);
    ASCENDCL_FIELD(minChn3);
    ASCENDCL_FIELD(varReciChn0);
    ASCENDCL_FIELD(varReciChn1);
    ASCENDCL_FIELD(varReciChn2);
    ASCENDCL_FIELD(varReciChn3);
    ASCENDCL_FIELD(srcFormat);
    ASCENDCL_FIELD(srcDatatype);
    ASCENDCL_FIELD(srcDimNum);
    ASCENDCL_FIELD(shapeCount);
    ASCENDCL_FIELD(aippExtend);
#undef ASCENDCL_FIELD
    py::list shapes;
    for (size_t k = 0; k < std::min<size_t>(info->shapeCount, ACL_MAX_SHAPE_COUNT); ++k) {
        const aclAippDims &shape = info->outDims[k];
        py::dict entry;
        entry["srcDims"] = dims_fields(shape.srcDims);
        entry["srcSize"] = shape.srcSize;
        entry["aippOutdims"] = dims_fields(shape.aippOutdims);
        entry["aippOutSize"] = shape.aippOutSize;
        shapes.append(entry);
    }
    fields["outDims"] = shapes;
    return py::make_tuple(fields, code);
}

py::object create_and_get_op_desc(uint32_t device_id, uint32_t stream_id, uint32_t task_id,
                                  size_t op_name_len) {
    aclTensorDesc *inputs = nullptr;
    aclTensorDesc *outputs = nullptr;
    size_t input_count = 0;
    size_t output_count = 0;
    std::vector<char> name(std::min(op_name_len, kMostEntries) + 1);
    aclError code = ACL_ERROR_INVALID_PARAM;
    if (op_name_len <= kMostEntries) {
        code = without_gil([&] {
            return aclmdlCreateAndGetOpDesc(device_id, stream_id, task_id, name.data(), op_name_len,
                                            &inputs, &input_count, &outputs, &output_count);
        });
    }
    return py::make_tuple(text_of(name.data(), name.size()), object_of(inputs), input_count,
                          object_of(outputs), output_count, code);
}

py::object set_config_opt(aclmdlConfigHandle *handle, aclmdlConfigAttr attribute,
                          py::handle &value) {
    const auto set = [&](const void *data, size_t size) {
        return object_of(
            without_gil([&] { return aclmdlSetConfigOpt(handle, attribute, data, size); }));
    };
    switch (attribute) {
        case ACL_MDL_PRIORITY_INT32:
        case ACL_MDL_WITHOUT_GRAPH_INT32: {
            const auto number = integer_of<int32_t>(value, "value");
            return set(&number, sizeof number);
        }
        case ACL_MDL_PATH_PTR:
        case ACL_MDL_WEIGHT_PATH_PTR:
            // The library copies both paths. pyACL takes the weight path as an address only.
            if (!PyIndex_Check(value.ptr())) {
                const std::string text = text_argument(value);
                const char *const pointer = text.c_str();
                return set(&pointer, sizeof pointer);
            }
            [[fallthrough]];
        default: {
            const auto number = integer_of<uint64_t>(value, "value");
            return set(&number, sizeof number);
        }
    }
}

py::object set_exec_config_opt(aclmdlExecConfigHandle *handle, aclmdlExecConfigAttr attribute,
                               py::handle &value) {
    const auto set = [&](const auto &number) {
        return object_of(without_gil(
            [&] { return aclmdlSetExecConfigOpt(handle, attribute, &number, sizeof number); }));
    };
    switch (attribute) {
        case ACL_MDL_STREAM_SYNC_TIMEOUT:
        case ACL_MDL_EVENT_SYNC_TIMEOUT:
            return set(integer_of<int32_t>(value, "value"));
        default:  // addresses and sizes, which pyACL cuts to 32 bits
            return set(integer_of<uint64_t>(value, "value"));
    }
}

}  // namespace ascendcl::flat
