// A count of compilations, and who waits for it to fall to zero.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/compilation.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "host/report/report.h"
#include "host/runtime/fork.h"

namespace ascendcl::host::model {
namespace {

std::atomic<bool> exiting{false};
std::atomic<int> under_way{0};
thread_local int under_way_here = 0;  // a signal handler may call exit() in the midst of one

// For a signal handler that calls exit() on a thread of OpenVINO's, which a compilation waits for.
constexpr std::chrono::minutes kPatience{1};

// Once per process, so it may poll.
void end_compilation() noexcept {
    exiting = true;
    if (is_forked_child()) return;  // the threads that compiled are the parent's
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (under_way > under_way_here && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

// exit() destroys the thread_locals of its thread before it runs any handler: only this comes
// before destructors that a compilation under way has registered. pthread_exit() in main() does
// not.
struct MainThread {
    ~MainThread() { end_compilation(); }
};

__attribute__((constructor)) void watch_main_thread() {
    if (::gettid() != ::getpid()) return;  // another thread loads this library
    thread_local const MainThread watched;
    static_cast<void>(watched);
}

// For an exit() elsewhere: it comes before the destructors of what the first compilation made.
void watch_exit() {
    static const int registered = std::atexit(end_compilation);
    static_cast<void>(registered);  // what it would spare is a crash at exit
}

}  // namespace

Compilation::Compilation() {
    ++under_way_here;
    ++under_way;
    if (!exiting) return;
    --under_way;
    --under_way_here;
    throw Failure{ACL_ERROR_GE_FAILURE, "the process is exiting: nothing is compiled any more"};
}

Compilation::~Compilation() {
    watch_exit();
    --under_way;
    --under_way_here;
}

bool is_compiling() noexcept { return under_way.load() > 0; }

}  // namespace ascendcl::host::model
