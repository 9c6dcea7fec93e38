// The GE graph that an .om file stores (partition 0). Strings are views into the file; attributes
// are decoded when they are asked for. The file's bytes must outlive all of it.
// Reference: om_format.md parts 2 and 4.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "om/bytes.h"
#include "om/types.h"

namespace ascendcl::om {

class AttrNames;  // the model's tables of compressed attribute names and values
struct TensorDesc;
struct TensorDef;
struct Attribute;

// map<string, AttrDef>, read from the message that owns it. Compressed names (om_compress_version
// 1) are resolved here, so callers use plain names throughout; where a name is stored in both ways,
// the plain one counts. A getter answers nullopt (an empty list) when the attribute is absent or of
// another kind.
class AttrMap {
   public:
    AttrMap() = default;
    // The map entries are the fields `field` of the message `owner`.
    AttrMap(Bytes owner, uint32_t field, std::shared_ptr<const AttrNames> names);

    bool has(std::string_view name) const;
    std::optional<int64_t> integer(std::string_view name) const;
    std::optional<float> real(std::string_view name) const;
    std::optional<bool> boolean(std::string_view name) const;
    std::optional<std::string_view> text(std::string_view name) const;
    std::optional<TensorDef> tensor(std::string_view name) const;
    std::vector<int64_t> integers(std::string_view name) const;
    std::vector<std::vector<int64_t>> integer_lists(std::string_view name) const;
    std::vector<float> reals(std::string_view name) const;
    std::vector<bool> booleans(std::string_view name) const;
    // A list of strings; a single string answers a list of one.
    std::vector<std::string_view> texts(std::string_view name) const;
    // Nested attributes (AttrDef.func).
    std::optional<AttrMap> nested(std::string_view name) const;
    // All names, decompressed.
    std::vector<std::string> names() const;

    // As stored, of whatever kind (attributes.h).
    std::optional<Attribute> find(std::string_view name) const;
    // The message that holds them.
    Bytes owner() const noexcept { return {owner_, owner_size_}; }
    const std::shared_ptr<const AttrNames> &name_tables() const noexcept { return names_; }

   private:
    // Every node and every description has one: 32 bytes.
    const uint8_t *owner_ = nullptr;
    uint32_t owner_size_ = 0;
    uint32_t field_ = 0;
    std::shared_ptr<const AttrNames> names_;  // none: names are stored plainly
};

// Files hold many of them, so that they keep what every reader wants and read the rest of their
// message when it is asked for. The same holds for Node.
struct TensorDesc {
    std::string_view layout;  // as stored: "NC1HWC0", "FRACTAL_Z:72"
    Format format = Format::kUndefined;
    DataType dtype = DataType::kUndefined;
    std::vector<int64_t> shape;  // as stored
    AttrMap attrs;

    std::string_view name() const;
    int64_t size() const;
    int64_t weight_size() const;
    int64_t data_offset() const;

    // The logical tensor: origin_format/origin_shape where the stored layout is a fractal one.
    Format origin_format() const;
    std::vector<int64_t> origin_shape() const;
    // Groups of a FRACTAL_Z filter: the sub format of format_for_int, else the layout's suffix,
    // else 1.
    int64_t sub_format() const;
};

struct TensorDef {
    TensorDesc desc;
    Bytes data;  // empty in compiled models: desc.data_offset() addresses the weights
};

// One data edge. `index` is the producer's output; control edges and unconnected slots are told
// apart by kind.
struct Edge {
    enum class Kind : uint8_t { kData, kControl, kNone };
    std::string_view node;
    int32_t index = 0;
    Kind kind = Kind::kNone;
};

struct Node {
    std::string_view name;
    std::string_view type;
    int64_t id = 0;
    std::vector<Edge> inputs;  // slot by slot, control edges included where they stand
    std::vector<TensorDesc> input_descs;
    std::vector<TensorDesc> output_descs;
    AttrMap attrs;

    std::vector<std::string_view> input_names() const;  // may be empty
    std::vector<std::string_view> src_names() const;    // of NetOutput
    std::vector<int64_t> src_indexes() const;
    std::vector<std::string_view> subgraphs() const;

    // Where the compiler placed what it reads and writes, in bytes: of connected inputs, in the
    // work memory, or in the weights where they are constants; of outputs and of scratch, in the
    // work memory. Each may have fewer entries than there are slots.
    std::vector<int64_t> input_offsets() const;
    std::vector<int64_t> output_offsets() const;
    std::vector<int64_t> scratch_offsets() const;
    std::vector<int64_t> scratch_sizes() const;
};

struct Graph {
    std::string_view name;
    std::vector<Node> nodes;  // in file order
    AttrMap attrs;

    const Node *find(std::string_view node) const noexcept;
};

struct ModelDef {
    std::string_view name;
    std::vector<Graph> graphs;  // [0] is the main graph, the others are named by Node::subgraphs
    AttrMap attrs;

    const Graph *find(std::string_view graph) const noexcept;

    // Decodes partition 0. Throws Error(kBadModelDef | kTooComplex). What it allocates stays below
    // a multiple of the partition's size (budget.h).
    static ModelDef parse(Bytes partition);
};

}  // namespace ascendcl::om
