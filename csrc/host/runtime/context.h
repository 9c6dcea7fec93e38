// Devices and contexts. The current context is a property of the calling thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "acl/acl.h"

namespace ascendcl::host {

class Stream;

// A context owns its default stream and the streams made in it.
class Context {
   public:
    virtual ~Context() = default;
    virtual int32_t device() const noexcept = 0;
    virtual aclrtContext handle() const noexcept = 0;
    virtual std::shared_ptr<Stream> default_stream() = 0;
};

// A queue of tasks run in order by one worker thread.
class Stream {
   public:
    virtual ~Stream() = default;
    virtual Context *context() const noexcept = 0;
    virtual int32_t id() const noexcept = 0;
    // `task` runs on the stream's worker; a non-zero answer becomes the stream's error, which the
    // next synchronise reports. Never blocks.
    virtual aclError submit(std::function<aclError()> task) = 0;
    // Waits until all submitted so far is done; timeout_ms < 0 waits for ever (507046 on expiry).
    virtual aclError synchronize(int32_t timeout_ms) = 0;
};

// The calling thread's context, or throws Failure(107002).
std::shared_ptr<Context> current_context();

// `handle` null means the current context's default stream. Throws Failure: 107002 without a
// context, 107017 for a stale handle, 107003 for a stream of another context.
std::shared_ptr<Stream> stream_of_current_context(aclrtStream handle);

// True between aclInit and aclFinalize.
bool is_initialized() noexcept;

}  // namespace ascendcl::host
