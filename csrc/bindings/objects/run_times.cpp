// _acl.core.RunTimes and _acl.core.RunHistograms.
// SPDX-License-Identifier: Apache-2.0
#include "core/run_times.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>

#include "bindings/objects/handle_class.h"
#include "bindings/objects/status.h"

namespace py = pybind11;

namespace ascendcl::objects {

using core::RunHistograms;
using core::RunTimes;

namespace {

using Seconds = std::chrono::duration<double>;

// Lives for as long as a thread listens with it.
struct Listener : RunTimes {
    std::shared_ptr<Listener> itself;
};

std::shared_ptr<RunHistograms> histograms(const std::vector<double> &bounds) {
    std::vector<std::chrono::nanoseconds> exact;
    for (const double bound : bounds) {
        exact.push_back(std::chrono::round<std::chrono::nanoseconds>(Seconds(bound)));
    }
    return std::make_shared<RunHistograms>(std::move(exact));
}

// (counts, seconds) of each part.
py::list read(const RunHistograms &histograms) {
    py::list result;
    for (size_t part = 0; part < RunTimes::kParts; ++part) {
        const RunHistograms::Histogram &of = histograms.of(part);
        result.append(py::make_tuple(py::cast(of.counts), Seconds(of.sum).count()));
    }
    return result;
}

}  // namespace

void register_run_times(py::module_ &module) {
    handle_class<Listener>(module, "RunTimes")
        .def_static("create", [] { return std::make_shared<Listener>(); })
        .def("listen",
             [](std::shared_ptr<Listener> times) {
                 if (RunTimes::listener != nullptr || times->itself != nullptr) {
                     throw py::value_error(
                         "RunTimes.listen: there is one on this thread, or this "
                         "one listens on another");
                 }
                 RunTimes::listener = times.get();
                 times->itself = times;
             })
        .def("leave", [](Listener &times) {
            if (RunTimes::listener != &times) return;
            RunTimes::listener = nullptr;
            times.itself.reset();
        });
    handle_class<RunHistograms>(module, "RunHistograms")
        .def_static("create", &histograms, py::arg("bounds"))
        .def(
            "add", [](RunHistograms &histograms, const Listener &times) { histograms.add(times); },
            py::arg("times").none(false))
        .def("read", &read);
}

}  // namespace ascendcl::objects
