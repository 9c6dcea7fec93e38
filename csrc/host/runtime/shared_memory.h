// The file that physical memory is, and how other processes find it. A shareable handle names a
// process, one of its descriptors, and a number drawn at random that the memory must have, so that
// a handle which is none, or no longer, opens nothing. Whoever has imported keeps the memory: its
// owner may end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace ascendcl::host {

struct SharedRecord;  // behind the memory, in the same file

// An anonymous file of the system, which ends with the last process that has it open or mapped.
class SharedFile {
   public:
    // Both throw Failure: 207001 when the system has no more memory, descriptors or addresses;
    // import() 107000 for a handle that names no memory which this process may have, and 107017
    // when its owner does not let it in.
    static SharedFile make(size_t size);
    static SharedFile import(uint64_t handle);

    SharedFile(SharedFile &&other) noexcept;
    SharedFile &operator=(SharedFile &&) = delete;
    ~SharedFile();

    int descriptor() const noexcept { return descriptor_; }
    size_t size() const noexcept { return size_; }
    // Lets others in: all processes of this user, or those that allow() names later. Throws
    // Failure(207001) where the numbers of process or descriptor are too high for a handle.
    uint64_t exported(bool to_all);

   private:
    SharedFile(int descriptor, size_t size, SharedRecord *record) noexcept
        : descriptor_(descriptor), size_(size), record_(record) {}

    int descriptor_;
    size_t size_;
    SharedRecord *record_;
};

// Lets these processes import what this one has exported; their numbers are kept. Throws Failure:
// 107000 for a handle that is none, 100000 for more processes than there is room for.
void allow_import(uint64_t handle, const int32_t *pids, size_t count);

}  // namespace ascendcl::host
