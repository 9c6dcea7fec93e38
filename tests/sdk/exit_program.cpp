// How a program ends while its threads load and execute models: `exit_program MODEL ENDING MS`.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "acl/acl.h"

namespace {

const char *path;
std::atomic<int> loaded{0};

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

aclError load(uint32_t &model) { return aclmdlLoadFromFile(path, &model); }

// Each load compiles again, for the model is gone by then.
void load_for_ever() {
    aclrtSetDevice(0);
    for (uint32_t model = 0;;) {
        if (load(model) != ACL_SUCCESS) continue;
        ++loaded;
        aclmdlUnload(model);
    }
}

void add_buffer(aclmdlDataset *data_set, size_t size) {
    void *memory = nullptr;
    aclrtMalloc(&memory, size, ACL_MEM_MALLOC_NORMAL_ONLY);
    aclmdlAddDatasetBuffer(data_set, aclCreateDataBuffer(memory, size));
}

// A static object that waits for its executions when it goes.
struct Pipeline {
    Pipeline() {
        load(model);
        aclrtCreateStream(&stream);
        aclmdlDesc *desc = aclmdlCreateDesc();
        aclmdlGetDesc(desc, model);
        add_buffer(inputs, aclmdlGetInputSizeByIndex(desc, 0));
        add_buffer(outputs, aclmdlGetOutputSizeByIndex(desc, 0));
    }
    ~Pipeline() {
        for (int i = 0; i < 3; ++i) aclmdlExecuteAsync(model, inputs, outputs, stream);
        std::printf("executions: %d\n", aclrtSynchronizeStream(stream));
    }
    uint32_t model = 0;
    aclrtStream stream = nullptr;
    aclmdlDataset *inputs = aclmdlCreateDataset();
    aclmdlDataset *outputs = aclmdlCreateDataset();
};

void load_late() {
    uint32_t model = 0;
    const aclError code = load(model);
    std::printf("load: %d %s\n", code, aclGetRecentErrMsg());
}

}  // namespace

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    path = argv[1];
    const std::string ending = argv[2];
    std::atexit([] { sleep_ms(200); });  // the first is the last: after OpenVINO's destructors
    if (ending == "load in a handler") std::atexit(load_late);
    if (aclInit(nullptr) != ACL_SUCCESS || aclrtSetDevice(0) != ACL_SUCCESS) return 3;
    if (ending == "load in a handler") return 0;
    if (ending == "static pipeline") {
        static Pipeline pipeline;
        return 0;
    }
    std::thread(load_for_ever).detach();
    if (ending == "exit of another thread" || ending == "main thread ends first") {
        std::thread([] {
            while (loaded < 3) sleep_ms(1);
            std::exit(0);
        }).detach();
        if (ending == "main thread ends first") pthread_exit(nullptr);
        for (;;) ::pause();
    }
    sleep_ms(std::atoi(argv[3]));
    if (ending == "exit of a child") {
        const pid_t child = ::fork();
        if (child == 0) std::exit(0);
        int status = 0;
        ::waitpid(child, &status, 0);
        ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 4);
    }
    return 0;
}
