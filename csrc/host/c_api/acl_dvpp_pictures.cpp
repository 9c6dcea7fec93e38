// acl_dvpp.h: descriptions of pictures, of batches of them, and of pieces of a stream.
// SPDX-License-Identifier: Apache-2.0
#include <cinttypes>
#include <utility>
#include <vector>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/c_api/handed_out.h"
#include "host/c_api/plain_fields.h"
#include "host/checks/holds.h"
#include "host/dvpp/objects.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

// Ours: the documentation ends batches of areas at 256.
constexpr uint32_t kMaxBatchSize = 256;

}  // namespace

acldvppPicDesc *acldvppCreatePicDesc() { return hand_out<acldvppPicDesc>(); }

aclError acldvppDestroyPicDesc(acldvppPicDesc *picDesc) {
    return guarded(__func__, [&] {
        require(picDesc != nullptr, "picDesc is null");
        require(!picDesc->is_of_batch, "the picture goes with its batch");
        checks::check_release(picDesc, 1);
        take_back(picDesc);
    });
}

aclError acldvppSetPicDescData(acldvppPicDesc *picDesc, void *dataDev) {
    return set_field(__func__, picDesc, &acldvppPicDesc::data, dataDev);
}

void *acldvppGetPicDescData(const acldvppPicDesc *picDesc) {
    return get_field(picDesc, &acldvppPicDesc::data);
}

aclError acldvppSetPicDescSize(acldvppPicDesc *picDesc, uint32_t size) {
    return set_field(__func__, picDesc, &acldvppPicDesc::size, size);
}

uint32_t acldvppGetPicDescSize(const acldvppPicDesc *picDesc) {
    return get_field(picDesc, &acldvppPicDesc::size);
}

aclError acldvppSetPicDescFormat(acldvppPicDesc *picDesc, acldvppPixelFormat format) {
    return set_field(__func__, picDesc, &acldvppPicDesc::format, format);
}

acldvppPixelFormat acldvppGetPicDescFormat(const acldvppPicDesc *picDesc) {
    return get_field(picDesc, &acldvppPicDesc::format);
}

aclError acldvppSetPicDescWidth(acldvppPicDesc *picDesc, uint32_t width) {
    return set_field(__func__, picDesc, &acldvppPicDesc::width, width);
}

uint32_t acldvppGetPicDescWidth(const acldvppPicDesc *picDesc) {
    return get_field(picDesc, &acldvppPicDesc::width);
}

aclError acldvppSetPicDescHeight(acldvppPicDesc *picDesc, uint32_t height) {
    return set_field(__func__, picDesc, &acldvppPicDesc::height, height);
}

uint32_t acldvppGetPicDescHeight(const acldvppPicDesc *picDesc) {
    return get_field(picDesc, &acldvppPicDesc::height);
}

aclError acldvppSetPicDescWidthStride(acldvppPicDesc *picDesc, uint32_t widthStride) {
    return set_field(__func__, picDesc, &acldvppPicDesc::width_stride, widthStride);
}

uint32_t acldvppGetPicDescWidthStride(const acldvppPicDesc *picDesc) {
    return get_field(picDesc, &acldvppPicDesc::width_stride);
}

aclError acldvppSetPicDescHeightStride(acldvppPicDesc *picDesc, uint32_t heightStride) {
    return set_field(__func__, picDesc, &acldvppPicDesc::height_stride, heightStride);
}

uint32_t acldvppGetPicDescHeightStride(const acldvppPicDesc *picDesc) {
    return get_field(picDesc, &acldvppPicDesc::height_stride);
}

aclError acldvppSetPicDescRetCode(acldvppPicDesc *picDesc, uint32_t retCode) {
    return set_field(__func__, picDesc, &acldvppPicDesc::ret_code, retCode);
}

uint32_t acldvppGetPicDescRetCode(const acldvppPicDesc *picDesc) {
    return get_field(picDesc, &acldvppPicDesc::ret_code);
}

acldvppBatchPicDesc *acldvppCreateBatchPicDesc(uint32_t batchSize) {
    if (batchSize == 0 || batchSize > kMaxBatchSize) {
        fail(ACL_ERROR_INVALID_PARAM, "%s: a batch has 1 to %" PRIu32 " pictures, given %" PRIu32,
             __func__, kMaxBatchSize, batchSize);
        return nullptr;
    }
    acldvppBatchPicDesc *batch = nullptr;
    (void)guarded(__func__, [&] {
        std::vector<acldvppPicDesc> pictures(batchSize);
        for (acldvppPicDesc &each : pictures) each.is_of_batch = true;
        batch = hand_out<acldvppBatchPicDesc>();
        if (batch != nullptr) batch->pictures = std::move(pictures);
    });
    return batch;
}

aclError acldvppDestroyBatchPicDesc(acldvppBatchPicDesc *batchPicDesc) {
    return guarded(__func__, [&] {
        require(batchPicDesc != nullptr, "batchPicDesc is null");
        for (const acldvppPicDesc &each : batchPicDesc->pictures) checks::check_release(&each, 1);
        checks::check_release(batchPicDesc, 1);
        // The program may hold their addresses.
        for (const acldvppPicDesc &each : batchPicDesc->pictures) checks::ended(&each);
        take_back(batchPicDesc);
    });
}

acldvppPicDesc *acldvppGetPicDesc(acldvppBatchPicDesc *batchPicDesc, uint32_t index) {
    if (batchPicDesc == nullptr || index >= batchPicDesc->pictures.size()) return nullptr;
    acldvppPicDesc *picture = &batchPicDesc->pictures[index];
    checks::lent(checks::ObjectKind::kPictureDesc, picture);
    return picture;
}

acldvppStreamDesc *acldvppCreateStreamDesc() { return hand_out<acldvppStreamDesc>(); }

aclError acldvppDestroyStreamDesc(const acldvppStreamDesc *streamDesc) {
    return guarded(__func__, [&] {
        require(streamDesc != nullptr, "streamDesc is null");
        checks::check_release(streamDesc, 1);
        take_back(streamDesc);
    });
}

aclError acldvppSetStreamDescData(acldvppStreamDesc *streamDesc, void *dataDev) {
    return set_field(__func__, streamDesc, &acldvppStreamDesc::data, dataDev);
}

void *acldvppGetStreamDescData(const acldvppStreamDesc *streamDesc) {
    return get_field(streamDesc, &acldvppStreamDesc::data);
}

aclError acldvppSetStreamDescSize(acldvppStreamDesc *streamDesc, uint32_t size) {
    return set_field(__func__, streamDesc, &acldvppStreamDesc::size, size);
}

uint32_t acldvppGetStreamDescSize(const acldvppStreamDesc *streamDesc) {
    return get_field(streamDesc, &acldvppStreamDesc::size);
}

aclError acldvppSetStreamDescFormat(acldvppStreamDesc *streamDesc, acldvppStreamFormat format) {
    return set_field(__func__, streamDesc, &acldvppStreamDesc::format, format);
}

acldvppStreamFormat acldvppGetStreamDescFormat(const acldvppStreamDesc *streamDesc) {
    return get_field(streamDesc, &acldvppStreamDesc::format);
}

aclError acldvppSetStreamDescTimestamp(acldvppStreamDesc *streamDesc, uint64_t timestamp) {
    return set_field(__func__, streamDesc, &acldvppStreamDesc::timestamp, timestamp);
}

uint64_t acldvppGetStreamDescTimestamp(const acldvppStreamDesc *streamDesc) {
    return get_field(streamDesc, &acldvppStreamDesc::timestamp);
}

aclError acldvppSetStreamDescRetCode(acldvppStreamDesc *streamDesc, uint32_t retCode) {
    return set_field(__func__, streamDesc, &acldvppStreamDesc::ret_code, retCode);
}

uint32_t acldvppGetStreamDescRetCode(const acldvppStreamDesc *streamDesc) {
    return get_field(streamDesc, &acldvppStreamDesc::ret_code);
}

aclError acldvppSetStreamDescEos(acldvppStreamDesc *streamDesc, uint8_t eos) {
    return set_field(__func__, streamDesc, &acldvppStreamDesc::eos, eos);
}

uint8_t acldvppGetStreamDescEos(const acldvppStreamDesc *streamDesc) {
    return get_field(streamDesc, &acldvppStreamDesc::eos);
}
