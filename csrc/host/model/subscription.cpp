// Writing to a pipe may block or kill the process: each subscription has a lock of its own, so that
// only its own model waits, and SIGPIPE is kept off.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/subscription.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "host/model/op_record.h"
#include "host/model/profiling.h"
#include "host/model/registry.h"
#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

struct Subscription {
    std::mutex mutex;  // held while records are written
    int descriptor = -1;
};

struct Subscriptions {
    std::mutex mutex;
    std::map<uint32_t, std::shared_ptr<Subscription>> of_models;

    std::shared_ptr<Subscription> find(uint32_t model_id) {
        const std::lock_guard lock(mutex);
        const auto found = of_models.find(model_id);
        return found == of_models.end() ? nullptr : found->second;
    }
};

Subscriptions &subscriptions() {
    static auto &only = *new Subscriptions;  // leaks on purpose: worker threads outlive statics
    return only;
}

// A reader that is gone must be an error for us, no end for the process.
class NoPipeSignal {
   public:
    NoPipeSignal() noexcept {
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    NoPipeSignal(const NoPipeSignal &) = delete;
    NoPipeSignal &operator=(const NoPipeSignal &) = delete;
    ~NoPipeSignal() {
        const timespec no_time{};
        if (!was_pending_) sigtimedwait(&pipe_, nullptr, &no_time);
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

   private:
    sigset_t pipe_;
    sigset_t before_;
    bool was_pending_;
};

// 0 or errno.
int write_all(int descriptor, const char *data, size_t size) noexcept {
    const NoPipeSignal guard;
    while (size > 0) {
        const ssize_t written = ::write(descriptor, data, size);
        if (written >= 0) {
            data += written;
            size -= static_cast<size_t>(written);
        } else if (errno == EAGAIN) {
            pollfd room{descriptor, POLLOUT, 0};
            ::poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

}  // namespace

void subscribe(uint32_t model_id, int descriptor) {
    const Lease model = lease_model(model_id);
    require(!is_session_open(), "a profiling session is open (aclprofInit): use one of the two",
            ACL_ERROR_PROF_API_CONFLICT);
    auto subscription = std::make_shared<Subscription>();
    subscription->descriptor = descriptor;
    const std::lock_guard lock(subscriptions().mutex);
    const bool is_new = subscriptions().of_models.emplace(model_id, std::move(subscription)).second;
    require(is_new, "the model has a subscription", ACL_ERROR_PROF_REPEAT_SUBSCRIBE);
    change_observers(1);
}

void unsubscribe(uint32_t model_id) {
    const auto subscription = subscriptions().find(model_id);
    require(subscription != nullptr, "the model has no subscription");
    {
        const std::lock_guard lock(subscriptions().mutex);
        if (subscriptions().of_models.erase(model_id) == 1) change_observers(-1);
    }
    const std::lock_guard lock(subscription->mutex);
    subscription->descriptor = -1;
}

bool has_subscription(uint32_t model_id) noexcept {
    return subscriptions().find(model_id) != nullptr;
}

bool has_any_subscription() noexcept {
    const std::lock_guard lock(subscriptions().mutex);
    return !subscriptions().of_models.empty();
}

void deliver(uint32_t model_id, const std::vector<OpSpan> &ops) noexcept {
    const auto subscription = subscriptions().find(model_id);
    if (subscription == nullptr) return;
    const std::lock_guard lock(subscription->mutex);
    for (const OpSpan &op : ops) {
        if (subscription->descriptor < 0) return;
        const OpRecord record = op_record(model_id, op);
        const int error = write_all(subscription->descriptor,
                                    reinterpret_cast<const char *>(&record), sizeof record);
        if (error == 0) continue;
        std::fprintf(stderr, "ascendcl: the subscription to model %u ends: %s\n", model_id,
                     std::strerror(error));
        subscription->descriptor = -1;
    }
}

}  // namespace ascendcl::host::model
