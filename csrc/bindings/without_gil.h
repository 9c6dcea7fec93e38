// Dropping the GIL for a call that may block, copy or call back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>
#include <unistd.h>

namespace ascendcl {

class WithoutGil {
   public:
    WithoutGil() : state_(PyEval_SaveThread()) {}
    WithoutGil(const WithoutGil &) = delete;
    WithoutGil &operator=(const WithoutGil &) = delete;
    ~WithoutGil() {
        // CPython up to 3.13 ends a thread that comes for the GIL of a finalizing interpreter by
        // unwinding it. Its frames hold Python objects, which nobody may touch any more: it stays
        // here until the process ends, which is what later versions do.
        try {
            PyEval_RestoreThread(state_);
        } catch (...) {
            for (;;) pause();
        }
    }

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
