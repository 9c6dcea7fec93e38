// What std::thread does not offer, by pthreads: the mask of signals and the name.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/worker_thread.h"

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace ascendcl::host {

void start_worker(const std::string &name, std::function<void()> body) {
    // The mask is inherited, so it is set around the start: no signal can slip in between.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread thread(std::move(body));
        pthread_setname_np(thread.native_handle(), name.substr(0, 15).c_str());
        thread.detach();
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace ascendcl::host
