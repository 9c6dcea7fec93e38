// Threads of the runtime: named and deaf to signals (those belong to the application's threads).
// They must be able to outlive main() without harm: whoever does not join one detaches it, or keeps
// it where no destructor comes at exit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace ascendcl::host {

// Throws std::system_error when the system has no thread to give.
[[nodiscard]] std::thread start_worker(const std::string &name, std::function<void()> body);

}  // namespace ascendcl::host
