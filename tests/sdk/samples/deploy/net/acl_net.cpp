// A backend: loads the model from memory into memory of its own, takes what gears there are.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "acl/acl.h"

namespace {

void Require(aclError ret, const char *what) {
    if (ret == ACL_SUCCESS) return;
    const char *message = aclGetRecentErrMsg();
    throw std::runtime_error(std::string(what) + ": " + std::to_string(ret) + " " +
                             (message == nullptr ? "" : message));
}

// Once for all nets of a process.
class AclLibrary {
   public:
    static std::shared_ptr<AclLibrary> Get() {
        static std::mutex mutex;
        static std::weak_ptr<AclLibrary> only;
        const std::lock_guard<std::mutex> lock(mutex);
        auto library = only.lock();
        if (!library) only = library = std::shared_ptr<AclLibrary>(new AclLibrary);
        return library;
    }
    ~AclLibrary() { aclFinalize(); }

   private:
    AclLibrary() { Require(aclInit(nullptr), "aclInit"); }
};

std::string Describe(const aclmdlIODims &dims) {
    std::string text = dims.name;
    for (size_t i = 0; i < dims.dimCount; ++i) {
        text += (i == 0 ? " [" : ", ") + std::to_string(dims.dims[i]);
    }
    return text + "]";
}

int BestClass(const char *path, const float *values, size_t count) {
    const auto library = AclLibrary::Get();
    Require(aclrtSetDevice(0), "aclrtSetDevice");
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                  std::istreambuf_iterator<char>());
    uint32_t id = 0;
    Require(aclmdlLoadFromMem(bytes.data(), bytes.size(), &id), "aclmdlLoadFromMem");
    const std::unique_ptr<aclmdlDesc, decltype(&aclmdlDestroyDesc)> desc(aclmdlCreateDesc(),
                                                                         &aclmdlDestroyDesc);
    Require(aclmdlGetDesc(desc.get(), id), "aclmdlGetDesc");
    size_t index = 0;
    if (aclmdlGetInputIndexByName(desc.get(), ACL_DYNAMIC_TENSOR_NAME, &index) == ACL_SUCCESS) {
        throw std::runtime_error("a model without gears is wanted");
    }
    aclmdlIODims dims{};
    Require(aclmdlGetInputDims(desc.get(), 0, &dims), "aclmdlGetInputDims");
    std::fprintf(stderr, "%s\n", Describe(dims).c_str());

    void *input = nullptr, *output = nullptr;
    const size_t size = aclmdlGetOutputSizeByIndex(desc.get(), 0);
    Require(aclrtMalloc(&input, count * sizeof(float), ACL_MEM_MALLOC_HUGE_FIRST), "aclrtMalloc");
    Require(aclrtMalloc(&output, size, ACL_MEM_MALLOC_HUGE_FIRST), "aclrtMalloc");
    aclmdlDataset *inputs = aclmdlCreateDataset(), *outputs = aclmdlCreateDataset();
    aclDataBuffer *from = aclCreateDataBuffer(input, count * sizeof(float));
    aclDataBuffer *to = aclCreateDataBuffer(output, size);
    Require(aclmdlAddDatasetBuffer(inputs, from), "aclmdlAddDatasetBuffer");
    Require(aclmdlAddDatasetBuffer(outputs, to), "aclmdlAddDatasetBuffer");
    Require(aclrtMemcpy(input, count * sizeof(float), values, count * sizeof(float),
                        ACL_MEMCPY_HOST_TO_DEVICE),
            "aclrtMemcpy");
    Require(aclmdlExecute(id, inputs, outputs), "aclmdlExecute");
    std::vector<float> scores(size / sizeof(float));
    Require(aclrtMemcpy(scores.data(), size, output, size, ACL_MEMCPY_DEVICE_TO_HOST),
            "aclrtMemcpy");

    aclDestroyDataBuffer(from);
    aclDestroyDataBuffer(to);
    aclmdlDestroyDataset(inputs);
    aclmdlDestroyDataset(outputs);
    aclrtFree(input);
    aclrtFree(output);
    Require(aclmdlUnload(id), "aclmdlUnload");
    Require(aclrtResetDevice(0), "aclrtResetDevice");
    return static_cast<int>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int best_class(const char *path,
                                                                 const float *values,
                                                                 size_t count) {
    try {
        return BestClass(path, values, count);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return -1;
    }
}
