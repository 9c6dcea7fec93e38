// Checks, and the request that the engine understands.
// SPDX-License-Identifier: Apache-2.0
#include "host/ops/execute.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "host/checks/holds.h"
#include "host/checks/objects.h"
#include "host/checks/ranges.h"
#include "host/model/program_cache.h"
#include "host/ops/attributes.h"
#include "host/report/report.h"
#include "host/runtime/data_set.h"
#include "host/runtime/stream.h"

namespace ascendcl::host::ops {
namespace {

// Those that the engine computes with exactly: its integers have 32 bits, its reals are float.
constexpr aclDataType kDataTypes[] = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16, ACL_INT8,
                                      ACL_UINT8, ACL_INT32,   ACL_BOOL};
constexpr aclFormat kFormats[] = {ACL_FORMAT_ND, ACL_FORMAT_NCHW, ACL_FORMAT_NHWC, ACL_FORMAT_HWCN};

template <typename T, size_t kCount>
bool contains(const T (&list)[kCount], T value) {
    return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

std::string place(const char *side, int index) {
    return std::string(side) + " " + std::to_string(index);
}

void require_format(const aclTensorDesc &desc, const std::string &where) {
    const aclFormat stored =
        desc.storage_format == ACL_FORMAT_UNDEFINED ? desc.format : desc.storage_format;
    if (contains(kFormats, desc.format) && contains(kFormats, stored)) return;
    throw Failure{ACL_ERROR_FORMAT_NOT_MATCH,
                  where + " has format " + std::to_string(stored) +
                      ": single ops take ND, NCHW, NHWC and HWCN on the host runtime"};
}

engine::OpTensor tensor_of(const aclTensorDesc &desc, const std::string &where) {
    engine::OpTensor tensor;
    // The documented form of an optional input that is left out.
    tensor.connected = desc.dtype != ACL_DT_UNDEFINED || desc.format != ACL_FORMAT_UNDEFINED;
    if (!tensor.connected) return tensor;
    require_format(desc, where);
    tensor.dtype = desc.dtype;
    tensor.format = desc.format;
    tensor.dims = desc.dims;
    return tensor;
}

void require_data_type(const engine::OpTensor &tensor, const std::string &where) {
    const auto type = static_cast<aclDataType>(tensor.dtype);
    const bool is_list_of_numbers = type == ACL_INT64 && tensor.value != nullptr;  // axes, sizes
    if (!tensor.connected || contains(kDataTypes, type) || is_list_of_numbers) return;
    throw Failure{ACL_ERROR_UNSUPPORTED_DATA_TYPE,
                  where + " has data type " + std::to_string(type) +
                      ", which single ops do not take on the host runtime"};
}

// The value of an input as far as it is known when the op is compiled.
void add_value(engine::OpTensor &tensor, const aclTensorDesc &desc, const aclDataBuffer *buffer,
               Values values, const std::string &where) {
    const bool wants_buffer =
        desc.placement == ACL_MEMTYPE_HOST ||
        (values == Values::kOfIntegers && (desc.dtype == ACL_INT32 || desc.dtype == ACL_INT64));
    if (desc.const_data != nullptr) {
        tensor.value = desc.const_data;
        tensor.value_size = desc.const_size;
    } else if (wants_buffer && buffer != nullptr) {
        tensor.value = buffer->data;
        tensor.value_size = buffer->size;
    }
    if (tensor.value == nullptr) return;
    const size_t needed = aclGetTensorDescSize(&desc);
    if (tensor.value_size < needed) {
        throw Failure{ACL_ERROR_INVALID_PARAM, where + " needs " + std::to_string(needed) +
                                                   " bytes, its value has " +
                                                   std::to_string(tensor.value_size)};
    }
    tensor.value_size = needed;
    checks::check_range({where, tensor.value, needed});
    checks::deliver_reports();
}

template <typename T>
void require_pointers(const char *side, int count, const T *const *pointers) {
    require(count >= 0, "a number of tensors is negative");
    require(count == 0 || pointers != nullptr, "an array of tensors is null");
    for (int i = 0; i < count; ++i) {
        if (pointers[i] != nullptr) continue;
        throw Failure{ACL_ERROR_INVALID_PARAM, place(side, i) + " is null"};
    }
}

Bindings bindings_of(const char *side, const Buffers &buffers) {
    require_pointers(side, buffers.count, buffers.buffers);
    Bindings bindings;
    for (int i = 0; i < buffers.count; ++i) {
        bindings.push_back({buffers.buffers[i]->data, buffers.buffers[i]->size});
    }
    return bindings;
}

// Strict mode: what an execution needs until it is done.
checks::Token hold(const Bindings &inputs, const Bindings &outputs) {
    if (!checks::is_strict()) return nullptr;
    constexpr auto kRule = checks::Rule::kExecutionMemoryGone;
    std::vector<checks::Use> uses;
    for (size_t i = 0; i < inputs.size(); ++i) {
        const auto &input = inputs[i];
        checks::refuse_stale(input.data);
        checks::check_range({place("input", static_cast<int>(i)), input.data, input.size});
        uses.push_back({input.data, input.size, "the memory of an input", kRule});
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
        const auto &output = outputs[i];
        checks::refuse_stale(output.data);
        checks::check_on_device(
            {place("output", static_cast<int>(i)), output.data, output.size, true});
        checks::check_write(output.data, output.size);
        uses.push_back({output.data, output.size, "the memory of an output", kRule});
    }
    checks::deliver_reports();  // the engine may not survive what they tell of
    return checks::hold("the execution of an operator", "it was submitted", std::move(uses));
}

}  // namespace

std::shared_ptr<CompiledOp> compile(const char *type, Descs inputs, Descs outputs,
                                    const aclopAttr *attributes,
                                    const aclDataBuffer *const *input_buffers, Values values) {
    require(type != nullptr, "opType is null");
    require_pointers("input", inputs.count, inputs.descs);
    require_pointers("output", outputs.count, outputs.descs);
    require(outputs.count > 0, "there is no output");
    engine::OpRequest request;
    request.type = type;
    for (int i = 0; i < inputs.count; ++i) {
        const aclTensorDesc &desc = *inputs.descs[i];
        const std::string where = place("input", i);
        request.inputs.push_back(tensor_of(desc, where));
        const aclDataBuffer *buffer = input_buffers == nullptr ? nullptr : input_buffers[i];
        if (request.inputs.back().connected) {
            add_value(request.inputs.back(), desc, buffer, values, where);
        }
        require_data_type(request.inputs.back(), where);
    }
    for (int i = 0; i < outputs.count; ++i) {
        const std::string where = place("output", i);
        request.outputs.push_back(tensor_of(*outputs.descs[i], where));
        require_data_type(request.outputs.back(), where);
    }
    request.attributes = message_of(attributes);
    request.threads = model::threads_per_execution();
    return compiled_op(request);
}

void submit(std::shared_ptr<CompiledOp> op, Buffers inputs, Buffers outputs, aclrtStream stream) {
    submit(std::move(op), bindings_of("input", inputs), bindings_of("output", outputs), stream);
}

void submit(std::shared_ptr<CompiledOp> op, Bindings inputs, Bindings outputs, aclrtStream stream) {
    op->require_room(inputs, outputs);
    const std::shared_ptr<Stream> queue = own_stream(stream);
    auto held = hold(inputs, outputs);
    const aclError code = queue->submit([held = std::move(held), op = std::move(op),
                                         inputs = std::move(inputs), outputs = std::move(outputs)] {
        op->run(inputs, outputs);
        return ACL_SUCCESS;
    });
    if (code != ACL_SUCCESS) throw Failure{code, "the stream did not take the op"};
}

void complete(const CompiledOp &op, int count, aclTensorDesc *const *outputs) {
    for (int i = 0; i < count; ++i) {
        std::vector<int64_t> &dims = outputs[i]->dims;
        const bool is_open = std::any_of(dims.begin(), dims.end(), [](int64_t d) { return d < 0; });
        if (is_open) dims = op.output_dims()[static_cast<size_t>(i)];
    }
}

void infer_dims(const char *type, Descs inputs, const aclDataBuffer *const *input_buffers,
                int output_count, aclTensorDesc *const *outputs, const aclopAttr *attributes) {
    require_pointers("output", output_count, outputs);
    std::vector<aclTensorDesc> open_descs;
    for (int i = 0; i < output_count; ++i) {
        open_descs.push_back(*outputs[i]);
        open_descs.back().dims = {-2};  // not even the rank is known
    }
    std::vector<const aclTensorDesc *> pointers;
    pointers.reserve(open_descs.size());
    for (const aclTensorDesc &desc : open_descs) pointers.push_back(&desc);
    const auto op = compile(type, inputs, {output_count, pointers.data()}, attributes,
                            input_buffers, Values::kOfIntegers);
    for (int i = 0; i < output_count; ++i) {
        outputs[i]->dims = op->output_dims()[static_cast<size_t>(i)];
    }
}

aclopHandle *make_handle(std::shared_ptr<CompiledOp> op) {
    auto *handle = std::make_unique<aclopHandle>(std::move(op)).release();
    checks::made(checks::ObjectKind::kOpHandle, handle);
    return handle;
}

}  // namespace ascendcl::host::ops
