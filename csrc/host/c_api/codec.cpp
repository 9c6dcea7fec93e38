// ascendcl/codec.h.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/codec.h"

#include "host/dvpp/codecs.h"
#include "host/report/report.h"

using namespace ascendcl::host;

aclError ascendclRegisterCodec(const ascendclCodec *codec) {
    return guarded(__func__, [&] { dvpp::register_codec(codec); });
}
