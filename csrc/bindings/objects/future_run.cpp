// Completing futures, and _acl.core.CompletionQueue.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/objects/future_run.h"

#include <mutex>
#include <optional>
#include <utility>

#include "bindings/plain_type.h"
#include "bindings/python_call.h"

namespace py = pybind11;

namespace ascendcl::objects {

using core::AsyncRun;
using core::RunList;

namespace {

// Runs that have ended when nobody read their queue any more. They hold Python objects, which the
// model's own thread is not to destroy.
class Orphans {
   public:
    void add(std::unique_ptr<AsyncRun> run) noexcept {
        const std::lock_guard lock(mutex_);
        runs_.add(std::move(run));
    }
    RunList take() noexcept {
        const std::lock_guard lock(mutex_);
        return std::move(runs_);
    }

   private:
    std::mutex mutex_;
    RunList runs_;
};

Orphans &orphans() {
    static auto &instance = *new Orphans;
    return instance;
}

// In the main thread, with the GIL. Where too many such calls wait, the next loop's queue does it.
void drop_orphans_soon() noexcept {
    if (!is_python_running()) return;
    Py_AddPendingCall(
        [](void *) {
            orphans().take();
            return 0;
        },
        nullptr);
}

}  // namespace

void FutureRun::complete(std::unique_ptr<AsyncRun> self) noexcept {
    const auto queue = std::move(queue_);
    if (auto left = queue->push(std::move(self))) {
        orphans().add(std::move(left));
        drop_orphans_soon();
    }
}

void FutureRun::resolve() {
    static PyObject *const done = PyUnicode_InternFromString("done");
    static PyObject *const set_result = PyUnicode_InternFromString("set_result");
    if (tell(done, py::object()).is(py::bool_(true))) return;
    if (!status.ok()) return refuse(exception_for(status, {}, message));
    if (!results.empty()) {
        try {
            result_ = call(result_, described(results));
            results.clear();
        } catch (py::error_already_set &error) {
            if (!error.matches(PyExc_Exception)) throw;
            return refuse(error.value());
        }
    }
    tell(set_result, result_);
}

void FutureRun::refuse(const py::object &error) {
    static PyObject *const set_exception = PyUnicode_InternFromString("set_exception");
    tell(set_exception, error);
}

py::object FutureRun::tell(PyObject *method, const py::object &argument) {
    PyObject *const answer = without_unwinding([&] {
        return argument ? PyObject_CallMethodOneArg(future_.ptr(), method, argument.ptr())
                        : PyObject_CallMethodNoArgs(future_.ptr(), method);
    });
    if (answer == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(answer);
}

std::unique_ptr<FutureRun> QueueReader::make_run(py::object owner, py::object future,
                                                 py::object result, double timeout) const {
    auto run =
        std::make_unique<FutureRun>(std::move(owner), queue_, std::move(future), std::move(result));
    run->deadline = deadline_in(timeout);
    return run;
}

void QueueReader::resolve_all() const {
    orphans().take();
    RunList ended = queue_->take();
    std::optional<py::error_already_set> ending;  // Ctrl-C, which is for the event loop to raise
    while (const auto run = ended.pop()) {
        auto &future = static_cast<FutureRun &>(*run);
        for (bool again = true; again;) {
            again = false;
            try {
                future.resolve();
            } catch (py::error_already_set &error) {
                if (error.matches(PyExc_Exception)) {
                    write_unraisable(error, "completing a future");
                } else {
                    again = !ending;  // the future may not know of its result yet
                    ending.emplace(std::move(error));
                }
            }
        }
    }
    if (ending) throw std::move(*ending);
}

void register_completion_queue(py::module_ &module) {
    py::class_<QueueReader>(module, "CompletionQueue", bindings::plain_type())
        .def_static("create", [] { return std::make_unique<QueueReader>(); })
        .def("fileno", [](const QueueReader &reader) { return reader.queue().descriptor(); })
        .def("wake", [](const QueueReader &reader) { reader.queue().wake(); })
        .def("resolve_all", &QueueReader::resolve_all);
}

}  // namespace ascendcl::objects
