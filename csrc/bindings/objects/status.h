// From a core Status to a Python exception: the one place of the object API that raises.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>

#include "bindings/signals.h"
#include "bindings/without_gil.h"
#include "core/process.h"

namespace ascendcl::objects {

// What ascendcl.errors makes of a failure. `path` is the model file that it is about, or empty.
// Needs the GIL, and without a `message` the thread that the failure happened on: the runtime keeps
// them per thread.
pybind11::object exception_for(core::Status status, const std::string &path = {},
                               const std::string &message = {});
// Throws it.
[[noreturn]] void raise(core::Status status, const std::string &path = {},
                        const std::string &message = {});

// Runs `call` without the GIL, warns of what went wrong beside it, and raises unless it is ok, with
// the `message` that the call may have left there.
template <typename Call>
void call_core(Call &&call, const std::string &path = {}, const std::string &message = {}) {
    const core::Status status = without_gil(call);
    core::report({});
    if (raised_in_wait()) throw pybind11::error_already_set();
    if (!status.ok()) raise(status, path, message);
}

// For failures that have no caller: an AclWarning.
void warn(core::Status status) noexcept;

// What ascendcl.errors has under this name. Throws error_already_set before it was imported.
pybind11::object bound_error(const char *name);

// For atexit: releases all that is alive, in order.
void shut_down();

// How ascendcl.errors makes itself known.
void register_errors(pybind11::module_ &module);

// The classes of _acl.core.
void register_context(pybind11::module_ &module);
void register_stream(pybind11::module_ &module);
void register_buffer(pybind11::module_ &module);
void register_run_times(pybind11::module_ &module);
void register_model(pybind11::module_ &module);
void register_bound_model(pybind11::module_ &module);
void register_completion_queue(pybind11::module_ &module);
void register_pinned_memory(pybind11::module_ &module);
void register_array_memory(pybind11::module_ &module);

// Strict mode's switch, and its way to Python's frames and warnings.
void register_strict(pybind11::module_ &module);
void register_assumptions(pybind11::module_ &module);
// Python's codecs, to the runtime.
void register_codecs(pybind11::module_ &module);

}  // namespace ascendcl::objects
