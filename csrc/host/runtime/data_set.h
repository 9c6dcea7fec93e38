// The plain objects of the model API that carry no rule of their own: data buffers, tensor descs,
// data sets. Not thread-safe, as documented.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acl/acl.h"
#include "host/checks/objects.h"
#include "host/runtime/live_counts.h"

struct aclDataBuffer {
    void *data = nullptr;
    uint64_t size = 0;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kDataBuffer> live;
};

struct aclTensorDesc {
    aclDataType dtype = ACL_DT_UNDEFINED;
    aclFormat format = ACL_FORMAT_UNDEFINED;
    std::vector<int64_t> dims;
    std::vector<std::pair<int64_t, int64_t>> shape_range;
    std::vector<std::pair<int64_t, int64_t>> value_range;
    std::string name;
    std::string dynamic_input_name;
    aclFormat storage_format = ACL_FORMAT_UNDEFINED;
    std::vector<int64_t> storage_dims;
    aclFormat origin_format = ACL_FORMAT_UNDEFINED;
    std::vector<int64_t> origin_dims;
    void *const_data = nullptr;
    size_t const_size = 0;
    aclMemType placement = ACL_MEMTYPE_DEVICE;
    void *address = nullptr;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kTensorDesc> live;
};

struct aclmdlDataset {
    // The program may hold its address (aclmdlGetDatasetTensorDesc).
    struct EndDesc {
        void operator()(aclTensorDesc *desc) const noexcept {
            ascendcl::host::checks::ended(desc);
            std::default_delete<aclTensorDesc>()(desc);
        }
    };
    using Desc = std::unique_ptr<aclTensorDesc, EndDesc>;

    struct Entry {
        aclDataBuffer *buffer = nullptr;  // not owned
        Desc desc;                        // a copy, null until one is set
    };
    std::vector<Entry> entries;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kDataset> live;
};
