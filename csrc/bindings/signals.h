// Python's signals during waits that hold no GIL: a handler runs, and what it raises, as Ctrl-C's
// KeyboardInterrupt, ends the wait and leaves the call as that call's exception.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace ascendcl {

// Lets core and the runtime ask for signals while they wait.
void serve_signals_in_waits();

namespace signals {
// Set with the exception. A plain look for the exception after each call would cost every call.
inline std::atomic<bool> a_handler_raised{false};
bool take_raised() noexcept;
}  // namespace signals

// Whether a handler has raised in a wait of the call that has just returned to this thread. The
// exception is set then. Needs the GIL.
inline bool raised_in_wait() noexcept {
    return __builtin_expect(signals::a_handler_raised.load(std::memory_order_relaxed), 0) &&
           signals::take_raised();
}

// For where nobody can raise, as in a destructor: what a handler has raised comes up when the main
// thread runs its next bytecode. Needs the GIL.
void raise_soon() noexcept;

}  // namespace ascendcl
