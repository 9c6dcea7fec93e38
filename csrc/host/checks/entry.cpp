// The calls in progress on each thread.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/entry.h"

#include "host/checks/call_site.h"
#include "host/checks/flights.h"
#include "host/checks/strict.h"

namespace ascendcl::host::checks {
namespace {

thread_local const Call *innermost = nullptr;

}  // namespace

std::atomic<unsigned> watchers{0};

Call::Call(const Entry &entry, const void *caller) noexcept
    : entry_(entry),
      caller_(caller),
      outer_(innermost),
      site_(is_strict() ? capture_site(entry.name, caller) : nullptr) {
    innermost = this;
    if (is_strict()) note_call(entry.name);
}

Call::~Call() {
    innermost = outer_;
    if (site_ != nullptr) deliver_reports();
}

const Call *Call::current() noexcept { return innermost; }

}  // namespace ascendcl::host::checks
