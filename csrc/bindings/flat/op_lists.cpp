// Operators: see op_lists.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/op_lists.h"

#include <string>

namespace ascendcl::flat {

namespace {

// Two lists that C takes with one count.
template <typename A, typename B>
int common_size(const char *first, const std::vector<A> &a, const char *second,
                const std::vector<B> &b) {
    if (a.size() != b.size()) {
        throw py::value_error(std::string("'") + first + "' and '" + second +
                              "' differ in length: " + std::to_string(a.size()) + " and " +
                              std::to_string(b.size()));
    }
    return static_cast<int>(a.size());
}

}  // namespace

py::object op_execute(const char *op_type, Descs &in_desc, Buffers &inputs, Descs &out_desc,
                      Buffers &outputs, const aclopAttr *attr, aclrtStream stream) {
    const int in = common_size("in_desc", in_desc, "inputs", inputs);
    const int out = common_size("out_desc", out_desc, "outputs", outputs);
    return object_of(without_gil([&] {
        return aclopExecute(op_type, in, in_desc.data(), inputs.data(), out, out_desc.data(),
                            outputs.data(), attr, stream);
    }));
}

py::object op_execute_v2(const char *op_type, Descs &in_desc, Buffers &inputs, Descs &out_desc,
                         Buffers &outputs, aclopAttr *attr, aclrtStream stream) {
    const int in = common_size("in_desc", in_desc, "inputs", inputs);
    const int out = common_size("out_desc", out_desc, "outputs", outputs);
    return object_of(without_gil([&] {
        return aclopExecuteV2(op_type, in, in_desc.data(), inputs.data(), out, out_desc.data(),
                              outputs.data(), attr, stream);
    }));
}

py::object op_execute_with_handle(aclopHandle *handle, Buffers &inputs, Buffers &outputs,
                                  aclrtStream stream) {
    return object_of(without_gil([&] {
        return aclopExecWithHandle(handle, static_cast<int>(inputs.size()), inputs.data(),
                                   static_cast<int>(outputs.size()), outputs.data(), stream);
    }));
}

py::object op_create_handle(const char *op_type, Descs &in_desc, Descs &out_desc,
                            const aclopAttr *attr) {
    aclopHandle *handle = nullptr;
    const aclError code = without_gil([&] {
        return aclopCreateHandle(op_type, static_cast<int>(in_desc.size()), in_desc.data(),
                                 static_cast<int>(out_desc.size()), out_desc.data(), attr, &handle);
    });
    return py::make_tuple(object_of(handle), code);
}

py::object op_infer_shape(const char *op_type, Descs &in_desc, Buffers &inputs, int num_outputs,
                          Descs &out_desc, aclopAttr *attr) {
    const int in = common_size("in_desc", in_desc, "inputs", inputs);
    if (num_outputs < 0 || static_cast<size_t>(num_outputs) > out_desc.size()) {
        throw py::value_error("'out_desc' has fewer entries than 'num_outputs' says");
    }
    return object_of(without_gil([&] {
        return aclopInferShape(op_type, in, in_desc.data(), inputs.data(), num_outputs,
                               out_desc.data(), attr);
    }));
}

py::object op_update_params(const char *op_type, Descs &in_desc, Descs &out_desc,
                            const aclopAttr *attr) {
    return object_of(without_gil([&] {
        return aclopUpdateParams(op_type, static_cast<int>(in_desc.size()), in_desc.data(),
                                 static_cast<int>(out_desc.size()), out_desc.data(), attr);
    }));
}

py::object op_create_kernel(const char *op_type, const char *kernel_id, const char *kernel_name,
                            void *bin_ptr, int bin_size, aclopEngineType engine_type,
                            int deallocator_flag) {
    // Nothing says what another flag frees the memory with.
    if (deallocator_flag != 0) {
        throw py::value_error("'deallocator_flag' must be 0: the caller keeps the memory");
    }
    return object_of(without_gil([&] {
        return aclopCreateKernel(op_type, kernel_id, kernel_name, bin_ptr, bin_size, engine_type,
                                 nullptr);
    }));
}

py::object set_attr_list_list_int(aclopAttr *attr, const char *name,
                                  std::vector<std::vector<int64_t>> &values) {
    std::vector<int> sizes;
    std::vector<const int64_t *> rows;
    for (const std::vector<int64_t> &row : values) {
        sizes.push_back(static_cast<int>(row.size()));
        rows.push_back(row.data());
    }
    return object_of(aclopSetAttrListListInt(attr, name, static_cast<int>(rows.size()),
                                             sizes.data(), rows.data()));
}

py::object set_attr_list_data_type(aclopAttr *attr, const char *name,
                                   std::vector<aclDataType> &values) {
    const aclError code =
        aclopSetAttrListDataType(attr, name, static_cast<int>(values.size()), values.data());
    return py::make_tuple(object_of(attr), code);
}

}  // namespace ascendcl::flat
