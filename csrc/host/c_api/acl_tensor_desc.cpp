// Tensor descriptions: acl_base_mdl.h.
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <new>
#include <utility>
#include <vector>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/report/report.h"
#include "host/runtime/data_set.h"

using namespace ascendcl::host;

namespace {

constexpr int64_t kUnknownRank = -2;

// 0 when a dim is not known, or when the product does not fit.
size_t element_count(const aclTensorDesc &desc) {
    size_t count = 1;
    for (const int64_t dim : desc.dims) {
        if (dim < 0) return 0;
        if (dim != 0 && count > std::numeric_limits<size_t>::max() / static_cast<size_t>(dim)) {
            return 0;
        }
        count *= static_cast<size_t>(dim);
    }
    return count;
}

void set_dims(std::vector<int64_t> &to, int count, const int64_t *dims) {
    require(count >= 0, "numDims is negative");
    require(count == 0 || dims != nullptr, "dims is null");
    to = count == 0 ? std::vector<int64_t>{} : std::vector<int64_t>(dims, dims + count);
}

void set_ranges(std::vector<std::pair<int64_t, int64_t>> &to, size_t count, int64_t ranges[][2]) {
    require(count == 0 || ranges != nullptr, "the ranges are null");
    std::vector<std::pair<int64_t, int64_t>> read;
    read.reserve(count);
    for (size_t index = 0; index < count; ++index) {
        read.emplace_back(ranges[index][0], ranges[index][1]);
    }
    to = std::move(read);
}

aclTensorDesc &checked(aclTensorDesc *desc) {
    require(desc != nullptr, "desc is null");
    return *desc;
}

}  // namespace

aclTensorDesc *aclCreateTensorDesc(aclDataType dataType, int numDims, const int64_t *dims,
                                   aclFormat format) {
    aclTensorDesc *desc = nullptr;
    (void)guarded(__func__, [&] {
        std::vector<int64_t> copied;
        set_dims(copied, numDims, dims);
        desc = hand_out<aclTensorDesc>();
        if (desc == nullptr) throw std::bad_alloc();
        desc->dims = std::move(copied);
        desc->dtype = dataType;
        desc->format = format;
    });
    return desc;
}

void aclDestroyTensorDesc(const aclTensorDesc *desc) {
    if (desc != nullptr) take_back(desc);
}

aclDataType aclGetTensorDescType(const aclTensorDesc *desc) {
    return desc == nullptr ? ACL_DT_UNDEFINED : desc->dtype;
}

aclFormat aclGetTensorDescFormat(const aclTensorDesc *desc) {
    return desc == nullptr ? ACL_FORMAT_UNDEFINED : desc->format;
}

size_t aclGetTensorDescElementCount(const aclTensorDesc *desc) {
    return desc == nullptr ? 0 : element_count(*desc);
}

size_t aclGetTensorDescSize(const aclTensorDesc *desc) {
    if (desc == nullptr) return 0;
    const size_t count = element_count(*desc);
    const size_t size = aclDataTypeSize(desc->dtype);
    return size != 0 && count > std::numeric_limits<size_t>::max() / size ? 0 : count * size;
}

size_t aclGetTensorDescNumDims(const aclTensorDesc *desc) {
    if (desc == nullptr) return 0;
    const bool unknown = !desc->dims.empty() && desc->dims[0] == kUnknownRank;
    return unknown ? static_cast<size_t>(ACL_UNKNOWN_RANK) : desc->dims.size();
}

int64_t aclGetTensorDescDim(const aclTensorDesc *desc, size_t index) {
    return desc == nullptr || index >= desc->dims.size() ? -1 : desc->dims[index];
}

aclError aclGetTensorDescDimV2(const aclTensorDesc *desc, size_t index, int64_t *dimSize) {
    return guarded(__func__, [&] {
        require(desc != nullptr && dimSize != nullptr, "a pointer is null");
        require(index < desc->dims.size(), "there is no such dim");
        *dimSize = desc->dims[index];
    });
}

aclError aclGetTensorDescDimRange(const aclTensorDesc *desc, size_t index, size_t dimRangeNum,
                                  int64_t *dimRange) {
    return guarded(__func__, [&] {
        require(desc != nullptr && dimRange != nullptr, "a pointer is null");
        require(dimRangeNum >= ACL_TENSOR_SHAPE_RANGE_NUM, "there is no room for two numbers");
        require(index < desc->shape_range.size(), "the dim has no range");
        dimRange[0] = desc->shape_range[index].first;
        dimRange[1] = desc->shape_range[index].second;
    });
}

const char *aclGetTensorDescName(aclTensorDesc *desc) {
    return desc == nullptr ? "" : desc->name.c_str();
}

void *aclGetTensorDescAddress(const aclTensorDesc *desc) {
    return desc == nullptr ? nullptr : desc->address;
}

void aclSetTensorDescName(aclTensorDesc *desc, const char *name) {
    if (desc == nullptr) return;
    (void)guarded(__func__, [&] { desc->name = name == nullptr ? "" : name; });
}

aclError aclSetTensorShapeRange(aclTensorDesc *desc, size_t dimsCount, int64_t dimsRange[][2]) {
    return guarded(__func__, [&] { set_ranges(checked(desc).shape_range, dimsCount, dimsRange); });
}

aclError aclSetTensorValueRange(aclTensorDesc *desc, size_t valueCount, int64_t valueRange[][2]) {
    return guarded(__func__,
                   [&] { set_ranges(checked(desc).value_range, valueCount, valueRange); });
}

// The storage setters of old answer success to a null desc; so do we.
aclError aclSetTensorStorageFormat(aclTensorDesc *desc, aclFormat format) {
    if (desc != nullptr) desc->storage_format = format;
    return ACL_SUCCESS;
}

aclError aclSetTensorStorageShape(aclTensorDesc *desc, int numDims, const int64_t *dims) {
    return guarded(__func__, [&] { set_dims(checked(desc).storage_dims, numDims, dims); });
}

aclError aclSetTensorFormat(aclTensorDesc *desc, aclFormat format) {
    return guarded(__func__, [&] { checked(desc).storage_format = format; });
}

aclError aclSetTensorShape(aclTensorDesc *desc, int numDims, const int64_t *dims) {
    return guarded(__func__, [&] { set_dims(checked(desc).storage_dims, numDims, dims); });
}

aclError aclSetTensorOriginFormat(aclTensorDesc *desc, aclFormat format) {
    return guarded(__func__, [&] { checked(desc).origin_format = format; });
}

aclError aclSetTensorOriginShape(aclTensorDesc *desc, int numDims, const int64_t *dims) {
    return guarded(__func__, [&] { set_dims(checked(desc).origin_dims, numDims, dims); });
}

aclError aclSetTensorDynamicInput(aclTensorDesc *desc, const char *dynamicInputName) {
    return guarded(__func__, [&] {
        require(dynamicInputName != nullptr, "dynamicInputName is null");
        checked(desc).dynamic_input_name = dynamicInputName;
    });
}

aclError aclSetTensorConst(aclTensorDesc *desc, void *dataBuffer, size_t length) {
    return guarded(__func__, [&] {
        require((dataBuffer == nullptr) == (length == 0), "data and length do not agree");
        checked(desc).const_data = dataBuffer;
        checked(desc).const_size = length;
    });
}

aclError aclSetTensorPlaceMent(aclTensorDesc *desc, aclMemType memType) {
    return guarded(__func__, [&] { checked(desc).placement = memType; });
}
