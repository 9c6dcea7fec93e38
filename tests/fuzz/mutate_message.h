// One random change somewhere inside a protobuf message, with all lengths around it made good:
// plain byte changes would end at the first length that no longer agrees.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "om/bytes.h"

namespace ascendcl::fuzz {

using Random = std::minstd_rand;
using Buffer = std::vector<uint8_t>;

// libFuzzer's own change of raw bytes; the result has at most `most` bytes.
Buffer mutate_bytes(om::Bytes bytes, size_t most);

// `most` is how much longer than before the message may become.
Buffer mutate_message(om::Bytes message, size_t most, Random &random, int depth = 0);

}  // namespace ascendcl::fuzz
