// Fuzz target: a file loaded from memory through the C ABI, asked for its description, and executed
// when it loads. The engine is the real one up to OpenVINO (lowering_engine.cpp).
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "acl/acl.h"
#include "fuzz/memory_bound.h"
#include "fuzz/mutate_om.h"

namespace {

using namespace ascendcl;

constexpr size_t kMostWork = size_t{16} << 20;    // of device memory that a file may ask for
constexpr size_t kMostTensor = size_t{16} << 20;  // of one input or output

void expect(bool holds) {
    if (!holds) std::abort();
}

// Buffers of exactly the sizes that the description states.
class DataSet {
   public:
    DataSet(aclmdlDesc *desc, size_t count, size_t (*size_of)(aclmdlDesc *, size_t))
        : set_(aclmdlCreateDataset()) {
        for (size_t i = 0; i < count && fits_; ++i) {
            const size_t size = size_of(desc, i);
            fits_ = size <= kMostTensor;
            if (!fits_) break;
            memory_.push_back(std::make_unique<uint8_t[]>(size));
            aclDataBuffer *buffer = aclCreateDataBuffer(memory_.back().get(), size);
            expect(aclmdlAddDatasetBuffer(set_, buffer) == ACL_SUCCESS);
        }
    }
    ~DataSet() {
        for (size_t i = 0; i < aclmdlGetDatasetNumBuffers(set_); ++i)
            expect(aclDestroyDataBuffer(aclmdlGetDatasetBuffer(set_, i)) == ACL_SUCCESS);
        expect(aclmdlDestroyDataset(set_) == ACL_SUCCESS);
    }
    DataSet(const DataSet &) = delete;
    DataSet &operator=(const DataSet &) = delete;

    bool fits() const noexcept { return fits_; }
    aclmdlDataset *get() const noexcept { return set_; }

   private:
    aclmdlDataset *set_;
    std::vector<std::unique_ptr<uint8_t[]>> memory_;
    bool fits_ = true;
};

void describe(aclmdlDesc *desc) {
    aclmdlIODims dims;
    for (size_t i = 0; i < aclmdlGetNumInputs(desc); ++i) {
        aclmdlGetInputDims(desc, i, &dims);
        aclmdlGetInputDimsV2(desc, i, &dims);
        const char *name = aclmdlGetInputNameByIndex(desc, i);
        size_t index = 0;
        if (name != nullptr) aclmdlGetInputIndexByName(desc, name, &index);
        aclmdlGetTensorRealName(desc, dims.name);
    }
    for (size_t i = 0; i < aclmdlGetNumOutputs(desc); ++i) {
        aclmdlGetOutputDims(desc, i, &dims);
        aclmdlGetCurOutputDims(desc, i, &dims);
        aclmdlGetOutputNameByIndex(desc, i);
    }
    aclmdlBatch batches;
    aclmdlHW sizes;
    aclmdlGetDynamicBatch(desc, &batches);
    aclmdlGetDynamicHW(desc, SIZE_MAX, &sizes);
    size_t gears = 0;
    if (aclmdlGetInputDynamicGearCount(desc, SIZE_MAX, &gears) == ACL_SUCCESS && gears > 0 &&
        gears <= ACL_MAX_DIM_CNT) {
        std::vector<aclmdlIODims> shapes(gears);
        aclmdlGetInputDynamicDims(desc, SIZE_MAX, shapes.data(), gears);
    }
}

void execute(uint32_t model) {
    aclmdlDesc *desc = aclmdlCreateDesc();
    expect(aclmdlGetDesc(desc, model) == ACL_SUCCESS);
    describe(desc);
    {
        const DataSet inputs(desc, aclmdlGetNumInputs(desc), aclmdlGetInputSizeByIndex);
        const DataSet outputs(desc, aclmdlGetNumOutputs(desc), aclmdlGetOutputSizeByIndex);
        if (inputs.fits() && outputs.fits()) aclmdlExecute(model, inputs.get(), outputs.get());
    }
    expect(aclmdlDestroyDesc(desc) == ACL_SUCCESS);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
    expect(aclInit(nullptr) == ACL_SUCCESS);
    expect(aclrtSetDevice(0) == ACL_SUCCESS);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t work = 0;
    size_t weights = 0;
    const aclError asked = aclmdlQuerySizeFromMem(data, size, &work, &weights);
    if (asked == ACL_SUCCESS && work > kMostWork) return 0;
    uint32_t model = 0;
    aclError loaded = ACL_SUCCESS;
    {
        const fuzz::MemoryBound bound(fuzz::MemoryBound::Of::kEachAllocation, size + work);
        loaded = aclmdlLoadFromMem(data, size, &model);
    }
    if (loaded != ACL_SUCCESS) {
        const char *why = aclGetRecentErrMsg();
        expect(why != nullptr && why[0] != '\0');
        return 0;
    }
    expect(asked == ACL_SUCCESS);
    execute(model);
    expect(aclmdlUnload(model) == ACL_SUCCESS);
    return 0;
}
