// Memory of inputs and outputs.
// SPDX-License-Identifier: Apache-2.0
#include "core/tensors.h"

#include "core/buffer.h"

namespace ascendcl::core {

Status Tensors::allocate(const std::vector<TensorInfo> &infos) {
    if (Status status = prepare(infos.size()); !status.ok()) return status;
    for (size_t i = 0; i < infos.size(); ++i) {
        if (Status status = fit(i, infos[i].size); !status.ok()) return status;
    }
    return {};
}

namespace {

// What aclrtMalloc aligns to.
constexpr size_t kAlignment = 64;

size_t aligned(size_t size) noexcept {
    const size_t needed = size == 0 ? 1 : size;  // an empty tensor needs an address too
    return (needed + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

size_t Tensors::size_of(const std::vector<TensorInfo> &infos) noexcept {
    size_t size = 0;
    for (const TensorInfo &info : infos) size += aligned(info.size);
    return size;
}

Status Tensors::allocate_in(void *memory, const std::vector<TensorInfo> &infos) {
    if (Status status = prepare(infos.size()); !status.ok()) return status;
    is_lent_ = true;
    auto *next = static_cast<char *>(memory);
    for (size_t i = 0; i < infos.size(); ++i) {
        memory_[i] = next;
        capacities_[i] = infos[i].size;
        if (Status status = point(i, next, infos[i].size); !status.ok()) return status;
        next += aligned(infos[i].size);
    }
    return {};
}

Status Tensors::prepare(size_t count) {
    memory_.assign(count, nullptr);
    capacities_.assign(count, 0);
    return data_set_.create(count);
}

Status Tensors::fit(size_t index, size_t size) noexcept {
    void *&data = memory_[index];
    const size_t needed = size == 0 ? 1 : size;  // an empty tensor needs an address too
    if (capacities_[index] < needed) {
        if (data != nullptr) {
            if (aclError code = aclrtFree(data); code != ACL_SUCCESS) return {code, "aclrtFree"};
        }
        data = nullptr;
        capacities_[index] = 0;
        if (aclError code = aclrtMalloc(&data, needed, ACL_MEM_MALLOC_HUGE_FIRST);
            code != ACL_SUCCESS) {
            return {code, "aclrtMalloc"};
        }
        capacities_[index] = needed;
    }
    return point(index, data, size);
}

Status Tensors::point(size_t index, void *data, size_t size) noexcept {
    return {aclUpdateDataBuffer(data_set_.buffers[index], data, size), "aclUpdateDataBuffer"};
}

Status Tensors::release() noexcept {
    Status status = data_set_.release();
    for (void *data : memory_) {
        if (data != nullptr && !is_lent_) keep_first(status, aclrtFree(data), "aclrtFree");
    }
    memory_.clear();
    capacities_.clear();
    is_lent_ = false;
    return status;
}

Status Tensors::copy_in(const std::vector<HostInput> &inputs, const std::vector<TensorInfo> &infos,
                        size_t skipped) noexcept {
    size_t next = 0;
    for (const HostInput &input : inputs) {
        if (next == skipped) ++next;
        const size_t i = next++;
        if (input.size > infos[i].size) return {kOutOfBounds, "Model"};
        if (input.size == 0) continue;
        const Status status =
            copy(memory_[i], infos[i].size, input.data, input.size, Direction::kToDevice);
        if (!status.ok()) return status;
    }
    return {};
}

Status Tensors::copy_out(const std::vector<HostOutput> &outputs,
                         const std::vector<TensorInfo> &infos) noexcept {
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].size > infos[i].size) return {kOutOfBounds, "Model"};
        if (outputs[i].size == 0) continue;
        const Status status =
            copy(outputs[i].data, outputs[i].size, memory_[i], outputs[i].size, Direction::kToHost);
        if (!status.ok()) return status;
    }
    return {};
}

}  // namespace ascendcl::core
