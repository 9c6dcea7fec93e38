// One inbox per subscribed thread and one for the runtime's own. A callback put into an inbox by a
// stream is run by the thread whose inbox it is; a blocking one holds its stream up until then.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/callbacks.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/fork.h"
#include "host/runtime/stream.h"
#include "host/runtime/wait.h"
#include "host/runtime/worker_thread.h"

namespace ascendcl::host {
namespace {

enum class Fate { kPending, kRan, kUndelivered };

// A callback on its way.
struct Delivery {
    aclrtCallback function;
    void *user_data;
    std::weak_ptr<Stream> stream;
    std::atomic<Fate> fate{Fate::kPending};

    void settle(Fate how) {
        fate.store(how, std::memory_order_release);
        if (const auto waiting = stream.lock()) waiting->wake();
    }
};

class Inbox {
   public:
    explicit Inbox(int32_t device) : device_(device) {}

    int32_t device() const noexcept { return device_; }

    // False when nobody will come for it.
    bool put(std::shared_ptr<Delivery> delivery) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return false;
            queue_.push_back(std::move(delivery));
        }
        changed_.notify_all();
        return true;
    }

    // Runs one batch: all that is here. Throws Failure: 507012 when nothing comes, 107012 when the
    // subscription ends meanwhile.
    void process(int32_t timeout_ms) {
        std::deque<std::shared_ptr<Delivery>> batch;
        {
            std::unique_lock lock(mutex_);
            const auto something = [this] { return closed_ || !queue_.empty(); };
            wait_until(changed_, lock, deadline_after(timeout_ms), something);
            require(!closed_, "the thread's last subscription has ended",
                    ACL_ERROR_RT_THREAD_SUBSCRIBE);
            require(!queue_.empty(), "no callback came in time", ACL_ERROR_RT_REPORT_TIMEOUT);
            batch.swap(queue_);
        }
        for (const auto &delivery : batch) {
            delivery->function(delivery->user_data);
            delivery->settle(Fate::kRan);
        }
    }

    // What is still here will not run; its streams go on with an error.
    void close() {
        std::deque<std::shared_ptr<Delivery>> left;
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
            left.swap(queue_);
        }
        changed_.notify_all();
        for (const auto &delivery : left) delivery->settle(Fate::kUndelivered);
    }

    int streams = 0;  // guarded by Registry::mutex

   private:
    const int32_t device_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Delivery>> queue_;
    bool closed_ = false;
};

constexpr uint64_t kOwnThread = 0;  // stands for the runtime's own thread; no pthread has this id

struct Registry {
    std::mutex mutex;
    std::map<uint64_t, std::shared_ptr<Inbox>> inboxes;  // by thread
    struct Subscription {
        uint64_t thread;
        std::weak_ptr<Stream> stream;
    };
    std::map<aclrtStream, Subscription> subscriptions;

    // Streams are destroyed without a word to us, so their subscriptions are dropped here. Handles
    // are never used twice, so a stale one can do no harm until then.
    void forget_dead_streams() {
        for (auto entry = subscriptions.begin(); entry != subscriptions.end();) {
            if (entry->second.stream.expired()) {
                entry = drop(entry);
            } else {
                ++entry;
            }
        }
    }

    std::map<aclrtStream, Subscription>::iterator drop(
        std::map<aclrtStream, Subscription>::iterator entry) {
        const auto inbox = inboxes.find(entry->second.thread);
        if (inbox != inboxes.end() && --inbox->second->streams == 0 &&
            entry->second.thread != kOwnThread) {
            inbox->second->close();
            inboxes.erase(inbox);
        }
        return subscriptions.erase(entry);
    }
};

Registry &registry() {
    static auto &only = *new Registry;  // leaks on purpose: worker threads outlive static objects
    return only;
}

std::shared_ptr<Inbox> inbox_of_stream(aclrtStream handle) {
    const auto found = registry().subscriptions.find(handle);
    return found == registry().subscriptions.end() ? nullptr
                                                   : registry().inboxes.at(found->second.thread);
}

// In a forked child the runtime's own thread is gone; the next host function starts another. What
// that thread waited on is left as it is: it cannot be destroyed.
const ForkPart fork_part{nullptr, nullptr, []() noexcept { registry().inboxes.erase(kOwnThread); }};

constexpr aclError kUndelivered = ACL_ERROR_RT_STREAM_NO_CB_REG;

aclError launch(const std::shared_ptr<Stream> &stream, const std::shared_ptr<Inbox> &inbox,
                aclrtCallback function, void *user_data, bool blocks) {
    auto delivery = std::make_shared<Delivery>();
    delivery->function = function;
    delivery->user_data = user_data;
    delivery->stream = stream;
    Task task;
    if (blocks) {
        task.gate = "callback";
        // Asked for the first time when it is the callback's turn: only then it goes out.
        task.ready = [inbox, delivery, sent = false]() mutable {
            if (!sent && !inbox->put(delivery)) delivery->fate.store(Fate::kUndelivered);
            sent = true;
            return delivery->fate.load(std::memory_order_acquire) != Fate::kPending;
        };
        task.run = [delivery]() -> aclError {
            return delivery->fate.load(std::memory_order_acquire) == Fate::kRan ? ACL_SUCCESS
                                                                                : kUndelivered;
        };
    } else {
        task.run = [inbox, delivery]() -> aclError {
            return inbox->put(delivery) ? ACL_SUCCESS : kUndelivered;
        };
    }
    return stream->submit(std::move(task));
}

}  // namespace

void subscribe_report(uint64_t thread, aclrtStream handle) {
    const auto stream = own_stream(handle);
    const std::lock_guard lock(registry().mutex);
    registry().forget_dead_streams();
    require(registry().subscriptions.count(stream->handle()) == 0,
            "the stream is subscribed already", ACL_ERROR_RT_STREAM_SUBSCRIBE);
    auto &inbox = registry().inboxes[thread];
    if (inbox == nullptr) {
        if (registry().inboxes.size() > kMaxReportThreads) {
            registry().inboxes.erase(thread);
            throw Failure{ACL_ERROR_RT_INTERNAL_ERROR, "too many threads are subscribed"};
        }
        inbox = std::make_shared<Inbox>(stream->owner().device());
    }
    require(inbox->device() == stream->owner().device(), "the thread serves another device",
            ACL_ERROR_RT_THREAD_SUBSCRIBE);
    ++inbox->streams;
    registry().subscriptions.emplace(stream->handle(), Registry::Subscription{thread, stream});
}

void unsubscribe_report(uint64_t thread, aclrtStream handle) {
    const auto stream = own_stream(handle);
    const std::lock_guard lock(registry().mutex);
    const auto found = registry().subscriptions.find(stream->handle());
    require(found != registry().subscriptions.end() && found->second.thread != kOwnThread,
            "the stream is not subscribed", ACL_ERROR_RT_STREAM_SUBSCRIBE);
    require(found->second.thread == thread, "the thread does not serve this stream",
            ACL_ERROR_RT_THREAD_SUBSCRIBE);
    registry().drop(found);
}

aclError launch_callback(aclrtCallback function, void *user_data, bool blocks, aclrtStream handle) {
    const auto stream = own_stream(handle);
    std::shared_ptr<Inbox> inbox;
    {
        const std::lock_guard lock(registry().mutex);
        const auto found = registry().subscriptions.find(stream->handle());
        require(found != registry().subscriptions.end() && found->second.thread != kOwnThread,
                "no thread has subscribed to the stream", ACL_ERROR_RT_STREAM_NO_CB_REG);
        inbox = inbox_of_stream(stream->handle());
    }
    return launch(stream, inbox, function, user_data, blocks);
}

aclError launch_host_function(aclrtHostFunc function, void *arguments, aclrtStream handle) {
    const auto stream = own_stream(handle);
    std::shared_ptr<Inbox> inbox;
    {
        const std::lock_guard lock(registry().mutex);
        registry().forget_dead_streams();
        auto &own = registry().inboxes[kOwnThread];
        if (own == nullptr) {
            static const bool told = (add_fork_part(fork_part), true);
            static_cast<void>(told);
            auto served = std::make_shared<Inbox>(-1);
            start_worker("acl-host-func", [served] {
                for (;;) served->process(-1);  // never closed: it lives as long as the process
            }).detach();
            own = std::move(served);
        }
        const auto [found, added] = registry().subscriptions.emplace(
            stream->handle(), Registry::Subscription{kOwnThread, stream});
        require(added || found->second.thread == kOwnThread,
                "a thread has subscribed to the stream's reports", ACL_ERROR_RT_STREAM_SUBSCRIBE);
        if (added) ++own->streams;
        inbox = own;
    }
    return launch(stream, inbox, function, arguments, true);
}

void process_report(int32_t timeout_ms) {
    refuse_forked_child();
    std::shared_ptr<Inbox> inbox;
    {
        const std::lock_guard lock(registry().mutex);
        const auto found = registry().inboxes.find(static_cast<uint64_t>(pthread_self()));
        require(found != registry().inboxes.end(), "this thread is not subscribed to any stream",
                ACL_ERROR_RT_THREAD_SUBSCRIBE);
        inbox = found->second;
    }
    inbox->process(timeout_ms);
}

}  // namespace ascendcl::host
