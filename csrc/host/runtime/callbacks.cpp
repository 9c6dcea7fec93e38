// One inbox per subscribed thread and one for the runtime's own. A callback put into an inbox by a
// stream is run by the thread whose inbox it is; a blocking one holds its stream up until then.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/callbacks.h"

#include <pthread.h>
#include <unistd.h>

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
#include "host/runtime/stream_table.h"
#include "host/runtime/wait.h"
#include "host/runtime/worker_thread.h"

namespace ascendcl::host {
namespace {

enum class Fate { kPending, kRan, kUndelivered };

// A callback on its way.
struct Delivery {
    std::function<void()> run;
    std::weak_ptr<Stream> stream;  // that it holds up, or is one of
    std::atomic<Fate> fate{Fate::kPending};

    void settle(Fate how) {
        fate.store(how, std::memory_order_release);
        if (const auto waiting = stream.lock()) waiting->wake();
    }
};

bool is_thread_of_process(pid_t thread) {
    return ::access(("/proc/self/task/" + std::to_string(thread)).c_str(), F_OK) == 0;
}

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
        const Visit visit(*this);
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
            delivery->run();
            delivery->settle(Fate::kRan);
        }
    }

    // How long its thread has not been in process(), where something waits for it.
    Absence absence() const {
        const std::lock_guard lock(mutex_);
        if (visitors_ != 0 || queue_.empty()) return {};
        return {std::chrono::steady_clock::now() - left_,
                visitor_ != 0 && !is_thread_of_process(visitor_)};
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

    int served = 0;  // streams and others, guarded by Registry::mutex

   private:
    // While its thread is in process(), callbacks included.
    class Visit {
       public:
        explicit Visit(Inbox &inbox) : inbox_(inbox) {
            const std::lock_guard lock(inbox_.mutex_);
            ++inbox_.visitors_;
            inbox_.visitor_ = ::gettid();
        }
        Visit(const Visit &) = delete;
        Visit &operator=(const Visit &) = delete;
        ~Visit() {
            const std::lock_guard lock(inbox_.mutex_);
            --inbox_.visitors_;
            inbox_.left_ = std::chrono::steady_clock::now();
        }

       private:
        Inbox &inbox_;
    };

    const int32_t device_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Delivery>> queue_;
    bool closed_ = false;
    int visitors_ = 0;  // more than one where a callback calls aclrtProcessReport
    pid_t visitor_ = 0;
    std::chrono::steady_clock::time_point left_ = std::chrono::steady_clock::now();
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
        let_go(entry->second.thread);
        return subscriptions.erase(entry);
    }

    // The inbox of a thread, with one more that is served. Throws Failure.
    std::shared_ptr<Inbox> take(uint64_t thread, int32_t device) {
        auto &inbox = inboxes[thread];
        if (inbox == nullptr) {
            if (inboxes.size() > kMaxReportThreads) {
                inboxes.erase(thread);
                throw Failure{ACL_ERROR_RT_INTERNAL_ERROR, "too many threads are subscribed"};
            }
            inbox = std::make_shared<Inbox>(device);
        }
        require(inbox->device() == device, "the thread serves another device",
                ACL_ERROR_RT_THREAD_SUBSCRIBE);
        ++inbox->served;
        return inbox;
    }

    void let_go(uint64_t thread) {
        const auto inbox = inboxes.find(thread);
        if (inbox != inboxes.end() && --inbox->second->served == 0 && thread != kOwnThread) {
            inbox->second->close();
            inboxes.erase(inbox);
        }
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
    delivery->run = [function, user_data] { function(user_data); };
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
    registry().take(thread, stream->owner().device());
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
        if (added) ++own->served;
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

class ReportThread::Place {
   public:
    Place(uint64_t id, int32_t device) : thread(id) {
        const std::lock_guard lock(registry().mutex);
        registry().forget_dead_streams();
        inbox = registry().take(thread, device);
    }
    Place(const Place &) = delete;
    Place &operator=(const Place &) = delete;
    ~Place() {
        const std::lock_guard lock(registry().mutex);
        registry().let_go(thread);
    }

    const uint64_t thread;
    std::shared_ptr<Inbox> inbox;
};

ReportThread::ReportThread(uint64_t thread, int32_t device)
    : place_(std::make_unique<Place>(thread, device)) {}

ReportThread::~ReportThread() = default;

void ReportThread::put(std::function<void()> run) {
    auto delivery = std::make_shared<Delivery>();
    delivery->run = std::move(run);
    place_->inbox->put(std::move(delivery));
}

bool ReportThread::is_this_thread() const noexcept {
    return place_->thread == static_cast<uint64_t>(pthread_self());
}

Absence ReportThread::absence() const { return place_->inbox->absence(); }

}  // namespace ascendcl::host
