// Dropping the GIL for a call that may block, copy or call back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>
#include <unistd.h>

namespace ascendcl {

// CPython up to 3.13 ends a thread that comes for the GIL of a finalizing interpreter by unwinding
// it, also in the middle of Python code. Frames of C++ hold Python objects, which nobody may touch
// any more: such a thread stays here until the process ends, which is what later versions do.
// So all that may wait for the GIL is done in here, directly: dropping and retaking it (below),
// taking it and running Python code (python_call.h).
template <typename Call>
auto without_unwinding(Call &&call) {
    try {
        return call();
    } catch (...) {  // CPython itself throws nothing
        for (;;) ::pause();
    }
}

class WithoutGil {
   public:
    WithoutGil() : state_(PyEval_SaveThread()) {}
    WithoutGil(const WithoutGil &) = delete;
    WithoutGil &operator=(const WithoutGil &) = delete;
    ~WithoutGil();

   private:
    PyThreadState *state_;
};

// Runs `call` without the GIL and answers what it answers.
template <typename Call>
auto without_gil(Call &&call) {
    const WithoutGil released;
    return call();
}

}  // namespace ascendcl
