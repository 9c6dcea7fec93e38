// Page-locked host memory, from which and to which a device copies quickest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "core/context.h"

namespace ascendcl::core {

// Freed when it goes, whenever that is: at exit the runtime takes what is left.
class PinnedMemory {
   public:
    static Status allocate(ContextHandle context, size_t size,
                           std::unique_ptr<PinnedMemory> &memory) noexcept;

    PinnedMemory(ContextHandle context, void *data) noexcept
        : context_(std::move(context)), data_(data) {}
    PinnedMemory(const PinnedMemory &) = delete;
    PinnedMemory &operator=(const PinnedMemory &) = delete;
    ~PinnedMemory();

    void *data() const noexcept { return data_; }

   private:
    const ContextHandle context_;
    void *const data_;
};

}  // namespace ascendcl::core
