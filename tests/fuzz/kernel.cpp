// Fuzz target: the kernel store and what is decoded of machine code. An input is a kernel store, or
// one kernel's ELF image.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "fuzz/memory_bound.h"
#include "host/engine/lower/kernel_immediates.h"
#include "om/error.h"
#include "om/kernels.h"

namespace {

using namespace ascendcl;

void read_kernel(const om::KernelStore &kernels, std::string_view name, om::Bytes image) {
    for (const int64_t window : {1, 2, 3, 5}) om::decode_conv_geometry(image, window, window);
    om::decode_conv_geometry(image, 3, 1);
    om::Node node;
    node.name = name;
    const host::engine::KernelImmediates immediates(kernels, node);
    immediates.contains(0.2f);
    immediates.decimals(1e-3f, 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fuzz::MemoryBound bound(fuzz::MemoryBound::Of::kAllTogether, size);
    const om::Bytes input{data, size};
    for (const int64_t window : {1, 3}) om::decode_conv_geometry(input, window, window);
    try {
        const om::KernelStore kernels = om::KernelStore::parse(input);
        for (const auto &[name, image] : kernels.all()) read_kernel(kernels, name, image);
    } catch (const om::Error &) {
        // The one way out for a damaged store.
    }
    return 0;
}
