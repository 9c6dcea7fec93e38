// Notifies: flags that one stream sets and another waits for and clears.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

#include "host/runtime/stream.h"

namespace ascendcl::host {

class Notify : public std::enable_shared_from_this<Notify> {
   public:
    Notify();
    ~Notify();

    uint32_t id() const noexcept { return id_; }
    aclError record(Stream &stream);
    aclError wait_and_reset(const std::shared_ptr<Stream> &stream,
                            std::chrono::milliseconds patience);
    void clear();

   private:
    void set();
    bool taken(const std::weak_ptr<Stream> &stream);

    const uint32_t id_;
    std::mutex mutex_;
    bool set_ = false;
    WaitList waiting_;
};

// Throw Failure: 107002 without a context, 107017 for a handle that is none.
aclrtNotify create_notify();
std::shared_ptr<Notify> notify_of(aclrtNotify handle);
void destroy_notify(aclrtNotify handle);

}  // namespace ascendcl::host
