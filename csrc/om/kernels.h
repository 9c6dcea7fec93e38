// The TBE kernel store (partition 3) and what a kernel's machine code tells of its convolution.
// Reference: om_format.md 1.3 and 5.3.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "om/bytes.h"
#include "om/graph.h"

namespace ascendcl::om {

class KernelStore {
   public:
    // Throws Error(kBadKernels). An empty partition is an empty store.
    static KernelStore parse(Bytes partition);

    size_t size() const noexcept { return kernels_.size(); }
    // The ELF image stored under `name`, or an empty view.
    Bytes find(std::string_view name) const noexcept;
    // By the node's own attributes, in the order of om_format.md 1.3.
    Bytes find(const Node &node) const;
    const std::vector<std::pair<std::string_view, Bytes>> &all() const noexcept { return kernels_; }

   private:
    std::vector<std::pair<std::string_view, Bytes>> kernels_;
    std::vector<uint32_t> by_name_;  // into kernels_; of equal names in the order of the file
};

// What LOAD3D and FMATRIX immediates say. Absent values were not found in the code. Top and left
// are the convolution's own; right and bottom may be less than it asked for (trimmed to what the
// stride uses), and bottom is absent where the kernel pads "to the end". Tiles may be smaller than
// the input: a pad of 0 is then none of the convolution's, it means that nothing is known.
struct ConvGeometry {
    int64_t stride_h = 1, stride_w = 1;
    int64_t dilation_h = 1, dilation_w = 1;
    std::optional<int64_t> pad_top, pad_bottom, pad_left, pad_right;
    std::optional<int64_t> input_h, input_w;  // FMATRIX H and W, for a plausibility check
};

// The .text section of an ELF64 relocatable, or an empty view when it is not one.
Bytes text_section(Bytes elf) noexcept;

// Decodes the configuration for a kernel window of kh x kw; nullopt when the code holds none, or
// several that contradict each other.
std::optional<ConvGeometry> decode_conv_geometry(Bytes elf, int64_t kh, int64_t kw);

}  // namespace ascendcl::om
