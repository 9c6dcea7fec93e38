// What fork() leaves of the runtime. The threads of a parent are not in its child, and what they
// worked on is in pieces there. So a child of a parent that had anything alive is refused
// everything; the child of one that only asked, or closed all, starts afresh.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ascendcl::host {

// Has forks watched from now on. The first device does it: before it there is nothing to lose.
void watch_forks();

// True in a child of fork() whose parent had something alive, and in that child's children.
bool is_forked_child() noexcept;

// The same, and right also in the child's handlers that come before the runtime's own.
bool is_lost_to_fork() noexcept;

// Throws Failure(107002) in such a child.
void refuse_forked_child();

// A part of the runtime that a fork concerns. Any of the functions may be null.
struct ForkPart {
    bool (*is_alive)() noexcept;    // in the parent: something that the child could not go on with
    void (*let_go)() noexcept;      // in the parent, before a fork with nothing alive: ends threads
    void (*start_over)() noexcept;  // in the child of such a fork
};

// For static objects. Each part is given once.
void add_fork_part(const ForkPart &part) noexcept;

}  // namespace ascendcl::host
