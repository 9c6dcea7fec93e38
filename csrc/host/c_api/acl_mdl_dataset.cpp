// acl/acl_mdl.h: data sets, the buffers of one execution.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/checks/holds.h"
#include "host/report/report.h"
#include "host/runtime/data_set.h"

using namespace ascendcl::host;

aclmdlDataset *aclmdlCreateDataset() { return hand_out<aclmdlDataset>(); }

aclError aclmdlDestroyDataset(const aclmdlDataset *dataset) {
    return guarded(__func__, [&] {
        require(dataset != nullptr, "dataset is null");
        checks::check_release(dataset, 1);
        take_back(dataset);
    });
}

aclError aclmdlAddDatasetBuffer(aclmdlDataset *dataset, aclDataBuffer *dataBuffer) {
    return guarded(__func__, [&] {
        require(dataset != nullptr && dataBuffer != nullptr, "a pointer is null");
        dataset->entries.push_back({dataBuffer, nullptr});
    });
}

aclError aclmdlSetDatasetTensorDesc(aclmdlDataset *dataset, aclTensorDesc *tensorDesc,
                                    size_t index) {
    return guarded(__func__, [&] {
        require(dataset != nullptr, "dataset is null");
        if (index >= dataset->entries.size()) {
            throw invalid("the data set has no buffer " + std::to_string(index));
        }
        dataset->entries[index].desc.reset(
            tensorDesc ? std::make_unique<aclTensorDesc>(*tensorDesc).release() : nullptr);
    });
}

aclTensorDesc *aclmdlGetDatasetTensorDesc(const aclmdlDataset *dataset, size_t index) {
    if (!dataset || index >= dataset->entries.size()) return nullptr;
    aclTensorDesc *desc = dataset->entries[index].desc.get();
    if (desc != nullptr) checks::lent(checks::ObjectKind::kTensorDesc, desc);
    return desc;
}

size_t aclmdlGetDatasetNumBuffers(const aclmdlDataset *dataset) {
    return dataset ? dataset->entries.size() : 0;
}

aclDataBuffer *aclmdlGetDatasetBuffer(const aclmdlDataset *dataset, size_t index) {
    return dataset && index < dataset->entries.size() ? dataset->entries[index].buffer : nullptr;
}
