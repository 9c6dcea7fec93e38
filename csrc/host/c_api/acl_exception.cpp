// What is told of a task that failed: acl_rt.h "Errors and exceptions".
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/exception_info.h"

using namespace ascendcl::host;

namespace {

template <typename Member>
uint32_t field_of(const char *function, const aclrtExceptionInfo *handle, Member member) {
    const auto info = find_exception_info(handle);
    if (info != nullptr) return static_cast<uint32_t>((*info).*member);
    fail(ACL_ERROR_INVALID_PARAM, "%s: exception information is valid in the callback only",
         function);
    return UINT32_MAX;
}

}  // namespace

aclError aclrtSetExceptionInfoCallback(aclrtExceptionInfoCallback callback) {
    set_exception_callback(callback);
    return ACL_SUCCESS;
}

uint32_t aclrtGetTaskIdFromExceptionInfo(const aclrtExceptionInfo *info) {
    return field_of(__func__, info, &ExceptionInfo::task);
}

uint32_t aclrtGetStreamIdFromExceptionInfo(const aclrtExceptionInfo *info) {
    return field_of(__func__, info, &ExceptionInfo::stream);
}

uint32_t aclrtGetThreadIdFromExceptionInfo(const aclrtExceptionInfo *info) {
    return field_of(__func__, info, &ExceptionInfo::thread);
}

uint32_t aclrtGetDeviceIdFromExceptionInfo(const aclrtExceptionInfo *info) {
    return field_of(__func__, info, &ExceptionInfo::device);
}

uint32_t aclrtGetErrorCodeFromExceptionInfo(const aclrtExceptionInfo *info) {
    return field_of(__func__, info, &ExceptionInfo::code);
}
