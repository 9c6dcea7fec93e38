// One table of the elementwise ops: GE type, the token that stands for it in a fused kernel's name,
// and what it computes. Unfused nodes, fused kernels and FixPipe type lists all read it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <variant>

#include "host/engine/plain_graph.h"

namespace ascendcl::host::engine {

struct ElementwiseName {
    std::string_view type;   // "HardSigmoid"
    std::string_view token;  // "hard_sigmoid"
    std::variant<op::UnaryKind, op::BinaryKind> kind;

    bool is_unary() const noexcept { return std::holds_alternative<op::UnaryKind>(kind); }
    op::UnaryKind unary() const { return std::get<op::UnaryKind>(kind); }
    op::BinaryKind binary() const { return std::get<op::BinaryKind>(kind); }
};

const ElementwiseName *elementwise_by_type(std::string_view type) noexcept;
const ElementwiseName *elementwise_by_token(std::string_view token) noexcept;

// The token in front of `text` that is the longest; null when none stands there. A token ends at an
// underscore or at the end of the text.
const ElementwiseName *longest_elementwise_prefix(std::string_view text) noexcept;

bool is_commutative(op::BinaryKind kind) noexcept;

}  // namespace ascendcl::host::engine
