// SPDX-License-Identifier: Apache-2.0
#include "AclLiteModel.h"

namespace {

aclDataBuffer *Buffer(size_t size) {
    void *memory = nullptr;
    if (aclrtMalloc(&memory, size, ACL_MEM_MALLOC_HUGE_FIRST) != ACL_SUCCESS) return nullptr;
    return aclCreateDataBuffer(memory, size);
}

std::shared_ptr<aclmdlDataset> DatasetOf(aclDataBuffer *buffer) {
    aclmdlDataset *dataset = aclmdlCreateDataset();
    aclmdlAddDatasetBuffer(dataset, buffer);
    return std::shared_ptr<aclmdlDataset>(dataset, [buffer](aclmdlDataset *one) {
        aclrtFree(aclGetDataBufferAddr(buffer));
        aclDestroyDataBuffer(buffer);
        aclmdlDestroyDataset(one);
    });
}

}  // namespace

bool AclLiteResource::Init() {
    // An empty path is no configuration.
    const aclError ret = aclInit("");
    if (ret != ACL_SUCCESS && ret != ACL_ERROR_REPEAT_INITIALIZE) {
        ACL_APP_LOG(ACL_ERROR, "acl init failed, errorCode = %d", ret);
        return false;
    }
    return aclrtSetDevice(0) == ACL_SUCCESS && aclrtCreateContext(&context_, 0) == ACL_SUCCESS;
}

AclLiteResource::~AclLiteResource() {
    if (context_ != nullptr) aclrtDestroyContext(context_);
    aclrtResetDevice(0);
    aclFinalize();
}

bool AclLiteModel::Init() {
    if (aclmdlLoadFromFile(path_.c_str(), &id_) != ACL_SUCCESS) {
        ACL_APP_LOG(ACL_ERROR, "the model was not loaded");
        return false;
    }
    desc_.reset(aclmdlCreateDesc(), aclmdlDestroyDesc);
    return aclmdlGetDesc(desc_.get(), id_) == ACL_SUCCESS;
}

AclLiteModel::~AclLiteModel() {
    if (desc_) aclmdlUnload(id_);
}

bool AclLiteModel::Execute(const std::vector<float> &input, std::vector<float> &output) {
    aclDataBuffer *from = Buffer(aclmdlGetInputSizeByIndex(desc_.get(), 0));
    aclDataBuffer *to = Buffer(aclmdlGetOutputSizeByIndex(desc_.get(), 0));
    const auto inputs = DatasetOf(from);
    const auto outputs = DatasetOf(to);
    output.resize(aclGetDataBufferSizeV2(to) / sizeof(float));
    return aclrtMemcpy(aclGetDataBufferAddr(from), aclGetDataBufferSizeV2(from), input.data(),
                       input.size() * sizeof(float), ACL_MEMCPY_HOST_TO_DEVICE) == ACL_SUCCESS &&
           aclmdlExecute(id_, inputs.get(), outputs.get()) == ACL_SUCCESS &&
           aclrtMemcpy(output.data(), output.size() * sizeof(float), aclGetDataBufferAddr(to),
                       aclGetDataBufferSizeV2(to), ACL_MEMCPY_DEVICE_TO_HOST) == ACL_SUCCESS;
}
