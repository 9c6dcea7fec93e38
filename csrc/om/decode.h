// From stored messages to the structures of graph.h. Every vector is counted first and reserved
// to its exact size out of a budget.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "om/attributes.h"
#include "om/budget.h"
#include "om/graph.h"

namespace ascendcl::om {

class Decoder {
   public:
    Decoder(std::shared_ptr<const AttrNames> names, Budget budget)
        : names_(std::move(names)), budget_(budget) {}
    // For one attribute of `size` bytes, decoded when it is asked for.
    static Decoder on_demand(std::shared_ptr<const AttrNames> names, size_t size);

    Graph graph(Bytes message);
    Node node(Bytes message);
    TensorDesc tensor_desc(Bytes message);
    TensorDef tensor_def(Bytes message);

    Budget &budget() noexcept { return budget_; }

   private:
    void reserve(Node &node, Bytes message);

    std::shared_ptr<const AttrNames> names_;
    Budget budget_;
};

Budget on_demand_budget(const AttrNames *names, size_t size);

// How many length-delimited fields `number` a message has.
size_t count_fields(Bytes message, uint32_t number);
// A repeated integer field, packed or not.
std::vector<int64_t> decode_integers(Bytes message, uint32_t number, Budget &budget);

// Repeated fields of the message that owns `attrs`, decoded when they are asked for.
std::vector<std::string_view> message_texts(const AttrMap &attrs, uint32_t number);
std::vector<int64_t> message_integers(const AttrMap &attrs, uint32_t number);

// Of AttrDef.ListValue. Integers and data types are both varints.
std::vector<int64_t> list_integers(Bytes list, ListField field, const AttrNames *names);
std::vector<bool> list_booleans(Bytes list);  // a bit each: needs no budget
std::vector<float> list_reals(Bytes list, const AttrNames *names);
// Stored as texts or as indexes into the value table.
std::vector<std::string_view> list_texts(const Attribute &list, const AttrNames *names);
// Messages and raw bytes, as stored.
std::vector<Bytes> list_bytes(Bytes list, ListField field, const AttrNames *names);
// Of AttrDef.ListListInt.
std::vector<std::vector<int64_t>> integer_lists(Bytes message, const AttrNames *names);

// Checks the wire format of a ModelDef, and its compressed names and values, down to the last
// nested attribute, so that nothing decoded on demand later meets damage. Throws
// Error(kBadModelDef), or Error(kTooComplex) for nesting beyond protobuf's own limit.
void check_model_def(Bytes message, const AttrNames &names);

}  // namespace ascendcl::om
