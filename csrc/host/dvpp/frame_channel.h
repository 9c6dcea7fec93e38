// What channels of VDEC and VENC have in common: a stream whose worker codes frames, and a thread
// of the program's that is told of each of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "acl/acl.h"
#include "host/runtime/callbacks.h"
#include "host/runtime/stream.h"

namespace ascendcl::host::dvpp {

inline constexpr uint32_t kLeastSide = 128;  // pixels of a video
inline constexpr uint32_t kMostSide = 4096;

// A frame from its send to its callback.
class Frame {
   public:
    Frame() = default;
    Frame(const Frame &) = delete;
    Frame &operator=(const Frame &) = delete;
    virtual ~Frame() = default;

    // On the program's thread. `code`: what the program finds in the description.
    virtual void call_back(aclError code) noexcept = 0;
};

// Its settings are copies: descriptions may change after the call. All calls throw Failure.
class FrameChannel : public std::enable_shared_from_this<FrameChannel> {
   public:
    FrameChannel(const FrameChannel &) = delete;
    FrameChannel &operator=(const FrameChannel &) = delete;
    virtual ~FrameChannel() = default;

    int32_t device() const noexcept { return stream_->owner().device(); }

    // Makes the codec give out all that it has, and waits for all callbacks.
    void flush();
    // The same, and ends the channel. The program may end the wait: the channel is as it was then.
    // 507012 where callbacks did not run because nobody came for them: they are dropped, and the
    // channel is gone nevertheless.
    void destroy();

   protected:
    // In the current context.
    explicit FrameChannel(uint64_t thread);

    // Waits while too many frames are queued, then has the stream's worker run `work` with the
    // frame's tag. What that throws is the frame's failure.
    void send(std::unique_ptr<Frame> frame, std::function<void(uint64_t tag)> work);
    // The frame of that tag; null where it has its answer, or never was. On the worker.
    Frame *find(uint64_t tag);
    // The frame gets its callback, behind those before it.
    void finish(uint64_t tag, aclError code, std::string why);
    // On the worker: all that the codec still has.
    virtual void finish_codec() = 0;
    // No work is left: what the codec holds can go.
    virtual void close_codec() noexcept = 0;

   private:
    struct Answer;
    void call_back(Answer &answer) noexcept;
    void finish_all(uint64_t last_tag, aclError code, const std::string &why);
    void submit(std::function<void()> work, std::function<void(bool ran)> over);
    void wait_for_callbacks();
    void drop_callbacks() noexcept;

    const std::shared_ptr<Stream> stream_;
    std::unique_ptr<ReportThread> thread_;  // null once it is destroyed
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<uint64_t, std::unique_ptr<Frame>> frames_;  // without an answer yet, by tag
    uint64_t last_tag_ = 0;
    size_t queued_ = 0;  // frames that the worker has not begun with
    size_t open_ = 0;    // frames whose callback has not returned
    bool dropped_ = false;
};

}  // namespace ascendcl::host::dvpp
