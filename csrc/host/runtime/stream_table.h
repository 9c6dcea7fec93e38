// All streams of the process: making, finding and destroying them by their handles.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "host/runtime/stream.h"

namespace ascendcl::host {

// A stream made in the current context. Throws Failure: 107002, 207008.
std::shared_ptr<Stream> create_stream(uint32_t priority, uint32_t flags);

// Null when the handle is stale or none.
std::shared_ptr<Stream> find_stream(aclrtStream handle);

// `handle` null means the current context's default stream. Throw Failure: 107002 without a
// context, 107017 for a stale handle; own_stream also 107003 for a stream of another context.
std::shared_ptr<Stream> any_stream(aclrtStream handle);
std::shared_ptr<Stream> own_stream(aclrtStream handle);

// Throws Failure: as own_stream, 100000 for a default stream.
void destroy_stream(aclrtStream handle, bool drain);

// Any live stream for which `wanted` is true, or null; needs no memory.
std::shared_ptr<Stream> find_stream_where(const std::function<bool(const Stream &)> &wanted);

// The live streams for which `wanted` is true.
std::vector<std::shared_ptr<Stream>> streams_where(
    const std::function<bool(const Stream &)> &wanted);

// Gives a new stream its handle; takes a stream's handle away.
aclrtStream register_stream(const std::shared_ptr<Stream> &stream);
std::shared_ptr<Stream> unregister_stream(aclrtStream handle);

// Drops what the device's streams have queued and waits for what they run; 0 ms waits for ever.
// Throws Failure(207020) when that takes longer.
void abort_tasks(const Device &device, std::chrono::milliseconds patience);

}  // namespace ascendcl::host
