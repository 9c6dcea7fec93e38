// Words in memory that streams write and wait for: acl_rt.h "Values in memory as signals".
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/memory_signal.h"

using namespace ascendcl::host;

aclError aclrtValueWrite(void *devAddr, uint64_t value, uint32_t flag, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(devAddr != nullptr, "devAddr is null");
        require(flag == 0, "flag is reserved and must be 0");
        return write_word(devAddr, value, stream);
    });
}

aclError aclrtValueWait(void *devAddr, uint64_t value, uint32_t flag, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(devAddr != nullptr, "devAddr is null");
        return wait_for_word(devAddr, value, flag, stream);
    });
}
