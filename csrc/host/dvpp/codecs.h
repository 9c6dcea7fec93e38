// The codec that the program has registered (ascendcl/codec.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "acl/acl.h"
#include "ascendcl/codec.h"

namespace ascendcl::host::dvpp {

// Takes the place of the one before; null takes it away. Throws Failure{100000} for a structure of
// another version.
void register_codec(const ascendclCodec *codec);

// Throws Failure{200001} where there is none. Whoever works with it keeps it.
std::shared_ptr<const ascendclCodec> registered_codec();

}  // namespace ascendcl::host::dvpp
