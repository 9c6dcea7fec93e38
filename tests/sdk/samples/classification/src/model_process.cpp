// SPDX-License-Identifier: Apache-2.0
#include "model_process.h"

#include <algorithm>
#include <cstdio>

static Result AddBuffer(aclmdlDataset *dataset, size_t size, void **memory) {
    if (aclrtMalloc(memory, size, ACL_MEM_MALLOC_NORMAL_ONLY) != ACL_SUCCESS) return FAILED;
    aclDataBuffer *buffer = aclCreateDataBuffer(*memory, size);
    if (buffer == nullptr) return FAILED;
    return aclmdlAddDatasetBuffer(dataset, buffer) == ACL_SUCCESS ? SUCCESS : FAILED;
}

Result ModelProcess::LoadModelFromFile(const std::string &path) {
    if (aclmdlLoadFromFile(path.c_str(), &modelId_) != ACL_SUCCESS) {
        ERROR_LOG("load %s failed: %s", path.c_str(), aclGetRecentErrMsg());
        return FAILED;
    }
    loaded_ = true;
    desc_ = aclmdlCreateDesc();
    return aclmdlGetDesc(desc_, modelId_) == ACL_SUCCESS ? SUCCESS : FAILED;
}

Result ModelProcess::CreateInput(const std::vector<char> &bytes) {
    const size_t size = aclmdlGetInputSizeByIndex(desc_, 0);
    if (bytes.size() != size) {
        ERROR_LOG("the input has %zu bytes, the model wants %zu", bytes.size(), size);
        return FAILED;
    }
    void *memory = nullptr;
    input_ = aclmdlCreateDataset();
    if (AddBuffer(input_, size, &memory) != SUCCESS) return FAILED;
    return aclrtMemcpy(memory, size, bytes.data(), size, ACL_MEMCPY_HOST_TO_DEVICE) == ACL_SUCCESS
               ? SUCCESS
               : FAILED;
}

Result ModelProcess::CreateOutput() {
    output_ = aclmdlCreateDataset();
    for (size_t i = 0; i < aclmdlGetNumOutputs(desc_); ++i) {
        void *memory = nullptr;
        if (AddBuffer(output_, aclmdlGetOutputSizeByIndex(desc_, i), &memory) != SUCCESS) {
            return FAILED;
        }
    }
    return SUCCESS;
}

Result ModelProcess::Execute() {
    const aclError ret = aclmdlExecute(modelId_, input_, output_);
    if (ret != ACL_SUCCESS) ERROR_LOG("execute failed: %d", ret);
    return ret == ACL_SUCCESS ? SUCCESS : FAILED;
}

int ModelProcess::BestClass() const {
    const aclDataBuffer *buffer = aclmdlGetDatasetBuffer(output_, 0);
    const size_t size = aclGetDataBufferSizeV2(buffer);
    std::vector<float> scores(size / sizeof(float));
    aclrtMemcpy(scores.data(), size, aclGetDataBufferAddr(buffer), size, ACL_MEMCPY_DEVICE_TO_HOST);
    return static_cast<int>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

void ModelProcess::DestroyDataset(aclmdlDataset *dataset) {
    if (dataset == nullptr) return;
    for (size_t i = 0; i < aclmdlGetDatasetNumBuffers(dataset); ++i) {
        aclDataBuffer *buffer = aclmdlGetDatasetBuffer(dataset, i);
        (void)aclrtFree(aclGetDataBufferAddr(buffer));
        (void)aclDestroyDataBuffer(buffer);
    }
    (void)aclmdlDestroyDataset(dataset);
}

ModelProcess::~ModelProcess() {
    DestroyDataset(input_);
    DestroyDataset(output_);
    if (desc_ != nullptr) (void)aclmdlDestroyDesc(desc_);
    if (loaded_) (void)aclmdlUnload(modelId_);
}
