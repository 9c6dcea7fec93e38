// Device memory that knows who uses it. A model takes a lease on the buffers given to it: a leased
// buffer is neither freed nor written to by the user.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "core/fingerprint.h"
#include "core/group_memory.h"
#include "core/shared_mapping.h"
#include "core/turn.h"

namespace ascendcl::core {

// What a buffer is held as. Models write to the first two, and nobody else does; data is an input
// or output, which its user fills and reads, and may be any number of these at once.
enum class LeaseRole { kNone, kWork, kWeight, kData };

class Buffer;
using BufferHandle = std::shared_ptr<Buffer>;

class Buffer final : public InContext {
   public:
    static Status allocate(ContextHandle context, size_t size, BufferHandle &buffer) noexcept;
    // For memory that others adopt: whoever has it closes it, also at exit, where none of them is
    // left.
    static Status allocate_block(ContextHandle context, size_t size, BufferHandle &buffer) noexcept;
    // Memory of somebody else, who is kept alive by `owner`.
    // Unless `is_known`, kNoSuchMemory where the runtime knows of none at `data`, or of none that
    // long; without a word from the runtime it is believed.
    static Status adopt(ContextHandle context, void *data, size_t size, std::shared_ptr<void> owner,
                        bool is_known, BufferHandle &buffer) noexcept;

    // Memory that other processes can have, too: share() gives a number that import() makes the
    // same memory of, also after this process has ended.
    static Status allocate_shareable(ContextHandle context, size_t size,
                                     BufferHandle &buffer) noexcept;
    static Status import(ContextHandle context, uint64_t handle, size_t size,
                         BufferHandle &buffer) noexcept;

    Buffer(ContextHandle context, SharedMapping mapping, size_t size) noexcept
        : InContext(Kind::kBuffer, std::move(context), mapping.address, "DeviceBuffer"),
          size_(size),
          owned_(true),
          mapping_(mapping) {}
    Buffer(ContextHandle context, void *data, size_t size, bool owned,
           std::shared_ptr<void> owner) noexcept
        : InContext(Kind::kBuffer, std::move(context), data, "DeviceBuffer"),
          size_(size),
          owned_(owned),
          owner_(std::move(owner)) {}
    ~Buffer() override { report(close()); }
    // kBufferInUse while leased by models that are loaded.
    Status close() noexcept override;

    size_t size() const noexcept { return size_; }
    bool is_shareable() const noexcept { return mapping_.physical != nullptr; }
    // From then on the buffer is for the weights of one model for good, those in it or else the
    // first that are loaded by whatever process: nobody knows whether another still runs on them.
    Status share(uint64_t &handle) noexcept;
    Status lease_count(size_t &count) const noexcept;
    // Bytes of device memory that models which lease it as work memory share besides.
    size_t group_size() const noexcept { return group_.size(); }

    // Copies between host memory and the buffer from byte `offset` on. With a stream: after its
    // work. Done when they return. Writing is kBufferInUse while it is a model's.
    Status write(const void *source, size_t size, Stream *stream, size_t offset = 0) noexcept;
    Status read(void *target, size_t size, Stream *stream, size_t offset = 0) noexcept;
    Status fill(int32_t value) noexcept;

   private:
    friend class Lease;
    friend class Export;
    bool has(size_t offset, size_t size) const noexcept {
        return offset <= size_ && size <= size_ - offset;
    }
    // The caller holds lease_mutex_.
    bool in_use() const noexcept { return leases_ > 0 && !is_lost(); }
    // By models that are loaded: it is theirs to write to.
    bool is_taken() const noexcept { return is_models_ && !is_lost(); }
    static Status allocate(ContextHandle context, size_t size, bool goes_at_exit,
                           BufferHandle &buffer) noexcept;
    static Status own(SharedMapping mapping, ContextHandle context, size_t size,
                      BufferHandle &buffer) noexcept;
    Status close_locked() noexcept;
    Status claim_for(Fingerprint weights) noexcept;
    Status free(void *data) noexcept;

    const size_t size_;
    const bool owned_;
    std::shared_ptr<void> owner_;  // until closed, and held by nobody
    const SharedMapping mapping_;  // of shareable memory

    mutable FairSharedMutex lease_mutex_;  // taken before the lock of with_handle
    size_t leases_ = 0;
    bool outlived_ = false;  // closed after its context was lost, and freed with the last lease
    LeaseRole role_ = LeaseRole::kNone;  // while leased
    Fingerprint fingerprint_;            // of the model whose weights these are, or were last
    bool is_shared_ = false;             // with other processes
    Turn turn_;                          // of models that lease it
    GroupMemory group_;                  // of these
    // Exports come and go without the lock. Each side says what it does before it looks at what the
    // other one said, so that of a close, or a model's lease, and an export one at least gives way.
    std::atomic<bool> is_closing_{false};  // or closed
    std::atomic<bool> is_models_{false};   // leased as work memory or weights
    std::atomic<uint32_t> exports_{0};
    std::atomic<uint32_t> writable_exports_{0};
    BufferHandle immortal_;  // itself, once leaked
};

// A hold on a buffer: the buffer lives, stays open and keeps its role until it goes.
class Lease {
   public:
    using Role = LeaseRole;

    // `fingerprint` counts for weights: all who lease them must be the same model.
    static Status take(BufferHandle buffer, Role role, Fingerprint fingerprint,
                       Lease &lease) noexcept;

    Lease() noexcept = default;
    Lease(Lease &&other) noexcept = default;
    Lease &operator=(Lease &&other) noexcept;
    ~Lease() { release(); }
    void release() noexcept;
    // The model would not unload and may still use the memory: it is never freed.
    void leak() noexcept;

    explicit operator bool() const noexcept { return buffer_ != nullptr; }
    void *data() const noexcept { return buffer_ ? buffer_->handle() : nullptr; }
    size_t size() const noexcept { return buffer_ ? buffer_->size() : 0; }
    const BufferHandle &buffer() const noexcept { return buffer_; }

    // Held by a call on this work memory from first copy to last, and by a load. Of a lease on
    // nothing it is always the caller's turn.
    Status take_turn(Turn::Lock &lock, Deadline deadline = {}) const noexcept;
    Turn &turn() const noexcept { return buffer_->turn_; }
    GroupMemory &group() const noexcept { return buffer_->group_; }

   private:
    BufferHandle buffer_;
};

// A hold on a buffer by who looks at its memory in place, for any time and on any thread: a
// memoryview, a tensor of another library. Costs no lock.
class Export {
   public:
    // kOtherRole for one that may write to memory which is a model's.
    static Status take(BufferHandle buffer, bool writes, Export &taken) noexcept;

    Export() noexcept = default;
    Export(Export &&other) noexcept : buffer_(std::move(other.buffer_)), writes_(other.writes_) {}
    Export &operator=(Export &&) = delete;
    ~Export() { release(); }

   private:
    void release() noexcept;

    BufferHandle buffer_;
    bool writes_ = false;
};

// Whether the host may read device memory in place: where the program itself runs on the device,
// and where the runtime says so (ascendclIsHostReadable).
Status is_host_readable(bool &answer) noexcept;

enum class Direction { kToDevice, kToHost };
// Copies between host and device in the current context; with a stream, after its work. Done when
// it returns.
Status copy(void *target, size_t target_size, const void *source, size_t size, Direction direction,
            Stream *stream = nullptr) noexcept;

}  // namespace ascendcl::core
