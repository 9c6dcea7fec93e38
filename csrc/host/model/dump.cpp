// One flag.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/dump.h"

#include <atomic>

namespace ascendcl::host::model {
namespace {

std::atomic<bool> begun{false};

}  // namespace

bool begin_dump() noexcept { return !begun.exchange(true); }
bool end_dump() noexcept { return begun.exchange(false); }
bool dump_is_begun() noexcept { return begun.load(); }

}  // namespace ascendcl::host::model
