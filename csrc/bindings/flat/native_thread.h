// acl.util.start_thread and stop_thread: pthreads that run a Python function.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>

namespace ascendcl::flat {

namespace py = pybind11;

// (thread id, status of pthread_create). The id is the pthread's, which threading.get_ident() gives
// inside it. Unlike pyACL this leaves the handler of SIGINT alone.
py::object start_thread(py::function &fn, py::handle &args_list);

// Joins; the status of pthread_join, ESRCH for a thread that start_thread did not start. Throws
// RuntimeError when the function raised.
py::object stop_thread(uint64_t thread_id);

}  // namespace ascendcl::flat
