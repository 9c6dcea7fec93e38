// The file that physical memory is, and how other processes find it. A shareable handle names a
// process, one of its descriptors, and a number drawn at random that the memory must have, so that
// a handle which is none, or no longer, opens nothing. Whoever has imported keeps the memory: its
// owner may end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace ascendcl::host {

struct SharedRecord;  // behind the memory, in the same file

// An open file, closed when it goes.
class Descriptor {
   public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor &operator=(Descriptor &&) = delete;
    ~Descriptor();

    int get() const noexcept { return number_; }  // below 0: none

   private:
    int number_;
};

struct Unmap {
    void operator()(SharedRecord *record) const noexcept;
};
using MappedRecord = std::unique_ptr<SharedRecord, Unmap>;

// An anonymous file of the system, which ends with the last process that has it open or mapped.
class SharedFile {
   public:
    // All throw Failure: 207001 when the system has no more memory, descriptors or addresses;
    // open() 107000 for a handle that names no memory of a process that this one may look at, and
    // import() 107017, too, when its owner does not let this process in.
    static SharedFile make(size_t size);
    static SharedFile open(uint64_t handle);
    static SharedFile import(uint64_t handle);

    int descriptor() const noexcept { return descriptor_.get(); }
    size_t size() const noexcept { return size_; }
    // Lets others in: all processes of this user, or those that allow() names. Throws
    // Failure(207001) where the numbers of process or descriptor are too high for a handle.
    uint64_t exported(bool to_all);
    // Throws Failure(100000) for more processes than there is room for.
    void allow(const int32_t *pids, size_t count);

   private:
    SharedFile(Descriptor descriptor, size_t size, MappedRecord record) noexcept
        : descriptor_(std::move(descriptor)), size_(size), record_(std::move(record)) {}

    Descriptor descriptor_;
    size_t size_;
    MappedRecord record_;
};

}  // namespace ascendcl::host
