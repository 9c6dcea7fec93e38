// _acl.core.CompletionQueue, and the runs whose futures it completes: submitted with the GIL, done
// without Python, and taken from the queue by the event loop's thread.
// SPDX-License-Identifier: Apache-2.0
#include <mutex>

#include "bindings/objects/handle_class.h"
#include "bindings/objects/run_arguments.h"
#include "bindings/objects/status.h"
#include "bindings/python_call.h"
#include "core/bound_model.h"
#include "core/completion_queue.h"
#include "core/model.h"

namespace py = pybind11;

namespace ascendcl::objects {
namespace {

using core::AsyncRun;
using core::BoundModel;
using core::CompletionQueue;
using core::Model;
using core::RunList;

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

// What a future waits for. Made and destroyed with the GIL.
class FutureRun final : public AsyncRun {
   public:
    FutureRun(py::object owner, std::shared_ptr<CompletionQueue> queue, py::object future,
              py::object result)
        : owner_(std::move(owner)),
          queue_(std::move(queue)),
          future_(std::move(future)),
          result_(std::move(result)) {}

    void complete(std::unique_ptr<AsyncRun> self) noexcept override {
        const auto queue = std::move(queue_);
        if (auto left = queue->push(std::move(self))) orphans().add(std::move(left));
    }

    // In the event loop's thread. A future that is done already was cancelled.
    void resolve() {
        static PyObject *const done = PyUnicode_InternFromString("done");
        static PyObject *const set_result = PyUnicode_InternFromString("set_result");
        if (tell(done, py::object()).is(py::bool_(true))) return;
        if (!status.ok()) return refuse(exception_for(status, {}, message));
        try {
            tell(set_result, results.empty() ? result_ : call(result_, described(results)));
        } catch (py::error_already_set &error) {
            refuse(error.value());
        }
    }

    std::vector<HostMemory> kept;

   private:
    void refuse(const py::object &error) {
        static PyObject *const set_exception = PyUnicode_InternFromString("set_exception");
        tell(set_exception, error);
    }

    py::object tell(PyObject *method, const py::object &argument) {
        PyObject *const answer = without_unwinding([&] {
            return argument ? PyObject_CallMethodOneArg(future_.ptr(), method, argument.ptr())
                            : PyObject_CallMethodNoArgs(future_.ptr(), method);
        });
        if (answer == nullptr) throw py::error_already_set();
        return py::reinterpret_steal<py::object>(answer);
    }

    py::object owner_;  // the model, which stays while it runs
    std::shared_ptr<CompletionQueue> queue_;
    py::object future_;
    py::object result_;  // or, with dynamic shapes, what makes it of (dims, bytes) of each output
};

// The reading end, which closes the queue when it goes, with the GIL.
class QueueReader {
   public:
    QueueReader() {
        call_core([this] { return CompletionQueue::create(queue_); });
    }
    QueueReader(const QueueReader &) = delete;
    QueueReader &operator=(const QueueReader &) = delete;
    ~QueueReader() { queue_->close(); }

    const std::shared_ptr<CompletionQueue> &queue() const noexcept { return queue_; }

    // What a run raises goes to the event loop, after the others have been told.
    void resolve_all() const {
        orphans().take();
        RunList ended = queue_->take();
        while (const auto run = ended.pop()) {
            try {
                static_cast<FutureRun &>(*run).resolve();
            } catch (py::error_already_set &error) {
                write_unraisable(error, "completing a future");
            }
        }
    }

   private:
    std::shared_ptr<CompletionQueue> queue_;
};

std::unique_ptr<FutureRun> make_run(const QueueReader &reader, py::object owner, py::object future,
                                    py::object result, double timeout) {
    auto run = std::make_unique<FutureRun>(std::move(owner), reader.queue(), std::move(future),
                                           std::move(result));
    run->deadline = deadline_in(timeout);
    return run;
}

// The run's number, for withdraw().
template <typename Target>
uint64_t submit(Target &target, std::unique_ptr<FutureRun> run) {
    std::unique_ptr<AsyncRun> submitted = std::move(run);
    uint64_t number = 0;
    call_core([&] { return target.submit(submitted, number); });
    return number;
}

// Lets a run that has not begun fail by its timeout.
template <typename Target>
void expire(Target &target, uint64_t number) {
    without_gil([&] {
        auto run = target.withdraw(number);
        if (run == nullptr) return;
        run->status = {core::kTimedOut, "Model"};
        AsyncRun &expired = *run;
        expired.complete(std::move(run));
    });
}

// `result` is what the future is to hold; with dynamic shapes, what makes it of (dims, bytes) of
// each output.
uint64_t submit_model(Model &model, const QueueReader &reader, py::object owner,
                      const py::list &inputs, const py::list &outputs, size_t gear, double timeout,
                      py::object future, py::object result) {
    auto run = make_run(reader, std::move(owner), std::move(future), std::move(result), timeout);
    keep_arrays(inputs, outputs, run->kept, run->inputs, run->outputs);
    run->gear = gear;
    if (model.is_dynamic()) run->dims = dims_of(inputs);
    return submit(model, std::move(run));
}

// (buffer or None, offset, host array or None, bytes) of each tensor.
std::vector<core::BoundMemory> memory_of(const py::list &parts, HostMemory::Access access,
                                         std::vector<HostMemory> &kept) {
    std::vector<core::BoundMemory> memory;
    for (const py::handle item : parts) {
        const auto part = py::cast<py::tuple>(item);
        core::BoundMemory &bound = memory.emplace_back();
        bound.buffer = py::cast<core::BufferHandle>(part[0]);
        bound.offset = py::cast<size_t>(part[1]);
        bound.size = py::cast<size_t>(part[3]);
        if (bound.buffer == nullptr) {
            const HostMemory &host = kept.emplace_back(part[2], access, "Model.bind: an array");
            bound.host = host.data();
            bound.size = host.size();
        }
    }
    return memory;
}

// The arrays are kept by the Python object.
core::BoundModelHandle bind(const core::ModelHandle &model, const py::list &inputs,
                            const py::list &outputs, size_t gear,
                            const core::BoundModel::State &state) {
    std::vector<HostMemory> kept;
    auto from = memory_of(inputs, HostMemory::Access::kRead, kept);
    auto to = memory_of(outputs, HostMemory::Access::kWrite, kept);
    core::BoundModelHandle bound;
    call_core([&] {
        return BoundModel::bind(model, std::move(from), std::move(to), gear, state, bound);
    });
    return bound;
}

}  // namespace

void register_async_run(py::module_ &module) {
    py::class_<QueueReader>(module, "CompletionQueue", bindings::plain_type())
        .def_static("create", [] { return std::make_unique<QueueReader>(); })
        .def("fileno", [](const QueueReader &reader) { return reader.queue()->descriptor(); })
        .def("wake", [](const QueueReader &reader) { reader.queue()->wake(); })
        .def("resolve_all", &QueueReader::resolve_all);

    module.def("submit", &submit_model, py::arg("model"), py::arg("queue"), py::arg("owner"),
               py::arg("inputs"), py::arg("outputs"), py::arg("gear"), py::arg("timeout"),
               py::arg("future"), py::arg("result"));

    module.def("expire", &expire<Model>, py::arg("model"), py::arg("number"));

    handle_class<BoundModel>(module, "BoundModel")
        .def_static("bind", &bind, py::arg("model").none(false), py::arg("inputs"),
                    py::arg("outputs"), py::arg("gear"), py::arg("state"))
        .def_property_readonly(
            "closed",
            [](const BoundModel &bound) { return without_gil([&] { return !bound.is_open(); }); })
        .def_property_readonly("exchanges", &BoundModel::exchanges)
        .def("close", [](BoundModel &bound) { call_core([&] { return bound.close(); }); })
        .def(
            "run",
            [](BoundModel &bound, double timeout) {
                std::string message;
                call_core([&] { return bound.run(deadline_in(timeout), message); }, {}, message);
            },
            py::arg("timeout") = -1.0)
        .def(
            "submit",
            [](BoundModel &bound, const QueueReader &reader, py::object owner, double timeout,
               py::object future, py::object result) {
                return submit(bound, make_run(reader, std::move(owner), std::move(future),
                                              std::move(result), timeout));
            },
            py::arg("queue"), py::arg("owner"), py::arg("timeout"), py::arg("future"),
            py::arg("result"))
        .def("expire", &expire<BoundModel>, py::arg("number"));
}

}  // namespace ascendcl::objects
