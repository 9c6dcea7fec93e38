// Device memory that processes share: physical memory, and the addresses that it is mapped at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/status.h"

namespace ascendcl::core {

// Whoever has one releases it, in the context that it was made in.
struct SharedMapping {
    void *address = nullptr;
    aclrtDrvMemHandle physical = nullptr;
    // Behind the memory and as shared as it is: which model's weights are in it, 0 before there are
    // any.
    void *mark = nullptr;

    // ACL_ERROR_API_NOT_SUPPORT from a runtime without one of the functions. Nothing is left behind
    // by a failure.
    Status allocate(int32_t device, size_t size) noexcept;
    // What another process has shared.
    Status import(int32_t device, uint64_t handle, size_t size) noexcept;
    // All of it, also after a failure: the first one is answered.
    Status release() noexcept;

    // Sets the mark to `model` unless there is one, and answers which there is then. Of processes
    // that do so at once one wins; where the host cannot reach the memory, but for a moment.
    Status claim(uint64_t model, uint64_t &winner) const noexcept;
    // A number by which any process of this user can import it.
    static Status share(aclrtDrvMemHandle physical, uint64_t &handle) noexcept;

   private:
    Status map(size_t size) noexcept;
};

}  // namespace ascendcl::core
