// The worker finishes frames in the order in which the codec gives them out, and puts their
// callbacks into the inbox of the program's thread.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/frame_channel.h"

#include <chrono>
#include <utility>

#include "host/checks/objects.h"
#include "host/report/report.h"
#include "host/runtime/fork.h"
#include "host/runtime/stream_table.h"
#include "host/runtime/wait.h"

namespace ascendcl::host::dvpp {
namespace {

// Frames that wait for the worker: a program that sends faster than that is held up.
constexpr size_t kMostQueued = 64;
// How often is looked whether somebody comes for the callbacks, and how long nobody may come.
constexpr int32_t kLookMs = 100;
constexpr std::chrono::seconds kPatience{10};

std::shared_ptr<Stream> internal_stream() {
    auto stream = create_stream(0, 0);
    checks::lent(checks::ObjectKind::kStream, stream->handle());
    return stream;
}

}  // namespace

struct FrameChannel::Answer {
    std::unique_ptr<Frame> frame;
    aclError code;
    std::string why;
};

FrameChannel::FrameChannel(uint64_t thread) : stream_(internal_stream()) {
    try {
        thread_ = std::make_unique<ReportThread>(thread, device());
    } catch (...) {
        unregister_stream(stream_->handle());
        stream_->retire(false);
        throw;
    }
}

// `over` learns whether the work has begun: an abort, or the end of the context, drops it.
void FrameChannel::submit(std::function<void()> work, std::function<void(bool ran)> over) {
    const auto ran = std::make_shared<bool>(false);
    Task task;
    task.run = [self = shared_from_this(), ran, work = std::move(work)] {
        *ran = true;
        work();
        return ACL_SUCCESS;
    };
    task.over = [self = shared_from_this(), ran, over = std::move(over)] { over(*ran); };
    const aclError code = stream_->submit(std::move(task));
    if (code == ACL_SUCCESS) return;
    throw Failure{code, "the channel's context was destroyed or reset"};
}

void FrameChannel::send(std::unique_ptr<Frame> frame, std::function<void(uint64_t tag)> work) {
    uint64_t tag = 0;
    {
        std::unique_lock lock(mutex_);
        wait_until(changed_, lock, std::nullopt, [this] { return queued_ < kMostQueued; });
        tag = ++last_tag_;
        frames_.emplace(tag, std::move(frame));
        ++queued_;
        ++open_;
    }
    const auto begin = [this, tag, work = std::move(work)] {
        try {
            work(tag);
        } catch (const Failure &failure) {
            finish(tag, failure.code, failure.message);
        } catch (const std::exception &error) {
            finish(tag, ACL_ERROR_INTERNAL_ERROR, error.what());
        }
    };
    try {
        submit(begin, [this, tag](bool ran) {
            {
                const std::lock_guard lock(mutex_);
                --queued_;
            }
            changed_.notify_all();
            if (!ran) finish(tag, ACL_ERROR_RT_STREAM_ABORT, "the frame was dropped by an abort");
        });
    } catch (...) {  // it was not sent
        const std::lock_guard lock(mutex_);
        frames_.erase(tag);
        --queued_;
        --open_;
        throw;
    }
}

Frame *FrameChannel::find(uint64_t tag) {
    const std::lock_guard lock(mutex_);
    const auto found = frames_.find(tag);
    return found == frames_.end() ? nullptr : found->second.get();
}

void FrameChannel::finish(uint64_t tag, aclError code, std::string why) {
    const auto answer = std::make_shared<Answer>();
    const std::lock_guard lock(mutex_);
    const auto found = frames_.find(tag);
    if (found == frames_.end()) return;
    *answer = {std::move(found->second), code, std::move(why)};
    frames_.erase(found);
    // Within the lock: the order of the answers is that of the callbacks.
    if (thread_ != nullptr) {
        thread_->put([self = shared_from_this(), answer] { self->call_back(*answer); });
    }
}

void FrameChannel::finish_all(uint64_t last_tag, aclError code, const std::string &why) {
    for (;;) {
        uint64_t tag = 0;
        {
            const std::lock_guard lock(mutex_);
            if (frames_.empty() || frames_.begin()->first > last_tag) return;
            tag = frames_.begin()->first;
        }
        finish(tag, code, why);
    }
}

void FrameChannel::call_back(Answer &answer) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (dropped_) return;
    }
    // On the thread that is told, so that it can ask for the words.
    if (answer.code != ACL_SUCCESS) {
        fail(answer.code, "a frame of the channel failed: %s", answer.why.c_str());
    }
    answer.frame->call_back(answer.code);
    answer.frame.reset();
    {
        const std::lock_guard lock(mutex_);
        if (!dropped_) --open_;
    }
    changed_.notify_all();
}

void FrameChannel::flush() {
    refuse_forked_child();
    // Others are sent once these have their callbacks, which is before the worker is back.
    uint64_t last_tag = 0;
    {
        const std::lock_guard lock(mutex_);
        last_tag = last_tag_;
        if (open_ != 0 && thread_->is_this_thread()) {
            throw Failure{ACL_ERROR_RT_THREAD_SUBSCRIBE,
                          "this would wait for callbacks that only this thread runs, in "
                          "aclrtProcessReport: call it on another thread"};
        }
    }
    const auto drain = [this, last_tag] {
        std::string why = "the codec has made nothing of it";
        try {
            finish_codec();
        } catch (const Failure &failure) {
            why = failure.message;
        } catch (const std::exception &error) {
            why = error.what();
        }
        finish_all(last_tag, ACL_ERROR_FAILURE, why);
    };
    const auto lose = [this, last_tag](bool ran) {
        if (!ran)
            finish_all(last_tag, ACL_ERROR_RT_STREAM_ABORT, "the channel's context has ended");
    };
    try {
        submit(drain, lose);
    } catch (const Failure &) {
        lose(false);  // its context is gone, and its worker with it
    }
    wait_for_callbacks();
}

void FrameChannel::wait_for_callbacks() {
    std::unique_lock lock(mutex_);
    const auto reached = [this] { return open_ == 0; };
    while (!wait_until(changed_, lock, deadline_after(kLookMs), reached)) {
        const Absence absence = thread_->absence();
        if (!absence.has_ended && absence.lasts < kPatience) continue;
        throw Failure{
            ACL_ERROR_RT_REPORT_TIMEOUT,
            std::to_string(open_) + " callbacks did not run: the thread of the channel " +
                (absence.has_ended ? "has ended"
                                   : "has not been in aclrtProcessReport for 10 seconds")};
    }
}

void FrameChannel::drop_callbacks() noexcept {
    std::map<uint64_t, std::unique_ptr<Frame>> left;  // outlives the lock
    const std::lock_guard lock(mutex_);
    dropped_ = true;
    left.swap(frames_);
    open_ = 0;
}

void FrameChannel::destroy() {
    Failure failure{ACL_SUCCESS, {}};
    try {
        flush();
    } catch (const Failure &failed) {
        if (failed.code != ACL_ERROR_RT_REPORT_TIMEOUT) throw;
        failure = failed;
    }
    if (unregister_stream(stream_->handle()) != nullptr) stream_->retire(true);
    drop_callbacks();  // now that no worker has any of them
    close_codec();
    std::unique_ptr<ReportThread> thread;
    {
        const std::lock_guard lock(mutex_);
        thread = std::move(thread_);
    }
    if (failure.code != ACL_SUCCESS) throw failure;
}

}  // namespace ascendcl::host::dvpp
