// The kernel store: records of magic, name length, image length, name, image.
// SPDX-License-Identifier: Apache-2.0
#include "om/kernels.h"

#include <string>

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
    return store;
}

Bytes KernelStore::find(std::string_view name) const noexcept {
    for (const auto &[stored, image] : kernels_) {
        if (stored == name) return image;
    }
    return {};
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
