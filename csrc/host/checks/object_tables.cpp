// What each kind of object is called, and what a handle of it is answered with that is none.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/object_tables.h"

#include <cinttypes>
#include <cstdio>
#include <iterator>

#include "acl/acl.h"

namespace ascendcl::host::checks {
namespace {

// In the order of ObjectKind.
constexpr KindText kKinds[] = {
    {"device memory", ACL_ERROR_RT_PARAM_INVALID},
    {"device memory", ACL_ERROR_RT_PARAM_INVALID},
    {"page-locked host memory", ACL_ERROR_RT_PARAM_INVALID},
    {"context", ACL_ERROR_RT_CONTEXT_NULL},
    {"stream", ACL_ERROR_RT_INVALID_HANDLE},
    {"event", ACL_ERROR_RT_INVALID_HANDLE},
    {"notify", ACL_ERROR_RT_INVALID_HANDLE},
    {"label", ACL_ERROR_RT_INVALID_HANDLE},
    {"group info", ACL_ERROR_INVALID_PARAM},
    {"exception info", ACL_ERROR_INVALID_PARAM},
    {"physical memory", ACL_ERROR_INVALID_PARAM},
    {"allocator desc", ACL_ERROR_INVALID_PARAM},
    {"model", ACL_ERROR_GE_EXEC_MODEL_ID_INVALID},
    {"data set", ACL_ERROR_INVALID_PARAM},
    {"data buffer", ACL_ERROR_INVALID_PARAM},
    {"tensor desc", ACL_ERROR_INVALID_PARAM},
    {"model desc", ACL_ERROR_INVALID_PARAM},
    {"model configuration", ACL_ERROR_INVALID_PARAM},
    {"execution configuration", ACL_ERROR_INVALID_PARAM},
    {"AIPP parameters", ACL_ERROR_INVALID_PARAM},
    {"operator attributes", ACL_ERROR_INVALID_PARAM},
    {"operator handle", ACL_ERROR_INVALID_PARAM},
    {"stream configuration", ACL_ERROR_INVALID_PARAM},
    {"profiler configuration", ACL_ERROR_INVALID_PARAM},
    {"profiler subscription", ACL_ERROR_INVALID_PARAM},
    {"profiler step", ACL_ERROR_INVALID_PARAM},
    {"profiler stamp", ACL_ERROR_INVALID_PARAM},
    {"media channel desc", ACL_ERROR_INVALID_PARAM},
    {"picture desc", ACL_ERROR_INVALID_PARAM},
    {"batch of picture descs", ACL_ERROR_INVALID_PARAM},
    {"media stream desc", ACL_ERROR_INVALID_PARAM},
    {"ROI config", ACL_ERROR_INVALID_PARAM},
    {"resize config", ACL_ERROR_INVALID_PARAM},
    {"JPEGE config", ACL_ERROR_INVALID_PARAM},
    {"border config", ACL_ERROR_INVALID_PARAM},
    {"VDEC channel desc", ACL_ERROR_INVALID_PARAM},
    {"VDEC frame config", ACL_ERROR_INVALID_PARAM},
    {"VENC channel desc", ACL_ERROR_INVALID_PARAM},
    {"VENC frame config", ACL_ERROR_INVALID_PARAM},
    {"object", ACL_ERROR_INVALID_PARAM},
};
static_assert(std::size(kKinds) == kObjectKinds);

}  // namespace

const KindText &text_of(ObjectKind kind) noexcept { return kKinds[static_cast<size_t>(kind)]; }

Objects &objects() noexcept {
    static auto &only = *new Objects;  // leaks on purpose: calls may come late in the process
    return only;
}

std::string name_of(const void *handle, const Object &object) {
    char text[128];
    const char *kind = text_of(object.kind).name;
    if (object.kind == ObjectKind::kModel) {
        std::snprintf(text, sizeof text, "%s %" PRIuPTR, kind, reinterpret_cast<uintptr_t>(handle));
    } else if (is_memory(object.kind)) {
        std::snprintf(text, sizeof text, "%s %p of %zu bytes", kind, handle, object.size);
    } else {
        std::snprintf(text, sizeof text, "%s %p", kind, handle);
    }
    return text;
}

std::string name_of(uintptr_t start, const KeptAside &kept) {
    const auto *address = reinterpret_cast<const void *>(start);
    if (kept.object) return name_of(address, *kept.object);
    char text[64];
    std::snprintf(text, sizeof text, "memory %p", address);
    return text;
}

}  // namespace ascendcl::host::checks
