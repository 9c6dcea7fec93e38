// acl/acl_rt.h: dumping the tensors of a model. The calls keep their order and codes; a
// configuration that asks for a dump is refused, because nothing would be dumped.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <string>

#include "acl/acl.h"
#include "host/model/dump.h"
#include "host/report/report.h"
#include "host/runtime/init.h"

using namespace ascendcl::host;

namespace {

void require_initialized() {
    require(is_initialized(), "aclInit was not called", ACL_ERROR_UNINITIALIZE);
}

void require_begun(bool begun) {
    require(begun, "aclmdlInitDump was not called", ACL_ERROR_DUMP_NOT_RUN);
}

}  // namespace

aclError aclmdlInitDump() {
    return guarded(__func__, [&] {
        require_initialized();
        require(model::begin_dump(), "called before", ACL_ERROR_REPEAT_INITIALIZE);
    });
}

aclError aclmdlSetDump(const char *dumpCfgPath) {
    return guarded(__func__, [&] {
        require_initialized();
        require_begun(model::dump_is_begun());
        require(dumpCfgPath != nullptr, "dumpCfgPath is null");
        if (access(dumpCfgPath, R_OK) != 0) {
            throw Failure{ACL_ERROR_INVALID_FILE, std::string("cannot read ") + dumpCfgPath};
        }
        throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime does not dump"};
    });
}

aclError aclmdlFinalizeDump() {
    return guarded(__func__, [&] {
        require_initialized();
        require_begun(model::end_dump());
    });
}
