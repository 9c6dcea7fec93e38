// What depends on integers that are known only when a program runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include "host/engine/plain_graph.h"
#include "host/engine/translate/typed.h"

namespace ascendcl::host::engine {

// Thrown out of a running program. OpenVINO passes on the text alone, with text of its own around:
// words_of_run_time_refusal() finds it again, or answers `text` as it is.
class RunTimeRefusal : public std::runtime_error {
   public:
    explicit RunTimeRefusal(const std::string &words);
};
std::string words_of_run_time_refusal(const std::string &text);

// Ops whose messages, when they run, name their node. Throw Refusal.
Typed sliced_at_run_time(const op::SliceAt &slice, const PlainNode &node, const TypedList &inputs);
Typed required_at_run_time(const op::Require &require, const PlainNode &node,
                           const TypedList &inputs);

}  // namespace ascendcl::host::engine
