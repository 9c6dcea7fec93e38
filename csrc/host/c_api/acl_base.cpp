// Half precision, data buffers, data types, log lines, what chip and software can do:
// acl_base_rt.h.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/checks/holds.h"
#include "host/report/log.h"
#include "host/report/report.h"
#include "host/runtime/data_set.h"
#include "host/runtime/device.h"

using namespace ascendcl::host;

namespace {

constexpr aclCannAttr kAttributes[] = {ACL_CANN_ATTR_INF_NAN};

}  // namespace

float aclFloat16ToFloat(aclFloat16 value) {
    const uint32_t sign = (value & 0x8000U) << 16;
    const uint32_t exponent = value >> 10 & 0x1FU;
    uint32_t fraction = value & 0x3FFU;
    uint32_t bits;
    if (exponent == 0x1F) {
        bits = sign | 0x7F800000U | fraction << 13;
    } else if (exponent != 0) {
        bits = sign | (exponent + 112) << 23 | fraction << 13;
    } else if (fraction == 0) {
        bits = sign;
    } else {  // subnormal here, normal as a float
        uint32_t shifted = 113;
        while ((fraction & 0x400U) == 0) {
            fraction <<= 1;
            --shifted;
        }
        bits = sign | shifted << 23 | (fraction & 0x3FFU) << 13;
    }
    float result;
    std::memcpy(&result, &bits, sizeof result);
    return result;
}

// Round to nearest, ties to even.
aclFloat16 aclFloatToFloat16(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000U);
    const uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > 0x7F800000U) return static_cast<uint16_t>(sign | 0x7E00U);  // NaN, quiet
    if (magnitude >= 0x477FF000U)
        return static_cast<uint16_t>(sign | 0x7C00U);  // rounds to infinity
    const auto rounded = [sign](uint32_t whole, uint32_t rest, uint32_t half) {
        const bool up = rest > half || (rest == half && (whole & 1) != 0);
        return static_cast<uint16_t>(sign | (whole + (up ? 1 : 0)));
    };
    if (magnitude >= 0x38800000U) {
        const uint32_t rebased = magnitude - 0x38000000U;  // the exponent biased by 15, not 127
        return rounded(rebased >> 13, rebased & 0x1FFFU, 0x1000U);
    }
    const uint32_t shift = 126 - (magnitude >> 23);  // to a multiple of 2^-24
    if (shift > 24) return sign;
    const uint32_t fraction = (magnitude & 0x7FFFFFU) | 0x800000U;
    return rounded(fraction >> shift, fraction & ((1U << shift) - 1), 1U << (shift - 1));
}

aclDataBuffer *aclCreateDataBuffer(void *data, size_t size) {
    auto *buffer = hand_out<aclDataBuffer>();
    if (buffer == nullptr) return nullptr;
    buffer->data = data;
    buffer->size = size;
    return buffer;
}

aclError aclDestroyDataBuffer(const aclDataBuffer *dataBuffer) {
    return guarded(__func__, [&] {
        require(dataBuffer != nullptr, "dataBuffer is null");
        checks::check_release(dataBuffer, 1);
        take_back(dataBuffer);
    });
}

aclError aclUpdateDataBuffer(aclDataBuffer *dataBuffer, void *data, size_t size) {
    return guarded(__func__, [&] {
        require(dataBuffer != nullptr, "dataBuffer is null");
        dataBuffer->data = data;
        dataBuffer->size = size;
    });
}

void *aclGetDataBufferAddr(const aclDataBuffer *dataBuffer) {
    return dataBuffer == nullptr ? nullptr : dataBuffer->data;
}

uint32_t aclGetDataBufferSize(const aclDataBuffer *dataBuffer) {
    return static_cast<uint32_t>(aclGetDataBufferSizeV2(dataBuffer));
}

size_t aclGetDataBufferSizeV2(const aclDataBuffer *dataBuffer) {
    return dataBuffer == nullptr ? 0 : dataBuffer->size;
}

size_t aclDataTypeSize(aclDataType dataType) {
    switch (static_cast<int>(dataType)) {
        case ACL_DT_UNDEFINED:
        case ACL_STRING:
            return 0;
        case ACL_BOOL:
        case ACL_INT8:
        case ACL_UINT8:
        case ACL_INT4:
        case ACL_UINT1:
        case ACL_HIFLOAT8:
        case ACL_FLOAT8_E5M2:
        case ACL_FLOAT8_E4M3FN:
        case ACL_FLOAT8_E8M0:
        case ACL_FLOAT6_E3M2:
        case ACL_FLOAT6_E2M3:
        case ACL_FLOAT4_E2M1:
        case ACL_FLOAT4_E1M2:
            return 1;
        case ACL_FLOAT16:
        case ACL_BF16:
        case ACL_INT16:
        case ACL_UINT16:
            return 2;
        case ACL_FLOAT:
        case ACL_INT32:
        case ACL_UINT32:
        case ACL_COMPLEX32:
            return 4;
        case ACL_COMPLEX128:
            return 16;
        default:  // 64 bits, and whatever has no name
            return 8;
    }
}

void aclAppLog(aclLogLevel logLevel, const char *func, const char *file, uint32_t line,
               const char *fmt, ...) {
    if (logLevel < cann_log_level() || fmt == nullptr) return;
    char text[1024];
    const int length = std::snprintf(text, sizeof text, "%s: ", func == nullptr ? "" : func);
    const size_t begin = std::clamp<size_t>(length < 0 ? 0 : length, 0, sizeof text - 1);
    va_list arguments;
    va_start(arguments, fmt);
    std::vsnprintf(text + begin, sizeof text - begin, fmt, arguments);
    va_end(arguments);
    write_cann_line(is_cann_log_on_stdout() ? STDOUT_FILENO : STDERR_FILENO, logLevel,
                    file == nullptr ? "" : file, line, text);
}

// Not the name of any chip: the host runtime must never pass for an NPU.
const char *aclrtGetSocName(void) { return devices_are_hidden() ? nullptr : "Host"; }

aclError aclGetCannAttributeList(const aclCannAttr **cannAttrList, size_t *num) {
    return guarded(__func__, [&] {
        require(cannAttrList != nullptr && num != nullptr, "a pointer is null");
        *cannAttrList = kAttributes;
        *num = std::size(kAttributes);
    });
}

aclError aclGetCannAttribute(aclCannAttr cannAttr, int32_t *value) {
    return guarded(__func__, [&] {
        require(value != nullptr, "value is null");
        require(cannAttr >= ACL_CANN_ATTR_INF_NAN && cannAttr <= ACL_CANN_ATTR_JIT_COMPILE,
                "no such attribute");
        *value = cannAttr == ACL_CANN_ATTR_INF_NAN ? 1 : 0;
    });
}
