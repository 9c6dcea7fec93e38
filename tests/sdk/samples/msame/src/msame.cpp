// msame --model M --input A,B --output DIR [--loop N]: every output as a file of its own.
// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "acl/acl.h"

#define CHECK(call)                                                                    \
    do {                                                                               \
        const aclError ret = (call);                                                   \
        if (ret != ACL_SUCCESS) {                                                      \
            fprintf(stderr, "[ERROR] %s: %d: %s\n", #call, ret, aclGetRecentErrMsg()); \
            return 1;                                                                  \
        }                                                                              \
    } while (0)

namespace {

struct Options {
    std::string model, input, output;
    int loop = 1;
};

Options Parse(int argc, char **argv) {
    static const struct option known[] = {{"model", required_argument, nullptr, 'm'},
                                          {"input", required_argument, nullptr, 'i'},
                                          {"output", required_argument, nullptr, 'o'},
                                          {"loop", required_argument, nullptr, 'l'},
                                          {nullptr, 0, nullptr, 0}};
    Options options;
    int key = 0;
    while ((key = getopt_long(argc, argv, "", known, nullptr)) != -1) {
        if (key == 'm') options.model = optarg;
        if (key == 'i') options.input = optarg;
        if (key == 'o') options.output = optarg;
        if (key == 'l') options.loop = std::stoi(optarg);
    }
    return options;
}

// The inputs that take gears or AIPP parameters are not the user's.
bool IsOurs(const char *name) {
    return std::string(name) == ACL_DYNAMIC_TENSOR_NAME ||
           std::string(name) == ACL_DYNAMIC_AIPP_NAME;
}

int Run(const Options &options) {
    size_t workSize = 0, weightSize = 0;
    void *work = nullptr, *weight = nullptr;
    CHECK(aclmdlQuerySize(options.model.c_str(), &workSize, &weightSize));
    CHECK(aclrtMalloc(&work, workSize, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMalloc(&weight, weightSize, ACL_MEM_MALLOC_HUGE_FIRST));
    uint32_t id = 0;
    CHECK(
        aclmdlLoadFromFileWithMem(options.model.c_str(), &id, work, workSize, weight, weightSize));
    aclmdlDesc *desc = aclmdlCreateDesc();
    CHECK(aclmdlGetDesc(desc, id));
    size_t gear = 0;
    const bool hasGears =
        aclmdlGetInputIndexByName(desc, ACL_DYNAMIC_TENSOR_NAME, &gear) == ACL_SUCCESS;
    printf("gears: %s\n", hasGears ? "yes" : "no");

    aclmdlDataset *inputs = aclmdlCreateDataset(), *outputs = aclmdlCreateDataset();
    std::stringstream files(options.input);
    for (size_t i = 0; i < aclmdlGetNumInputs(desc); ++i) {
        if (IsOurs(aclmdlGetInputNameByIndex(desc, i))) continue;
        std::string name;
        std::getline(files, name, ',');
        std::ifstream file(name, std::ios::binary);
        const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                      std::istreambuf_iterator<char>());
        void *memory = nullptr;
        CHECK(aclrtMalloc(&memory, aclmdlGetInputSizeByIndex(desc, i), ACL_MEM_MALLOC_NORMAL_ONLY));
        CHECK(aclrtMemcpy(memory, aclmdlGetInputSizeByIndex(desc, i), bytes.data(), bytes.size(),
                          ACL_MEMCPY_HOST_TO_DEVICE));
        CHECK(aclmdlAddDatasetBuffer(inputs, aclCreateDataBuffer(memory, bytes.size())));
    }
    for (size_t i = 0; i < aclmdlGetNumOutputs(desc); ++i) {
        const size_t size = aclmdlGetOutputSizeByIndex(desc, i);
        void *memory = nullptr;
        CHECK(aclrtMalloc(&memory, size, ACL_MEM_MALLOC_NORMAL_ONLY));
        CHECK(aclmdlAddDatasetBuffer(outputs, aclCreateDataBuffer(memory, size)));
    }
    for (int i = 0; i < options.loop; ++i) CHECK(aclmdlExecute(id, inputs, outputs));
    for (size_t i = 0; i < aclmdlGetDatasetNumBuffers(outputs); ++i) {
        aclDataBuffer *buffer = aclmdlGetDatasetBuffer(outputs, i);
        std::vector<char> bytes(aclGetDataBufferSize(buffer));
        CHECK(aclrtMemcpy(bytes.data(), bytes.size(), aclGetDataBufferAddr(buffer), bytes.size(),
                          ACL_MEMCPY_DEVICE_TO_HOST));
        std::ofstream(options.output + "/output_" + std::to_string(i) + ".bin", std::ios::binary)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    for (aclmdlDataset *dataset : {inputs, outputs}) {
        for (size_t i = 0; i < aclmdlGetDatasetNumBuffers(dataset); ++i) {
            CHECK(aclrtFree(aclGetDataBufferAddr(aclmdlGetDatasetBuffer(dataset, i))));
            CHECK(aclDestroyDataBuffer(aclmdlGetDatasetBuffer(dataset, i)));
        }
        CHECK(aclmdlDestroyDataset(dataset));
    }
    CHECK(aclmdlDestroyDesc(desc));
    CHECK(aclmdlUnload(id));
    CHECK(aclrtFree(work));
    CHECK(aclrtFree(weight));
    return 0;
}

}  // namespace

int main(int argc, char **argv) {
    CHECK(aclInit(nullptr));
    CHECK(aclrtSetDevice(0));
    const int result = Run(Parse(argc, argv));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    return result;
}
