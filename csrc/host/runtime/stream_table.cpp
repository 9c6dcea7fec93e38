// One table of handles; a stream leaves it before it is retired.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/stream_table.h"

#include <algorithm>
#include <optional>

#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/handle_table.h"

namespace ascendcl::host {
namespace {

HandleTable<Stream> &stream_table() {
    // Leaks on purpose: worker threads outlive static objects.
    static auto &table = *new HandleTable<Stream>(HandleKind::kStream, LiveKind::kStream);
    return table;
}

}  // namespace

aclrtStream register_stream(const std::shared_ptr<Stream> &stream) {
    stream->set_handle(stream_table().insert(stream));
    return stream->handle();
}

std::shared_ptr<Stream> unregister_stream(aclrtStream handle) {
    return stream_table().remove(handle);
}

std::shared_ptr<Stream> find_stream_where(const std::function<bool(const Stream &)> &wanted) {
    return stream_table().find_if(wanted);
}

std::vector<std::shared_ptr<Stream>> streams_where(
    const std::function<bool(const Stream &)> &wanted) {
    auto streams = stream_table().snapshot();
    streams.erase(std::remove_if(streams.begin(), streams.end(),
                                 [&](const auto &stream) { return !wanted(*stream); }),
                  streams.end());
    return streams;
}

std::shared_ptr<Stream> create_stream(uint32_t priority, uint32_t flags) {
    auto stream = Stream::make(current_context(), std::min(priority, kLeastPriority), flags);
    register_stream(stream);
    if (stream->owner().is_closing()) {  // its context may have missed it when it took its streams
        unregister_stream(stream->handle());
        throw Failure{ACL_ERROR_RT_CONTEXT_NULL, "the context is being destroyed"};
    }
    return stream;
}

std::shared_ptr<Stream> find_stream(aclrtStream handle) { return stream_table().find(handle); }

std::shared_ptr<Stream> any_stream(aclrtStream handle) {
    const auto context = current_context();
    if (handle == nullptr) return context->default_stream();
    auto stream = stream_table().find(handle);
    if (stream == nullptr) {
        throw Failure{ACL_ERROR_RT_INVALID_HANDLE, "the stream was destroyed or never was one"};
    }
    return stream;
}

std::shared_ptr<Stream> own_stream(aclrtStream handle) {
    auto stream = any_stream(handle);
    if (stream->owner().handle() != current_context()->handle()) {
        throw Failure{ACL_ERROR_RT_STREAM_CONTEXT, "the stream belongs to another context"};
    }
    return stream;
}

void destroy_stream(aclrtStream handle, bool drain) {
    const auto stream = own_stream(handle);
    require(!stream->owner().is_default_stream(*stream),
            "a default stream lives and dies with its context");
    // While it still is what it was, for the program may end this wait.
    if (drain) stream->drain();
    // Of two threads that destroy the same stream one is too late.
    if (unregister_stream(handle) == nullptr) {
        throw Failure{ACL_ERROR_RT_INVALID_HANDLE, "the stream was destroyed or never was one"};
    }
    stream->retire(drain);
}

void abort_tasks(const Device &device, std::chrono::milliseconds patience) {
    const auto streams =
        streams_where([&](const Stream &stream) { return &stream.owner().owner() == &device; });
    // All of them first: they may wait for each other's events.
    for (const auto &stream : streams) stream->discard();
    Deadline deadline;
    if (patience.count() != 0) deadline = std::chrono::steady_clock::now() + patience;
    for (const auto &stream : streams) {
        require(stream->settle(deadline), "a task did not end in time", ACL_ERROR_RT_TIMEOUT);
    }
}

}  // namespace ascendcl::host
