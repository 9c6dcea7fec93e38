// acl/acl_mdl.h: data sets, the buffers of one execution.
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/checks/holds.h"
#include "host/runtime/data_set.h"
#include "host/runtime/report.h"

using ascendcl::host::fail;
using ascendcl::host::guarded;

aclmdlDataset *aclmdlCreateDataset() { return ascendcl::host::hand_out<aclmdlDataset>(); }

aclError aclmdlDestroyDataset(const aclmdlDataset *dataset) {
    if (!dataset) return fail(ACL_ERROR_INVALID_PARAM, "%s: the data set is null", __func__);
    return guarded(__func__, [&] {
        ascendcl::host::checks::check_release(dataset, 1);
        ascendcl::host::take_back(dataset);
    });
}

aclError aclmdlAddDatasetBuffer(aclmdlDataset *dataset, aclDataBuffer *dataBuffer) {
    if (!dataset || !dataBuffer) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument", __func__);
    }
    return guarded(__func__, [&] { dataset->entries.push_back({dataBuffer, nullptr}); });
}

aclError aclmdlSetDatasetTensorDesc(aclmdlDataset *dataset, aclTensorDesc *tensorDesc,
                                    size_t index) {
    if (!dataset || index >= dataset->entries.size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: there is no buffer %zu", __func__, index);
    }
    return guarded(__func__, [&] {
        dataset->entries[index].desc =
            tensorDesc ? std::make_unique<aclTensorDesc>(*tensorDesc) : nullptr;
    });
}

aclTensorDesc *aclmdlGetDatasetTensorDesc(const aclmdlDataset *dataset, size_t index) {
    return dataset && index < dataset->entries.size() ? dataset->entries[index].desc.get()
                                                      : nullptr;
}

size_t aclmdlGetDatasetNumBuffers(const aclmdlDataset *dataset) {
    return dataset ? dataset->entries.size() : 0;
}

aclDataBuffer *aclmdlGetDatasetBuffer(const aclmdlDataset *dataset, size_t index) {
    return dataset && index < dataset->entries.size() ? dataset->entries[index].buffer : nullptr;
}
