// Device memory and the leases on it.
// SPDX-License-Identifier: Apache-2.0
#include "core/buffer.h"

#include <dlfcn.h>

#include <atomic>
#include <thread>
#include <utility>

namespace ascendcl::core {

Status Buffer::allocate(ContextHandle context, size_t size, BufferHandle &buffer) noexcept {
    return allocate(std::move(context), size, true, buffer);
}

Status Buffer::allocate_block(ContextHandle context, size_t size, BufferHandle &buffer) noexcept {
    return allocate(std::move(context), size, false, buffer);
}

Status Buffer::allocate(ContextHandle context, size_t size, bool goes_at_exit,
                        BufferHandle &buffer) noexcept {
    const Status status = make_in(*context, [&]() -> Status {
        void *data = nullptr;
        if (aclError code = aclrtMalloc(&data, size, ACL_MEM_MALLOC_HUGE_FIRST);
            code != ACL_SUCCESS) {
            return {code, "aclrtMalloc"};
        }
        return make_owner(
            Kind::kBuffer, "aclrtMalloc", buffer, [data] { aclrtFree(data); }, std::move(context),
            data, size, true, nullptr);
    });
    if (status.ok() && !goes_at_exit) untrack(Kind::kBuffer, buffer.get());
    return status;
}

namespace {

// What the runtime says of an address. Releases differ in what they answer these questions with: a
// failure of one is no answer.
bool may_be_memory(void *data, size_t size) noexcept {
    aclrtPtrAttributes attributes{};
    if (aclrtPointerGetAttributes != nullptr &&
        aclrtPointerGetAttributes(data, &attributes) == ACL_SUCCESS &&
        attributes.location.type == ACL_MEM_LOCATION_TYPE_UNREGISTERED) {
        return false;
    }
    void *base = nullptr;
    size_t available = 0;
    if (aclrtMemGetAddressRange == nullptr ||
        aclrtMemGetAddressRange(data, &base, &available) != ACL_SUCCESS) {
        aclGetRecentErrMsg();  // that nothing is known is no failure: nobody is to read of it
        return true;
    }
    const auto offset = static_cast<size_t>(static_cast<char *>(data) - static_cast<char *>(base));
    return offset <= available && size <= available - offset;
}

}  // namespace

Status Buffer::adopt(ContextHandle context, void *data, size_t size, std::shared_ptr<void> owner,
                     bool is_known, BufferHandle &buffer) noexcept {
    const InFlight flight;
    if (Status status = usable(); !status.ok()) return status;
    if (!is_known) {
        CurrentContext scope(*context);
        if (!scope.status().ok()) return scope.status();
        if (!may_be_memory(data, size)) return {kNoSuchMemory, "DeviceBuffer.from_handle"};
    }
    return make_owner(
        Kind::kBuffer, "DeviceBuffer", buffer, [] {}, std::move(context), data, size, false,
        std::move(owner));
}

Status Buffer::allocate_shareable(ContextHandle context, size_t size,
                                  BufferHandle &buffer) noexcept {
    return make_in(*context, [&]() -> Status {
        SharedMapping mapping;
        const Status status = mapping.allocate(context->device(), size);
        return status.ok() ? own(mapping, std::move(context), size, buffer) : status;
    });
}

Status Buffer::import(ContextHandle context, uint64_t handle, size_t size,
                      BufferHandle &buffer) noexcept {
    return make_in(*context, [&]() -> Status {
        SharedMapping mapping;
        Status status = mapping.import(context->device(), handle, size);
        if (status.ok()) status = own(mapping, std::move(context), size, buffer);
        if (!status.ok()) return status;
        buffer->is_shared_ = true;
        buffer->is_models_ = true;
        return {};
    });
}

Status Buffer::own(SharedMapping mapping, ContextHandle context, size_t size,
                   BufferHandle &buffer) noexcept {
    return make_owner(
        Kind::kBuffer, "DeviceBuffer", buffer, [&mapping] { static_cast<void>(mapping.release()); },
        std::move(context), mapping, size);
}

Status Buffer::close() noexcept {
    if (forked()) return {};
    std::shared_ptr<void> owner;  // goes after the locks: its end may run Python
    // Held over the whole of it, so that no lease begins on memory that is being freed.
    std::unique_lock lease_lock(lease_mutex_, std::defer_lock);
    if (Status status = take_lock(lease_lock); !status.ok()) return status;
    is_closing_ = true;
    const Status status = close_locked();
    if (status.code == kBufferInUse || status.code == kInterrupted || status.code == kUnfinished) {
        is_closing_ = false;
        return status;
    }
    // Who holds memory still that went with its context holds what it is of, too.
    if (leases_ == 0 && exports_ == 0) owner = std::move(owner_);
    return status;
}

Status Buffer::close_locked() noexcept {
    const uint32_t exports = exports_;
    if (in_use() || (exports > 0 && !is_lost() && !exit_deadline()))
        return {kBufferInUse, "DeviceBuffer.close"};
    return close_with([&](void *data) -> Status {
        // Models that went with their context lease it still, and are still to be closed; and what
        // is looked at in place may be read for as long as anybody likes.
        outlived_ = leases_ > 0;
        if (!owned_ || outlived_ || exports > 0) return {};
        return free(data);
    });
}

Status Buffer::free(void *data) noexcept {
    if (!is_shareable()) return {aclrtFree(data), "aclrtFree"};
    SharedMapping mapping = mapping_;
    return mapping.release();
}

Status Buffer::share(uint64_t &handle) noexcept {
    if (Status status = usable(); !status.ok()) return status;
    std::unique_lock lock(lease_mutex_, std::defer_lock);
    if (Status status = take_lock(lock); !status.ok()) return status;
    // Nobody may go on writing to it: neither a bound model, nor who looks at it in place.
    if (leases_ > 0 && role_ != LeaseRole::kWeight) return {kOtherRole, "DeviceBuffer"};
    is_models_ = true;
    Status status = writable_exports_ > 0 ? Status{kOtherRole, "DeviceBuffer"} : Status{};
    if (status.ok() && fingerprint_ != Fingerprint{}) status = claim_for(fingerprint_);
    if (status.ok()) {
        status =
            with_handle([&](void *) { return SharedMapping::share(mapping_.physical, handle); });
    }
    if (!status.ok()) {
        is_models_ = leases_ > 0 || is_shared_;
        return status;
    }
    is_shared_ = true;
    return {};
}

Status Buffer::claim_for(Fingerprint weights) noexcept {
    const uint64_t model = (weights.hash ^ weights.size) | 1;  // 0 is nobody's
    uint64_t winner = 0;
    const Status status = with_handle([&](void *) { return mapping_.claim(model, winner); });
    if (!status.ok()) return status;
    return winner == model ? Status{} : Status{kOtherWeights, "Model"};
}

Status Buffer::lease_count(size_t &count) const noexcept {
    count = 0;
    if (forked()) return {};
    std::unique_lock lock(lease_mutex_, std::defer_lock);
    const Status status = take_lock(lock);
    if (status.ok()) count = leases_ + exports_;
    return status;
}

namespace {

// Whether the program itself runs on the device, where host memory is device memory.
Status runs_on_device(bool &answer) noexcept {
    static std::atomic<bool> known{false};
    static std::atomic<bool> on_device{false};
    if (!known) {
        aclrtRunMode mode = ACL_HOST;
        const aclError code = aclrtGetRunMode(&mode);
        if (code != ACL_SUCCESS) return {code, "aclrtGetRunMode"};
        on_device = mode == ACL_DEVICE;
        known = true;
    }
    answer = on_device;
    return {};
}

// The kind of copy that aclrtMemcpy wants.
Status copy_kind(Direction direction, aclrtMemcpyKind &kind) noexcept {
    bool on_device = false;
    if (Status status = runs_on_device(on_device); !status.ok()) return status;
    kind = on_device                           ? ACL_MEMCPY_DEVICE_TO_DEVICE
           : direction == Direction::kToDevice ? ACL_MEMCPY_HOST_TO_DEVICE
                                               : ACL_MEMCPY_DEVICE_TO_HOST;
    return {};
}

}  // namespace

Status is_host_readable(bool &answer) noexcept {
    using IsHostReadable = int (*)();
    static const auto says =
        reinterpret_cast<IsHostReadable>(dlsym(RTLD_DEFAULT, "ascendclIsHostReadable"));
    if (Status status = usable(); !status.ok()) return status;
    answer = says != nullptr && says() != 0;
    return answer ? Status{} : runs_on_device(answer);
}

Status copy(void *target, size_t target_size, const void *source, size_t size, Direction direction,
            Stream *stream) noexcept {
    aclrtMemcpyKind kind{};
    if (Status status = copy_kind(direction, kind); !status.ok()) return status;
    const auto copy_now = [&] {
        return waited(aclrtMemcpy(target, target_size, source, size, kind), "aclrtMemcpy");
    };
    if (stream == nullptr) return copy_now();
    // Not aclrtMemcpyAsync: the host memory is the caller's, and hardly page-locked.
    return stream->with_handle([&](aclrtStream queue) -> Status {
        const Status status = synchronize_stream(queue, -1);
        return status.ok() ? copy_now() : status;
    });
}

Status Buffer::write(const void *source, size_t size, Stream *stream, size_t offset) noexcept {
    if (Status status = usable(); !status.ok()) return status;
    if (!has(offset, size)) return {kOutOfBounds, "DeviceBuffer.copy_from"};
    if (size == 0) return {};
    std::unique_lock lease_lock(lease_mutex_, std::defer_lock);  // no lease begins meanwhile
    if (Status status = take_lock(lease_lock); !status.ok()) return status;
    if (is_taken()) return {kBufferInUse, "DeviceBuffer.copy_from"};
    return with_handle([&](void *data) -> Status {
        return copy(static_cast<char *>(data) + offset, size_ - offset, source, size,
                    Direction::kToDevice, stream);
    });
}

Status Buffer::read(void *target, size_t size, Stream *stream, size_t offset) noexcept {
    if (!has(offset, size)) return {kOutOfBounds, "DeviceBuffer.copy_to"};
    if (size == 0) return {};
    return with_handle([&](void *data) -> Status {
        return copy(target, size, static_cast<char *>(data) + offset, size, Direction::kToHost,
                    stream);
    });
}

Status Buffer::fill(int32_t value) noexcept {
    if (Status status = usable(); !status.ok()) return status;
    std::unique_lock lease_lock(lease_mutex_, std::defer_lock);
    if (Status status = take_lock(lease_lock); !status.ok()) return status;
    if (is_taken()) return {kBufferInUse, "DeviceBuffer.fill"};
    return with_handle([&](void *data) -> Status {
        return waited(aclrtMemset(data, size_, value, size_), "aclrtMemset");
    });
}

Status Lease::take(BufferHandle buffer, Role role, Fingerprint fingerprint, Lease &lease) noexcept {
    if (Status status = usable(); !status.ok()) return status;
    {
        std::unique_lock lock(buffer->lease_mutex_, std::defer_lock);
        if (Status status = take_lock(lock); !status.ok()) return status;
        if (Status status = buffer->ask(); !status.ok()) return status;
        if (buffer->is_shared_) {
            if (role != Role::kWeight) return {kOtherRole, "Model"};
            if (Status status = buffer->claim_for(fingerprint); !status.ok()) return status;
        } else if (buffer->leases_ > 0) {
            if (buffer->role_ != role) return {kOtherRole, "Model"};
            if (role == Role::kWeight && buffer->fingerprint_ != fingerprint) {
                return {kOtherWeights, "Model"};
            }
        } else if (role != Role::kData) {
            buffer->is_models_ = true;
            if (buffer->writable_exports_ > 0) {
                buffer->is_models_ = false;
                return {kOtherRole, "Model"};
            }
        }
        ++buffer->leases_;
        buffer->role_ = role;
        if (role == Role::kWeight) buffer->fingerprint_ = fingerprint;
    }
    lease.release();
    lease.buffer_ = std::move(buffer);
    return {};
}

Lease &Lease::operator=(Lease &&other) noexcept {
    if (this != &other) {
        release();
        buffer_ = std::move(other.buffer_);
    }
    return *this;
}

void Lease::release() noexcept {
    BufferHandle buffer = std::move(buffer_);
    buffer_.reset();
    if (!buffer || forked()) return;
    std::shared_ptr<void> owner;  // goes after the lock: its end may run Python
    std::lock_guard lock(buffer->lease_mutex_);
    if (--buffer->leases_ > 0) return;
    buffer->is_models_ = buffer->is_shared_;
    if (!std::exchange(buffer->outlived_, false)) return;
    // Its device was reset, after which this may well fail.
    if (buffer->owned_ && !buffer->free(buffer->handle()).ok()) aclGetRecentErrMsg();
    if (buffer->exports_ == 0) owner = std::move(buffer->owner_);
}

Status Export::take(BufferHandle buffer, bool writes, Export &taken) noexcept {
    if (Status status = usable(); !status.ok()) return status;
    for (;;) {
        ++buffer->exports_;
        if (writes) ++buffer->writable_exports_;
        taken.buffer_ = buffer;
        taken.writes_ = writes;
        const bool gives_way = buffer->is_closing_ || (writes && buffer->is_models_);
        // Nobody closes it now.
        if (!gives_way) return buffer->ask_held();
        taken.release();
        if (!buffer->is_open()) return {kClosed, "DeviceArray"};
        if (writes && buffer->is_models_) return {kOtherRole, "DeviceArray"};
        std::this_thread::yield();  // a close that will not be, or one that is being done
    }
}

void Export::release() noexcept {
    const BufferHandle buffer = std::move(buffer_);
    buffer_.reset();
    if (!buffer || forked()) return;
    if (writes_) --buffer->writable_exports_;
    --buffer->exports_;
}

void Lease::leak() noexcept {
    if (!buffer_ || forked()) return;
    Buffer &buffer = *buffer_;
    untrack(Resource::Kind::kBuffer, &buffer);
    std::lock_guard lock(buffer.lease_mutex_);
    buffer.immortal_ = std::move(buffer_);
}

Status Lease::take_turn(Turn::Lock &lock, Deadline deadline) const noexcept {
    return buffer_ ? buffer_->turn_.take(lock, deadline) : Status{};
}

}  // namespace ascendcl::core
