// Every allocation of the host runtime fails: `out_of_memory_program MODEL SCENARIO HOW [N]`.
// SPDX-License-Identifier: Apache-2.0
//
// The program's operator new takes the place of the library's. It counts what is allocated by the
// code of libascendcl.so and its engine. HOW is "once", where one of these allocations fails, or
// "from then on", where all after it fail too until a call has failed. N says which one; without N
// it is each in turn. What must hold: no crash, a code that is not 0 with a message where a call
// failed for it, nothing left allocated, and the same scenario passes afterwards.
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "acl/acl.h"
#include "acl/acl_op_compiler.h"

namespace {

// --- The allocator ---

struct Range {
    uintptr_t begin = 0, end = 0;
    bool has(const void *address) const {
        const auto at = reinterpret_cast<uintptr_t>(address);
        return begin <= at && at < end;
    }
};

struct alignas(std::max_align_t) Header {
    bool is_counted;
};

std::atomic<bool> armed{false};
std::atomic<long> allocations{0};  // since armed
std::atomic<long> chosen{0};       // of them, counted from 1: this one fails
bool is_lasting = false;           // and all after it
std::atomic<long> live{0};         // counted allocations that were not freed
Range runtime, engine, standard_library;

int note_library(dl_phdr_info *info, size_t, void *) {
    const std::string name = info->dlpi_name;
    Range *range = name.find("libascendcl.so") != std::string::npos          ? &runtime
                   : name.find("libascendcl_engine.so") != std::string::npos ? &engine
                   : name.find("libstdc++.so") != std::string::npos          ? &standard_library
                                                                             : nullptr;
    if (range == nullptr) return 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto &segment = info->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
        range->begin = info->dlpi_addr + segment.p_vaddr;
        range->end = range->begin + segment.p_memsz;
    }
    return 0;
}

// Strings are made in libstdc++: then it is its caller that counts.
bool is_of_the_runtime(const void *caller) {
    if (runtime.has(caller) || engine.has(caller)) return true;
    if (!standard_library.has(caller)) return false;
    void *frames[8];
    const int count = backtrace(frames, 8);
    for (int i = 2; i < count; ++i) {
        if (!standard_library.has(frames[i]))
            return runtime.has(frames[i]) || engine.has(frames[i]);
    }
    return false;
}

void *allocate(size_t size, const void *caller) noexcept {
    const bool is_counted = armed && is_of_the_runtime(caller);
    if (is_counted) {
        const long number = ++allocations;
        if (number == chosen || (is_lasting && chosen != 0 && number > chosen)) return nullptr;
    }
    auto *const header = static_cast<Header *>(std::malloc(sizeof(Header) + size));
    if (header == nullptr) return nullptr;
    header->is_counted = is_counted;
    live += is_counted ? 1 : 0;
    return header + 1;
}

void release(void *memory) noexcept {
    if (memory == nullptr) return;
    auto *const header = static_cast<Header *>(memory) - 1;
    live -= header->is_counted ? 1 : 0;
    std::free(header);
}

// --- What the scenarios are made of ---

const char *path;
std::vector<float> outputs;

struct Calls {
    // The first call that failed; nothing is asked of the runtime after it but to release.
    const char *failed = nullptr;
    aclError code = ACL_SUCCESS;
    std::string message;

    template <typename Call>
    bool operator()(const char *name, Call &&call) {
        if (failed != nullptr) return false;
        const aclError answer = call();
        if (answer == ACL_SUCCESS) return true;
        armed = false;
        failed = name;
        code = answer;
        const char *text = aclGetRecentErrMsg();
        message = text == nullptr ? "" : text;
        return false;
    }
};

#define CALL(function, ...) calls(#function, [&] { return function(__VA_ARGS__); })
#define MAKE(variable, function, ...)                           \
    calls(#function, [&] {                                      \
        (variable) = function(__VA_ARGS__);                     \
        return (variable) == nullptr ? ACL_ERROR_BAD_ALLOC : 0; \
    })

// Releases must not fail for want of memory: they are checked with memory at hand and without.
void must(const char *name, aclError code) {
    if (code == ACL_SUCCESS) return;
    std::printf("a release failed: %s answered %d\n", name, code);
    std::exit(1);
}
#define MUST(function, ...) must(#function, function(__VA_ARGS__))

void streams(Calls &calls) {
    aclrtContext context = nullptr;
    aclrtStream stream = nullptr, other = nullptr;
    aclrtEvent event = nullptr;
    void *device = nullptr, *host = nullptr;
    uint32_t word = 0;
    CALL(aclrtCreateContext, &context, 0);
    CALL(aclrtCreateStream, &stream);
    CALL(aclrtCreateStream, &other);
    CALL(aclrtCreateEvent, &event);
    CALL(aclrtMalloc, &device, 4096, ACL_MEM_MALLOC_NORMAL_ONLY);
    CALL(aclrtMallocHost, &host, 4096);
    if (host != nullptr) std::memset(host, 7, 4096);
    CALL(aclrtMemcpyAsync, device, 4096, host, 4096, ACL_MEMCPY_HOST_TO_DEVICE, stream);
    CALL(aclrtStreamWaitEvent, other, event);
    CALL(aclrtMemsetAsync, device, 4096, 9, 4, other);
    CALL(aclrtRecordEvent, event, stream);
    CALL(aclrtSynchronizeStream, other);
    CALL(aclrtSynchronizeDevice);
    CALL(aclrtMemcpy, &word, 4, device, 4, ACL_MEMCPY_DEVICE_TO_HOST);
    if (calls.failed == nullptr) outputs = {static_cast<float>(word)};
    if (other != nullptr) MUST(aclrtDestroyStreamForce, other);  // its event may be unrecorded
    // Whatever it answers: the copy may go on after a call has failed, and memory outlives its use.
    if (stream != nullptr) static_cast<void>(aclrtSynchronizeStream(stream));
    if (event != nullptr) MUST(aclrtDestroyEvent, event);
    if (device != nullptr) MUST(aclrtFree, device);
    if (host != nullptr) MUST(aclrtFreeHost, host);
    if (context != nullptr) MUST(aclrtDestroyContext, context);  // and its stream
    MUST(aclrtSetDevice, 0);
}

// A buffer in a data set, or nothing of it.
void add_buffer(Calls &calls, aclmdlDataset *data_set, size_t size, std::vector<void *> &memory) {
    void *device = nullptr;
    aclDataBuffer *buffer = nullptr;
    if (CALL(aclrtMalloc, &device, size, ACL_MEM_MALLOC_NORMAL_ONLY)) memory.push_back(device);
    CALL(aclrtMemset, device, size, 0, size);
    MAKE(buffer, aclCreateDataBuffer, device, size);
    if (!CALL(aclmdlAddDatasetBuffer, data_set, buffer) && buffer != nullptr) {
        MUST(aclDestroyDataBuffer, buffer);
    }
}

void destroy(aclmdlDataset *data_set) {
    if (data_set == nullptr) return;
    for (size_t i = 0; i < aclmdlGetDatasetNumBuffers(data_set); ++i) {
        MUST(aclDestroyDataBuffer, aclmdlGetDatasetBuffer(data_set, i));
    }
    MUST(aclmdlDestroyDataset, data_set);
}

void model(Calls &calls) {
    size_t work_size = 0, weight_size = 0;
    std::vector<void *> memory(2);
    aclrtStream stream = nullptr;
    uint32_t id = 0;
    aclmdlDesc *desc = nullptr;
    aclmdlDataset *input = nullptr, *output = nullptr;
    CALL(aclrtCreateStream, &stream);
    CALL(aclmdlQuerySize, path, &work_size, &weight_size);
    CALL(aclrtMalloc, memory.data(), work_size + 1, ACL_MEM_MALLOC_NORMAL_ONLY);
    CALL(aclrtMalloc, memory.data() + 1, weight_size, ACL_MEM_MALLOC_NORMAL_ONLY);
    const bool loaded = CALL(aclmdlLoadFromFileWithMem, path, &id, memory[0], work_size + 1,
                             memory[1], weight_size);
    MAKE(desc, aclmdlCreateDesc);
    CALL(aclmdlGetDesc, desc, id);
    aclmdlIODims dims{};
    CALL(aclmdlGetInputDims, desc, 0, &dims);
    MAKE(input, aclmdlCreateDataset);
    MAKE(output, aclmdlCreateDataset);
    const size_t input_size = desc == nullptr ? 0 : aclmdlGetInputSizeByIndex(desc, 0);
    const size_t output_size = desc == nullptr ? 0 : aclmdlGetOutputSizeByIndex(desc, 0);
    add_buffer(calls, input, input_size, memory);
    add_buffer(calls, output, output_size, memory);
    CALL(aclmdlExecuteAsync, id, input, output, stream);
    CALL(aclrtSynchronizeStream, stream);
    if (calls.failed == nullptr) outputs.resize(output_size / sizeof(float));
    CALL(aclrtMemcpy, outputs.data(), output_size, memory.back(), output_size,
         ACL_MEMCPY_DEVICE_TO_HOST);
    destroy(input);
    destroy(output);
    if (desc != nullptr) MUST(aclmdlDestroyDesc, desc);
    if (loaded) MUST(aclmdlUnload, id);
    if (stream != nullptr) MUST(aclrtDestroyStream, stream);
    for (void *one : memory) {
        if (one != nullptr) MUST(aclrtFree, one);
    }
}

void op(Calls &calls) {
    const int64_t dims[] = {2, 3};
    constexpr size_t kSize = 6 * sizeof(float);
    const float numbers[] = {1, 2, 3, 4, 5, 6};
    aclrtStream stream = nullptr;
    void *device = nullptr;
    aclTensorDesc *desc = nullptr;
    aclDataBuffer *buffer = nullptr;
    aclopAttr *attributes = nullptr;
    CALL(aclrtCreateStream, &stream);
    CALL(aclrtMalloc, &device, kSize, ACL_MEM_MALLOC_NORMAL_ONLY);
    CALL(aclrtMemcpy, device, kSize, numbers, kSize, ACL_MEMCPY_HOST_TO_DEVICE);
    MAKE(desc, aclCreateTensorDesc, ACL_FLOAT, 2, dims, ACL_FORMAT_ND);
    MAKE(buffer, aclCreateDataBuffer, device, kSize);
    MAKE(attributes, aclopCreateAttr);
    CALL(aclopSetAttrFloat, attributes, "a name that is longer than a short string", 0.5F);
    const aclTensorDesc *descs[] = {desc, desc};
    aclDataBuffer *buffers[] = {buffer, buffer};
    CALL(aclopCompileAndExecute, "Add", 2, descs, buffers, 1, descs, buffers, attributes,
         ACL_ENGINE_SYS, ACL_COMPILE_SYS, nullptr, stream);
    CALL(aclrtSynchronizeStream, stream);
    if (calls.failed == nullptr) outputs.resize(6);
    CALL(aclrtMemcpy, outputs.data(), kSize, device, kSize, ACL_MEMCPY_DEVICE_TO_HOST);
    if (attributes != nullptr) aclopDestroyAttr(attributes);
    if (buffer != nullptr) MUST(aclDestroyDataBuffer, buffer);
    if (desc != nullptr) aclDestroyTensorDesc(desc);
    if (device != nullptr) MUST(aclrtFree, device);
    if (stream != nullptr) MUST(aclrtDestroyStream, stream);
}

// --- The enumeration ---

void (*scenario)(Calls &);

// The whole life of the runtime, so that nothing it keeps for later is taken for lost.
Calls run(long fail) {
    Calls calls;
    outputs.clear();
    allocations = 0;
    chosen = fail;
    armed = true;
    const bool begun = CALL(aclInit, nullptr);
    const bool set = CALL(aclrtSetDevice, 0);
    scenario(calls);
    armed = false;
    if (set) MUST(aclrtResetDevice, 0);
    if (begun) MUST(aclFinalize);
    return calls;
}

int check(long fail, const std::vector<float> &expected, long live_before) {
    const Calls calls = run(fail);
    const auto complain = [&](const char *what) {
        std::printf("allocation %ld, %s: %s (%d, \"%s\"), %ld left\n", fail,
                    calls.failed == nullptr ? "no call failed" : calls.failed, what, calls.code,
                    calls.message.c_str(), live - live_before);
        return 1;
    };
    if (calls.failed == nullptr && outputs != expected) return complain("wrong outputs");
    if (calls.failed != nullptr && calls.message.empty()) return complain("no message");
    const Calls again = run(0);
    if (again.failed != nullptr || outputs != expected) return complain("of no use afterwards");
    // Only now: what is kept from a model until the next one is loaded is the same as before.
    if (live != live_before) return complain("something is left");
    return 0;
}

}  // namespace

// NOLINTBEGIN(misc-new-delete-overloads)
void *operator new(size_t size) {
    void *const memory = allocate(size, __builtin_return_address(0));
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void *operator new[](size_t size) {
    void *const memory = allocate(size, __builtin_return_address(0));
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void *operator new(size_t size, const std::nothrow_t &) noexcept {
    return allocate(size, __builtin_return_address(0));
}
void *operator new[](size_t size, const std::nothrow_t &) noexcept {
    return allocate(size, __builtin_return_address(0));
}
void operator delete(void *memory) noexcept { release(memory); }
void operator delete[](void *memory) noexcept { release(memory); }
void operator delete(void *memory, size_t) noexcept { release(memory); }
void operator delete[](void *memory, size_t) noexcept { release(memory); }
void operator delete(void *memory, const std::nothrow_t &) noexcept { release(memory); }
void operator delete[](void *memory, const std::nothrow_t &) noexcept { release(memory); }
// NOLINTEND(misc-new-delete-overloads)

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    path = argv[1];
    const std::string name = argv[2];
    is_lasting = std::strcmp(argv[3], "from then on") == 0;
    scenario = name == "streams" ? &streams : name == "model" ? &model : &op;
    void *frame = nullptr;
    backtrace(&frame, 1);  // its first call allocates
    run(0);                // loads the engine, fills what is made once
    dl_iterate_phdr(&note_library, nullptr);
    if (const Calls calls = run(0); calls.failed != nullptr) {
        std::printf("%s: %d %s\n", calls.failed, calls.code, calls.message.c_str());
        return 1;
    }
    const long count = allocations;
    const std::vector<float> expected = outputs;
    run(0);
    const long live_before = live;
    int wrong = 0;
    if (argc > 4) return check(std::atol(argv[4]), expected, live_before);
    for (long i = 1; i <= count; ++i) {
        wrong += check(i, expected, live_before);
        std::fflush(stdout);
    }
    std::printf("%ld allocations, %d wrong\n", count, wrong);
    return wrong == 0 ? 0 : 1;
}
