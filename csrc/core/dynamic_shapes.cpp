// Setting and reading the tensor descs of data sets, and releasing what the runtime allocated.
// SPDX-License-Identifier: Apache-2.0
#include "core/dynamic_shapes.h"

#include <algorithm>
#include <utility>

#include "core/buffer.h"

namespace ascendcl::core {
namespace {

struct DestroyTensorDesc {
    void operator()(aclTensorDesc *desc) const noexcept { aclDestroyTensorDesc(desc); }
};

// The shape that the last execution gave an output.
Status read_shape(const aclmdlDataset *outputs, size_t index, Dims &dims) {
    const aclTensorDesc *desc = aclmdlGetDatasetTensorDesc(outputs, index);
    if (desc == nullptr) return {ACL_ERROR_INTERNAL_ERROR, "aclmdlGetDatasetTensorDesc"};
    const size_t count = aclGetTensorDescNumDims(desc);
    if (count > ACL_MAX_DIM_CNT) return {ACL_ERROR_INTERNAL_ERROR, "aclGetTensorDescNumDims"};
    dims.resize(count);
    for (size_t i = 0; i < count; ++i) {
        if (aclError code = aclGetTensorDescDimV2(desc, i, &dims[i]); code != ACL_SUCCESS) {
            return {code, "aclGetTensorDescDimV2"};
        }
    }
    return {};
}

// False where there is no such number of bytes.
bool size_of(const Dims &dims, aclDataType dtype, size_t &size) noexcept {
    size = aclDataTypeSize(dtype);
    return std::all_of(dims.begin(), dims.end(), [&size](int64_t dim) {
        return dim >= 0 && !__builtin_mul_overflow(size, static_cast<size_t>(dim), &size);
    });
}

}  // namespace

bool has_dynamic_shapes(const std::vector<TensorInfo> &inputs,
                        const std::vector<TensorInfo> &outputs) noexcept {
    const auto is_open = [](const TensorInfo &info) {
        return std::any_of(info.dims.begin(), info.dims.end(), [](int64_t dim) { return dim < 0; });
    };
    return std::any_of(inputs.begin(), inputs.end(), is_open) ||
           std::any_of(outputs.begin(), outputs.end(), is_open);
}

Status set_shape(aclmdlDataset *inputs, size_t index, const TensorInfo &info, const Dims &dims) {
    const std::unique_ptr<aclTensorDesc, DestroyTensorDesc> desc(
        aclCreateTensorDesc(info.dtype, static_cast<int>(dims.size()), dims.data(), info.format));
    if (!desc) return {ACL_ERROR_BAD_ALLOC, "aclCreateTensorDesc"};
    return {aclmdlSetDatasetTensorDesc(inputs, desc.get(), index), "aclmdlSetDatasetTensorDesc"};
}

AllocatedOutputs::~AllocatedOutputs() { report_later(release()); }

Status AllocatedOutputs::prepare(size_t count) {
    memory_.assign(count, nullptr);
    return data_set_.create(count);
}

Status AllocatedOutputs::execute(uint32_t model, const aclmdlDataset *inputs) noexcept {
    const aclError code = aclmdlExecute(model, inputs, data_set_.handle);
    // Also of an execution that failed.
    for (size_t i = 0; i < memory_.size(); ++i)
        memory_[i] = aclGetDataBufferAddr(data_set_.buffers[i]);
    return waited(code, "aclmdlExecute");
}

Status AllocatedOutputs::copy_to_host(const std::vector<TensorInfo> &infos,
                                      std::vector<HostTensor> &outputs) const {
    for (size_t i = 0; i < memory_.size(); ++i) {
        HostTensor output;
        if (Status status = read_shape(data_set_.handle, i, output.dims); !status.ok())
            return status;
        if (!size_of(output.dims, infos[i].dtype, output.size) ||
            output.size > aclGetDataBufferSizeV2(data_set_.buffers[i])) {
            return {ACL_ERROR_INTERNAL_ERROR, "aclmdlExecute"};
        }
        if (memory_[i] == nullptr && output.size > 0) {
            return {ACL_ERROR_INTERNAL_ERROR, "aclGetDataBufferAddr"};
        }
        output.data.reset(std::malloc(std::max<size_t>(output.size, 1)));
        if (!output.data) return {ACL_ERROR_BAD_ALLOC, "Model"};
        if (output.size > 0) {
            const Status status =
                copy(output.data.get(), output.size, memory_[i], output.size, Direction::kToHost);
            if (!status.ok()) return status;
        }
        outputs.push_back(std::move(output));
    }
    return {};
}

Status AllocatedOutputs::release() noexcept {
    Status first = data_set_.release();
    for (void *memory : std::exchange(memory_, {})) {
        if (memory != nullptr) keep_first(first, aclrtFree(memory), "aclrtFree");
    }
    return first;
}

}  // namespace ascendcl::core
