// How lowering and translation give up: with the reason, the node's name and its type. The engine
// turns it into an Outcome, so nothing that could not be recovered is ever computed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "host/engine/engine.h"

namespace ascendcl::host::engine {

class Refusal : public std::runtime_error {
   public:
    explicit Refusal(const std::string &text) : std::runtime_error(text) {}
    // The reason comes first: names can be hundreds of characters long.
    Refusal(std::string_view node, std::string_view type, std::string_view reason)
        : std::runtime_error(std::string(reason) + ": node '" + std::string(node) + "' (" +
                             std::string(type) + ")"),
          node_(node),
          type_(type),
          reason_size_(reason.size()) {}

    bool names_node() const noexcept { return reason_size_ != 0; }
    // Without the node, where one is named.
    std::string_view reason() const noexcept {
        return std::string_view(what()).substr(0, names_node() ? reason_size_ : std::string::npos);
    }
    RefusedNode refused() const { return {node_, type_, std::string(reason())}; }
    virtual Outcome::Kind kind() const noexcept { return Outcome::Kind::kRefused; }

   private:
    std::string node_;
    std::string type_;
    size_t reason_size_ = 0;  // 0 when no node is named
};

// Of a graph that no runtime could run: it contradicts itself.
class Damage : public Refusal {
   public:
    using Refusal::Refusal;
    Outcome::Kind kind() const noexcept override { return Outcome::Kind::kDamaged; }
};

// Runs `step`. What it refuses without a node's name is said of this node.
template <typename Step>
void refusing_at(std::string_view node, std::string_view type, Step &&step) {
    try {
        step();
    } catch (const Damage &damage) {
        if (damage.names_node()) throw;
        throw Damage(node, type, damage.what());
    } catch (const Refusal &refusal) {
        if (refusal.names_node()) throw;
        throw Refusal(node, type, refusal.what());
    }
}

// Of an attribute that the op cannot do without.
class MissingAttribute : public Refusal {
   public:
    using Refusal::Refusal;
};

// Of a result whose shape would have to be known beforehand.
class OpenOutput : public Refusal {
   public:
    OpenOutput(std::string_view node, std::string_view type)
        : Refusal(node, type, "its output's shape is dynamic and cannot be told from its inputs'") {
    }
};

// Of a declared result that is not what is computed.
class WrongOutput : public Refusal {
   public:
    using Refusal::Refusal;
};

}  // namespace ascendcl::host::engine
