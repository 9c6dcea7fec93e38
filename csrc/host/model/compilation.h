// Compilation and the end of the process. OpenVINO makes static objects whenever it compiles, and a
// compilation whose static objects are destroyed crashes. So exit() waits for those under way, and
// none begins after that. What has been compiled may be executed to the very end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ascendcl::host::model {

// Stands while something is compiled.
class Compilation {
   public:
    Compilation();  // throws Failure(500002) when the process is exiting
    ~Compilation();
    Compilation(const Compilation &) = delete;
    Compilation &operator=(const Compilation &) = delete;
};

// Whether one stands, on whatever thread.
bool is_compiling() noexcept;

}  // namespace ascendcl::host::model
