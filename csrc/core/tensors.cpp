// Memory of inputs and outputs.
// SPDX-License-Identifier: Apache-2.0
#include "core/tensors.h"

#include "core/buffer.h"

namespace ascendcl::core {
namespace {

// As blocks of aclrtMalloc lie, which ops may read a little beyond.
constexpr size_t kAlignment = 64;
constexpr size_t kBeyond = 32;

size_t spaced(size_t size) noexcept {
    return (size + kBeyond + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

Status Tensors::allocate(const std::vector<TensorInfo> &infos) {
    const Status status = prepare(infos.size());
    return status.ok() ? fit_all(infos) : status;
}

Status Tensors::fit_all(const std::vector<TensorInfo> &infos) noexcept {
    for (size_t i = 0; i < infos.size(); ++i) {
        if (Status status = fit(i, infos[i].size); !status.ok()) return status;
    }
    return {};
}

Status Tensors::prepare(size_t count) {
    places_.assign(count, nullptr);
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
    places_[index] = data;
    return {aclUpdateDataBuffer(data_set_.buffers[index], data, size), "aclUpdateDataBuffer"};
}

size_t Tensors::size_of(const std::vector<TensorInfo> &infos, size_t skipped) noexcept {
    size_t size = 0;
    for (size_t i = 0; i < infos.size(); ++i) size += i == skipped ? 0 : spaced(infos[i].size);
    return size;
}

Status Tensors::lay_out(void *data, const std::vector<TensorInfo> &infos, size_t skipped) noexcept {
    auto *next = static_cast<char *>(data);
    for (size_t i = 0; i < infos.size(); ++i) {
        if (i == skipped) continue;
        if (Status status = point(i, next, infos[i].size); !status.ok()) return status;
        next += spaced(infos[i].size);
    }
    return {};
}

Status Tensors::release() noexcept {
    Status status = data_set_.release();
    for (void *data : memory_) {
        if (data != nullptr) keep_first(status, aclrtFree(data), "aclrtFree");
    }
    places_.clear();
    memory_.clear();
    capacities_.clear();
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
            copy(places_[i], infos[i].size, input.data, input.size, Direction::kToDevice);
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
            copy(outputs[i].data, outputs[i].size, places_[i], outputs[i].size, Direction::kToHost);
        if (!status.ok()) return status;
    }
    return {};
}

}  // namespace ascendcl::core
