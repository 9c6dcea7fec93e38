// The calls in progress on each thread.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/entry.h"

namespace ascendcl::host::checks {
namespace {

thread_local const Call *innermost = nullptr;

}  // namespace

std::atomic<unsigned> watchers{0};

Call::Call(const Entry &entry, const void *caller) noexcept
    : entry_(entry), caller_(caller), outer_(innermost) {
    innermost = this;
}

Call::~Call() { innermost = outer_; }

const Call *Call::current() noexcept { return innermost; }

}  // namespace ascendcl::host::checks
