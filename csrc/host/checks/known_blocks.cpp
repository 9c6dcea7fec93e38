// The runtime's table, once it has said that it has one.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/known_blocks.h"

#include <atomic>

namespace ascendcl::host::checks {
namespace {

std::atomic<const BlockTable *> blocks{nullptr};

}  // namespace

bool use_block_table(const BlockTable &table) noexcept {
    blocks.store(&table, std::memory_order_release);
    return true;
}

Block block_around(const void *address) noexcept {
    const BlockTable *table = blocks.load(std::memory_order_acquire);
    return table == nullptr ? Block{} : table->around(address);
}

bool is_in_blocks(const void *address, size_t size) noexcept {
    const BlockTable *table = blocks.load(std::memory_order_acquire);
    return table != nullptr && table->has_all(address, size);
}

}  // namespace ascendcl::host::checks
