// The kernel store: records of magic, name length, image length, name, image.
// SPDX-License-Identifier: Apache-2.0
#include "om/kernels.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "om/budget.h"

namespace ascendcl::om {

namespace {

constexpr uint32_t kRecordMagic = 0x5D776EFD;
constexpr size_t kRecordHead = 12;

// Calls `visit(name, image)` for every record.
template <typename Visit>
void for_each_record(Bytes partition, Visit visit) {
    while (!partition.empty()) {
        if (!partition.contains(0, kRecordHead)) {
            throw Error(ErrorCode::kBadKernels, "the kernel store ends inside a record");
        }
        if (partition.read<uint32_t>(0) != kRecordMagic) {
            throw Error(ErrorCode::kBadKernels, "a record of the kernel store has no magic number");
        }
        const uint64_t name_size = partition.read<uint32_t>(4);
        const uint64_t image_size = partition.read<uint32_t>(8);
        if (!partition.contains(kRecordHead, name_size + image_size)) {
            throw Error(ErrorCode::kBadKernels, "a kernel runs past the end of the kernel store");
        }
        visit(partition.slice(kRecordHead, name_size).text(),
              partition.slice(kRecordHead + name_size, image_size));
        const uint64_t used = kRecordHead + name_size + image_size;
        partition = partition.slice(used, partition.size - used);
    }
}

}  // namespace

KernelStore KernelStore::parse(Bytes partition) {
    KernelStore store;
    size_t count = 0;
    for_each_record(partition, [&](std::string_view, Bytes) { ++count; });
    Budget budget(partition.size);
    budget.reserve(store.kernels_, count);
    for_each_record(partition, [&](std::string_view name, Bytes image) {
        store.kernels_.emplace_back(name, image);
    });
    budget.reserve(store.by_name_, count);
    for (size_t i = 0; i < count; ++i) store.by_name_.push_back(static_cast<uint32_t>(i));
    const auto &kernels = store.kernels_;
    std::sort(store.by_name_.begin(), store.by_name_.end(), [&](uint32_t a, uint32_t b) {
        return std::tie(kernels[a].first, a) < std::tie(kernels[b].first, b);
    });
    return store;
}

Bytes KernelStore::find(std::string_view name) const noexcept {
    const auto found = std::lower_bound(
        by_name_.begin(), by_name_.end(), name,
        [this](uint32_t index, std::string_view wanted) { return kernels_[index].first < wanted; });
    if (found == by_name_.end() || kernels_[*found].first != name) return {};
    return kernels_[*found].second;
}

Bytes KernelStore::find(const Node &node) const {
    const std::string own = std::string(node.name) + "_kernelname";
    for (const std::string_view attr : {std::string_view("_kernelname"), std::string_view(own),
                                        std::string_view("_tbe_kernel_name")}) {
        if (const auto name = node.attrs.text(attr)) {
            const Bytes image = find(*name);
            if (!image.empty()) return image;
        }
    }
    return find(node.name);
}

}  // namespace ascendcl::om
