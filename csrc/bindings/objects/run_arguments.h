// What a run takes and gives, between Python and core.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <utility>
#include <vector>

#include "bindings/objects/host_memory.h"
#include "core/dynamic_shapes.h"
#include "core/interrupt.h"
#include "core/tensors.h"

namespace ascendcl::objects {

// `kept` keeps the arrays for as long as the run needs them.
inline void keep_arrays(const pybind11::list &inputs, const pybind11::list &outputs,
                        std::vector<HostMemory> &kept, std::vector<core::HostInput> &from,
                        std::vector<core::HostOutput> &to) {
    kept.reserve(inputs.size() + outputs.size());
    from.reserve(inputs.size());
    to.reserve(outputs.size());
    for (const pybind11::handle input : inputs) {
        const HostMemory &memory =
            kept.emplace_back(input, HostMemory::Access::kRead, "Model: an input");
        from.push_back({memory.data(), memory.size()});
    }
    for (const pybind11::handle output : outputs) {
        const HostMemory &memory =
            kept.emplace_back(output, HostMemory::Access::kWrite, "Model: out");
        to.push_back({memory.data(), memory.size()});
    }
}

inline std::vector<core::Dims> dims_of(const pybind11::list &arrays) {
    std::vector<core::Dims> dims;
    for (const pybind11::handle item : arrays) {
        const auto array = pybind11::cast<pybind11::array>(item);
        dims.emplace_back(array.shape(), array.shape() + array.ndim());
    }
    return dims;
}

// An array of bytes that owns its memory.
inline pybind11::array bytes_of(core::HostTensor &&tensor) {
    const pybind11::capsule owner(tensor.data.get(), [](void *data) { core::Free()(data); });
    return pybind11::array(pybind11::dtype::of<uint8_t>(), {tensor.size}, {}, tensor.data.release(),
                           owner);
}

// (dims, bytes) of each.
inline pybind11::list described(std::vector<core::HostTensor> &tensors) {
    pybind11::list result;
    for (core::HostTensor &tensor : tensors) {
        const pybind11::tuple shape(pybind11::cast(tensor.dims));
        result.append(pybind11::make_tuple(shape, bytes_of(std::move(tensor))));
    }
    return result;
}

// `timeout` is in seconds; below 0 there is none.
inline core::Deadline deadline_in(double timeout) {
    using Clock = std::chrono::steady_clock;
    constexpr double kYear = 365.0 * 24 * 3600;
    if (timeout < 0) return {};
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(std::min(timeout, kYear)));
}

}  // namespace ascendcl::objects
