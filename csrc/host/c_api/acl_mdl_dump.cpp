// acl/acl_rt.h: dumping the tensors of a model. The calls keep their order and codes; a
// configuration that asks for a dump is refused, because nothing would be dumped.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "acl/acl.h"
#include "host/model/dump.h"
#include "host/runtime/init.h"
#include "host/runtime/report.h"

using ascendcl::host::fail;
using ascendcl::host::is_initialized;

namespace {

aclError not_initialized(const char *function) {
    return fail(ACL_ERROR_UNINITIALIZE, "%s: aclInit was not called", function);
}

aclError not_begun(const char *function) {
    return fail(ACL_ERROR_DUMP_NOT_RUN, "%s: aclmdlInitDump was not called", function);
}

}  // namespace

aclError aclmdlInitDump() {
    if (!is_initialized()) return not_initialized(__func__);
    if (!ascendcl::host::model::begin_dump()) {
        return fail(ACL_ERROR_REPEAT_INITIALIZE, "%s: called before", __func__);
    }
    return ACL_SUCCESS;
}

aclError aclmdlSetDump(const char *dumpCfgPath) {
    if (!is_initialized()) return not_initialized(__func__);
    if (!ascendcl::host::model::dump_is_begun()) return not_begun(__func__);
    if (!dumpCfgPath) return fail(ACL_ERROR_INVALID_PARAM, "%s: the path is null", __func__);
    if (access(dumpCfgPath, R_OK) != 0) {
        return fail(ACL_ERROR_INVALID_FILE, "%s: cannot read '%s'", __func__, dumpCfgPath);
    }
    return ascendcl::host::unsupported(__func__);
}

aclError aclmdlFinalizeDump() {
    if (!is_initialized()) return not_initialized(__func__);
    return ascendcl::host::model::end_dump() ? ACL_SUCCESS : not_begun(__func__);
}
