// A file that the runtime writes of its own accord, into folders that others may write to as well:
// it is made anew and never through a link, and it is whole after every append, also of the one
// that the disk or a limit has no room for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace ascendcl::host::checks {

class WholeFile {
   public:
    WholeFile() = default;
    WholeFile(const WholeFile &) = delete;
    WholeFile &operator=(const WholeFile &) = delete;
    ~WholeFile() { close(); }

    // Makes the file; 0, or an errno: EEXIST where there is anything of that name, ELOOP if a link.
    int create(const std::string &path) noexcept;
    // Takes over a regular file of this user's that begins with `head` or is empty, for writing it
    // anew: what it holds stays until clear(). 0, or an errno: EEXIST for any other, ENXIO for what
    // is no regular file.
    int reopen(const std::string &path, std::string_view head) noexcept;

    bool is_open() const noexcept { return descriptor_ >= 0; }
    // For locks; -1 while it is not open.
    int descriptor() const noexcept { return descriptor_; }

    // 0, or an errno.
    int clear() noexcept;
    // Puts `text` in the place of the last `tail`, and `tail` behind it: all of it or nothing. 0,
    // or an errno.
    int append(std::string_view text, std::string_view tail = {}) noexcept;

    // Gives up the descriptor, or closes it.
    int release() noexcept;
    void close() noexcept;

   private:
    int write(std::string_view text, off_t offset) const noexcept;

    int descriptor_ = -1;
    off_t end_ = 0;  // of what was appended, without the tail
};

}  // namespace ascendcl::host::checks
