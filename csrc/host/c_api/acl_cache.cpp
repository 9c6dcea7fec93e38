// Cache maintenance in a stream: acl_rt.h "Cache maintenance". Caches are coherent here; what is
// left are the checks and the place in the stream.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/memory.h"
#include "host/runtime/stream_table.h"

using namespace ascendcl::host;

aclError aclrtCmoAsync(void *src, size_t size, aclrtCmoType cmoType, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(src != nullptr && size != 0, "src is null or the size 0");
        require(cmoType >= ACL_RT_CMO_TYPE_PREFETCH && cmoType <= ACL_RT_CMO_TYPE_FLUSH,
                "no such operation");
        const auto chosen = own_stream(stream);
        require(is_live_memory(src, size), "the memory is none of the runtime's",
                ACL_ERROR_RT_PARAM_INVALID);
        return chosen->submit(std::function<aclError()>());
    });
}
