// Threads of the runtime: named, deaf to signals (those belong to the application's threads) and
// detached, since they must be able to outlive main() without harm.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace ascendcl::host {

// Throws std::system_error when the system has no thread to give.
void start_worker(const std::string &name, std::function<void()> body);

}  // namespace ascendcl::host
