// Versions of CANN's packages: acl_rt.h "Versions". There is no CANN here, and no version of ours
// may be taken for one of its releases.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

aclError refuse(const char *function) {
    return fail(ACL_ERROR_API_NOT_SUPPORT,
                "%s: no package of CANN is installed, this is the host runtime", function);
}

}  // namespace

aclError aclsysGetCANNVersion(aclCANNPackageName name, aclCANNPackageVersion *version) {
    return guarded(__func__, [&] {
        require(version != nullptr, "version is null");
        require(name >= ACL_PKG_NAME_CANN && name <= ACL_PKG_NAME_DRIVER, "no such package");
        *version = {};
        return refuse("aclsysGetCANNVersion");
    });
}

aclError aclsysGetVersionStr(char *pkgName, char *versionStr) {
    return guarded(__func__, [&] {
        require(pkgName != nullptr && versionStr != nullptr, "a pointer is null");
        *versionStr = '\0';
        return refuse("aclsysGetVersionStr");
    });
}

aclError aclsysGetVersionNum(char *pkgName, int32_t *versionNum) {
    return guarded(__func__, [&] {
        require(pkgName != nullptr && versionNum != nullptr, "a pointer is null");
        *versionNum = 0;
        return refuse("aclsysGetVersionNum");
    });
}
