// What std::thread does not offer, by pthreads: the mask of signals and the name.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/worker_thread.h"

#include <pthread.h>
#include <signal.h>

#include <array>
#include <thread>
#include <utility>

namespace ascendcl::host {

std::thread start_worker(const std::string &name, std::function<void()> body) {
    // The mask is inherited, so it is set around the start: no signal can slip in between.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread;
    try {
        thread = std::thread(std::move(body));
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    std::array<char, 16> shortened{};  // with its NUL, the most that a thread's name may have
    name.copy(shortened.data(), shortened.size() - 1);
    pthread_setname_np(thread.native_handle(), shortened.data());
    return thread;
}

}  // namespace ascendcl::host
