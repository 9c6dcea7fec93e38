// classify MODEL INPUT...: the likeliest class of each raw input file.
// Plain calls of the C interface, so that it builds against CANN as well.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "acl/acl.h"

namespace {

void check(aclError code, const char *what) {
    if (code == ACL_SUCCESS) return;
    const char *said = aclGetRecentErrMsg();
    throw std::runtime_error(std::string(what) + ": " + std::to_string(code) + " " +
                             (said != nullptr ? said : ""));
}

// A device for as long as this lives; models and memory on it go first.
struct Device {
    Device() {
        check(aclInit(nullptr), "aclInit");
        check(aclrtSetDevice(0), "aclrtSetDevice");
    }
    ~Device() {
        (void)aclrtResetDevice(0);
        (void)aclFinalize();
    }
    Device(const Device &) = delete;
    Device &operator=(const Device &) = delete;
};

struct Free {
    void operator()(void *memory) const { (void)aclrtFree(memory); }
};
using DeviceMemory = std::unique_ptr<void, Free>;

DeviceMemory allocate(size_t size) {
    void *memory = nullptr;
    check(aclrtMalloc(&memory, size, ACL_MEM_MALLOC_HUGE_FIRST), "aclrtMalloc");
    return DeviceMemory(memory);
}

// One tensor in device memory, as aclmdlExecute wants it.
struct Tensor {
    explicit Tensor(size_t bytes)
        : size(bytes),
          memory(allocate(bytes)),
          buffer(aclCreateDataBuffer(memory.get(), bytes)),
          dataset(aclmdlCreateDataset()) {
        check(aclmdlAddDatasetBuffer(dataset.get(), buffer.get()), "aclmdlAddDatasetBuffer");
    }
    struct Destroy {
        void operator()(aclDataBuffer *it) const { (void)aclDestroyDataBuffer(it); }
        void operator()(aclmdlDataset *it) const { (void)aclmdlDestroyDataset(it); }
    };
    size_t size;
    DeviceMemory memory;
    std::unique_ptr<aclDataBuffer, Destroy> buffer;
    std::unique_ptr<aclmdlDataset, Destroy> dataset;
};

// A model in memory of the program's own.
class Model {
   public:
    explicit Model(const char *path) : description_(aclmdlCreateDesc()) {
        size_t work = 0;
        size_t weight = 0;
        check(aclmdlQuerySize(path, &work, &weight), "aclmdlQuerySize");
        work_ = allocate(work);
        weight_ = allocate(weight);
        check(aclmdlLoadFromFileWithMem(path, &id_, work_.get(), work, weight_.get(), weight),
              "aclmdlLoadFromFileWithMem");
        check(aclmdlGetDesc(description_.get(), id_), "aclmdlGetDesc");
    }
    ~Model() { (void)aclmdlUnload(id_); }
    Model(const Model &) = delete;
    Model &operator=(const Model &) = delete;

    size_t input_size() const { return aclmdlGetInputSizeByIndex(description_.get(), 0); }
    size_t output_size() const { return aclmdlGetOutputSizeByIndex(description_.get(), 0); }
    void run(const Tensor &input, const Tensor &output) const {
        check(aclmdlExecute(id_, input.dataset.get(), output.dataset.get()), "aclmdlExecute");
    }

   private:
    struct Destroy {
        void operator()(aclmdlDesc *it) const { (void)aclmdlDestroyDesc(it); }
    };
    uint32_t id_ = 0;
    DeviceMemory work_, weight_;  // unloaded before these go
    std::unique_ptr<aclmdlDesc, Destroy> description_;
};

std::vector<char> read(const char *path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(std::string("cannot read ") + path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void classify(int count, char **paths, const Model &model) {
    const Tensor input(model.input_size());
    const Tensor output(model.output_size());
    std::vector<float> probabilities(output.size / sizeof(float));
    for (int i = 0; i < count; ++i) {
        const std::vector<char> bytes = read(paths[i]);
        if (bytes.size() != input.size) {
            throw std::runtime_error(std::string(paths[i]) + " has " +
                                     std::to_string(bytes.size()) + " bytes, the model takes " +
                                     std::to_string(input.size));
        }
        check(aclrtMemcpy(input.memory.get(), input.size, bytes.data(), bytes.size(),
                          ACL_MEMCPY_HOST_TO_DEVICE),
              "aclrtMemcpy");
        model.run(input, output);
        check(aclrtMemcpy(probabilities.data(), output.size, output.memory.get(), output.size,
                          ACL_MEMCPY_DEVICE_TO_HOST),
              "aclrtMemcpy");
        const auto best = std::max_element(probabilities.begin(), probabilities.end());
        std::printf("%s: %td (%.1f%%)\n", paths[i], best - probabilities.begin(), *best * 100);
    }
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s MODEL INPUT...\n", argv[0]);
        return 2;
    }
    try {
        const Device device;
        const Model model(argv[1]);
        classify(argc - 2, argv + 2, model);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
