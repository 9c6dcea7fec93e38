// One op on its own: a graph of a single node, lowered and translated as a model's nodes are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <openvino/openvino.hpp>
#include <string>
#include <vector>

#include "host/engine/engine.h"
#include "host/engine/refusal.h"

namespace ascendcl::host::engine {

// A refusal that knows what of the op it is about.
class OpRefusal : public Refusal {
   public:
    OpRefusal(Outcome::Kind kind, const std::string &text) : Refusal(text), kind_(kind) {}
    Outcome::Kind kind() const noexcept override { return kind_; }

   private:
    Outcome::Kind kind_;
};

struct SingleOp {
    std::shared_ptr<ov::Model> model;
    std::vector<std::vector<int64_t>> output_dims;
    std::vector<Finding> findings;
    bool computes_nothing = false;  // all its outputs are empty
};

// Throws OpRefusal.
SingleOp translate_single_op(const OpRequest &request);

}  // namespace ascendcl::host::engine
