// Streams as they are made here: one worker thread each, started with the first task.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "host/runtime/context.h"
#include "host/runtime/stream_settings.h"
#include "host/runtime/wait.h"

namespace ascendcl::host {

struct Device;
class Context;

inline constexpr uint32_t kLeastPriority = 7;  // 0 is the greatest

// What a stream does in its turn. A task with a gate holds the stream up until `ready` is true; it
// is asked again after each Stream::wake().
struct Task {
    std::function<aclError()> run;
    std::function<bool()> ready;
    std::chrono::milliseconds patience{0};  // of the gate; 0 waits for ever, expiry is 107019
    std::function<void()> over;             // called once: the task ran, or was dropped
    bool polled = false;                    // the gate opens without a wake()
    uint32_t thread = 0;                    // who submitted it; submit() fills it in
    // What the gate waits for, in the trace.
    const char *gate = nullptr;
    uint32_t gate_id = 0;
};

// A queue of tasks run in order by one worker thread. Its waits are those of wait.h: the program
// may end them, Failure(kInterrupted), but for that of retire(), which drain() comes before.
class Stream final : public std::enable_shared_from_this<Stream> {
   public:
    // Throws Failure(207008) when the device has no stream left.
    static std::shared_ptr<Stream> make(std::shared_ptr<Context> owner, uint32_t priority,
                                        uint32_t flags);
    ~Stream();

    int32_t id() const noexcept { return id_; }
    // Never blocks. A non-zero answer of the task becomes the stream's error, which the next
    // synchronise reports. 107023 after an abort, 107017 on a destroyed stream.
    aclError submit(Task task);
    aclError submit(std::function<aclError()> task);
    // Waits until all submitted so far is done; timeout_ms < 0 waits for ever (507046 on expiry).
    aclError synchronize(int32_t timeout_ms);
    // Runs `task` in its turn, returns when it has run, and answers what it answered: on the
    // calling thread when the stream is idle.
    aclError run_in_turn(std::function<aclError()> task);

    bool idle() const;
    // Whether synchronize() would wait: idle and aborted streams have nothing to wait for.
    bool has_work() const;
    // Drops what is queued and waits for the task that runs, if any. The stream is of no use after.
    void abort();
    // Drops what is queued; the next synchronise answers 107022 if there was something. The stream
    // stays of use.
    void discard();
    // Waits until what was submitted so far is over; false when the time runs out first.
    bool settle(Deadline deadline);
    // Waits until what was submitted so far is done, and leaves its errors to synchronize().
    void drain();
    // The end: waits for queued tasks if `drain`, drops them if not, and then for the worker to go
    // home: nothing of the stream is left to be released later.
    void retire(bool drain);
    // Asks the gate at the head of the queue once more.
    void wake();

    Context &owner() const noexcept { return *owner_; }
    aclrtStream handle() const noexcept { return handle_.load(std::memory_order_acquire); }
    void set_handle(aclrtStream handle) noexcept {
        handle_.store(handle, std::memory_order_release);
    }
    uint32_t priority() const noexcept { return settings_.priority; }
    uint32_t flags() const noexcept { return flags_; }
    void set_stop_on_failure(bool stop);
    bool stops_on_failure() const;
    StreamSettings &settings() noexcept { return settings_; }

   private:
    Stream(std::shared_ptr<Context> owner, uint32_t priority, uint32_t flags);
    void work();
    aclError wait_at_gate(std::unique_lock<std::mutex> &lock);
    void give_place_back() noexcept;
    aclError perform(std::unique_lock<std::mutex> &lock, Task task, aclError code,
                     std::string &text);
    void report(uint64_t number, uint32_t thread, aclError code) const noexcept;
    bool finished(uint64_t sequence) const { return done_ >= sequence || aborted_; }

    const std::shared_ptr<Context> owner_;
    const int32_t id_;
    const uint32_t flags_;
    StreamSettings settings_;
    std::atomic<aclrtStream> handle_{nullptr};

    mutable std::mutex mutex_;
    std::condition_variable work_;  // for the worker: a task, a wake(), the end
    std::condition_variable done_changed_;
    std::list<Task> queue_;  // made and swapped without memory: an abort must not fail
    uint64_t submitted_ = 0;
    uint64_t done_ = 0;
    aclError error_ = ACL_SUCCESS;  // the first failure since the last synchronise
    std::string error_text_;
    std::thread worker_;        // joined by retire(), without which it keeps the stream alive
    bool busy_ = false;         // a task runs, on the worker or in run_in_turn
    std::thread::id runner_{};  // who runs it
    bool aborted_ = false;
    bool retired_ = false;
    bool stop_on_failure_ = false;
    std::atomic<bool> has_place_{true};  // among the device's streams
};

// Streams that wait for something to happen. Whoever owns it guards it with a lock of its own and
// wakes the streams taken from it after letting go of that lock.
class WaitList {
   public:
    void add(const std::weak_ptr<Stream> &stream);
    std::vector<std::weak_ptr<Stream>> take() { return std::exchange(streams_, {}); }
    static void wake(const std::vector<std::weak_ptr<Stream>> &streams);

   private:
    std::vector<std::weak_ptr<Stream>> streams_;
};

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

// What aclrtGetThreadLastTaskId answers: the number of this thread's last submitted task.
uint32_t last_task_id() noexcept;

}  // namespace ascendcl::host
