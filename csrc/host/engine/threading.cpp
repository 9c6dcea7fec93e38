// Small models are compiled once per execution that runs at the same time, others have streams.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/threading.h"

#include <algorithm>
#include <openvino/op/constant.hpp>
#include <openvino/openvino.hpp>
#include <thread>

#include "host/engine/bodies.h"

namespace ascendcl::host::engine {
namespace {

// Bytes of constants. Of one of several streams OpenVINO's own thread computes: to be handed there
// and back takes 20 to 200 us, which larger models do not feel. Streams share packed weights,
// copies have their own.
constexpr size_t kMostCopied = size_t{4} << 20;

constexpr uint32_t kMostThreads = 1024;

int32_t cores() {
    const auto count = static_cast<int32_t>(std::thread::hardware_concurrency());
    return std::max(1, count);
}

size_t constant_bytes(const ov::Model &model) {
    size_t bytes = 0;
    for (const auto &node : model.get_ordered_ops()) {
        if (const auto *constant = ov::as_type<const ov::op::v0::Constant>(node.get()))
            bytes += constant->get_byte_size();
        for (const auto &body : bodies_of(*node)) bytes += constant_bytes(*body);
    }
    return bytes;
}

}  // namespace

Threading threading_of_one(uint32_t threads) {
    if (threads == 0) return {1, cores(), 1};
    return {1, static_cast<int32_t>(std::min(threads, kMostThreads)), 1};
}

Threading threading_of(const ov::Model &model, uint32_t threads) {
    Threading threading = threading_of_one(threads);
    const int32_t at_once = std::max(1, cores() / threading.threads);
    if (constant_bytes(model) <= kMostCopied) {
        threading.copies = static_cast<size_t>(at_once);
    } else {
        threading.streams = at_once;
        threading.threads *= at_once;
    }
    return threading;
}

ov::AnyMap properties_of(const Threading &threading) {
    ov::AnyMap map = {ov::num_streams(threading.streams),
                      ov::inference_num_threads(threading.threads)};
    // OpenVINO pins the threads of each copy to the same cores, the first ones.
    if (threading.copies > 1) map.insert(ov::hint::enable_cpu_pinning(false));
    return map;
}

}  // namespace ascendcl::host::engine
