// Native threads: see native_thread.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/native_thread.h"

#include <pthread.h>

#include <cerrno>
#include <ctime>
#include <memory>
#include <string>
#include <unordered_map>

#include "bindings/flat/function.h"
#include "bindings/python_call.h"

namespace ascendcl::flat {

namespace {

// Shared by the thread and whoever stops it; both touch it with the GIL only.
struct NativeThread {
    py::object fn;
    py::object arguments;
    py::object error;
};
using Threads = std::unordered_map<uint64_t, std::shared_ptr<NativeThread>>;

Threads &threads() {
    // Leaked: threads may outlive the interpreter.
    static auto &all = *new Threads;
    return all;
}

void *run(void *argument) {
    auto *const owner = static_cast<std::shared_ptr<NativeThread> *>(argument);
    call_python("acl.util.start_thread", 0, [owner] {
        const std::unique_ptr<std::shared_ptr<NativeThread>> released(owner);
        NativeThread &thread = **owner;
        try {
            if (thread.arguments.is_none()) {
                call(thread.fn);
            } else {
                call(thread.fn, thread.arguments);
            }
        } catch (const py::error_already_set &error) {
            if (error.matches(PyExc_SystemExit)) return 0;  // as threading's threads
            thread.error = error.value();
            throw;
        }
        return 0;
    });
    return nullptr;
}

// ETIMEDOUT while it runs.
int join_for_a_moment(pthread_t id) {
    constexpr long kMoment = 50'000'000;  // nanoseconds
    constexpr long kSecond = 1'000'000'000;
    timespec until{};
    ::clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += kMoment;
    until.tv_sec += until.tv_nsec / kSecond;
    until.tv_nsec %= kSecond;
    return ::pthread_timedjoin_np(id, nullptr, &until);
}

}  // namespace

py::object start_thread(py::function &fn, py::handle &args_list) {
    const auto thread = std::make_shared<NativeThread>(
        NativeThread{fn, py::reinterpret_borrow<py::object>(args_list), py::object()});
    auto owner = std::make_unique<std::shared_ptr<NativeThread>>(thread);
    pthread_t id{};
    const int status =
        without_gil([&] { return ::pthread_create(&id, nullptr, &run, owner.get()); });
    if (status != 0) return py::make_tuple(0, status);
    [[maybe_unused]] const auto *given_to_the_thread = owner.release();
    threads()[static_cast<uint64_t>(id)] = thread;
    return py::make_tuple(static_cast<uint64_t>(id), status);
}

py::object stop_thread(uint64_t thread_id) {
    const auto found = threads().find(thread_id);
    if (found == threads().end()) return py::int_(ESRCH);
    const auto id = static_cast<pthread_t>(thread_id);
    if (::pthread_equal(id, ::pthread_self())) return py::int_(EDEADLK);
    // Taken out first: of two callers one joins and the other is told ESRCH.
    const std::shared_ptr<NativeThread> thread = std::move(found->second);
    threads().erase(found);
    int status = ETIMEDOUT;
    while ((status = without_gil([id] { return join_for_a_moment(id); })) == ETIMEDOUT) {
        if (without_unwinding([] { return PyErr_CheckSignals(); }) == 0) continue;
        threads().emplace(thread_id, thread);  // not joined yet
        throw py::error_already_set();
    }
    if (status == 0 && thread->error) {
        const auto message = "acl.util.stop_thread: the thread's function raised " +
                             py::cast<std::string>(py::repr(thread->error));
        const py::object raised = py::reinterpret_borrow<py::object>(PyExc_RuntimeError)(message);
        PyException_SetCause(raised.ptr(), thread->error.inc_ref().ptr());
        PyErr_SetObject(PyExc_RuntimeError, raised.ptr());
        throw py::error_already_set();
    }
    return py::int_(status);
}

}  // namespace ascendcl::flat
