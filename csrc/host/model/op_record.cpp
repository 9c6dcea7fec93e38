// Records are copied in and out: bytes that come from a program are aligned or not, and anything.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/op_record.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

constexpr uint32_t kMark = 0x504f4341;  // "ACOP"

template <size_t kSize>
void put_text(char (&target)[kSize], std::string_view text) noexcept {
    std::memcpy(target, text.data(), std::min(text.size(), kSize - 1));
}

// Programs read into buffers of bytes, aligned or not.
OpRecord read(const void *records, size_t index) noexcept {
    OpRecord record;
    std::memcpy(&record, static_cast<const char *>(records) + index * sizeof record, sizeof record);
    return record;
}

}  // namespace

OpRecord op_record(uint32_t model_id, const OpSpan &op) noexcept {
    OpRecord record{};
    record.mark = kMark;
    record.model_id = model_id;
    record.begin = op.begin;
    record.end = op.end;
    put_text(record.type, op.type);
    put_text(record.name, op.name);
    return record;
}

uint32_t count_op_records(const void *records, size_t size) {
    require(records != nullptr, "opInfo is null");
    const size_t count = size / sizeof(OpRecord);
    require(count > 0 && size % sizeof(OpRecord) == 0 && count <= UINT32_MAX,
            "the length is none of whole op records (aclprofGetOpDescSize)");
    return static_cast<uint32_t>(count);
}

OpRecord op_record_at(const void *records, size_t size, uint32_t index) {
    const uint32_t count = count_op_records(records, size);
    if (index >= count) {
        throw Failure{ACL_ERROR_INVALID_PARAM, "there are " + std::to_string(count) +
                                                   " op records, no number " +
                                                   std::to_string(index)};
    }
    OpRecord record = read(records, index);
    require(record.mark == kMark, "the data holds no op records");
    record.type[sizeof record.type - 1] = record.name[sizeof record.name - 1] = '\0';
    return record;
}

}  // namespace ascendcl::host::model
