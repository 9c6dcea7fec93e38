// Descriptors from the graph, and the check of the in/out info against them.
// SPDX-License-Identifier: Apache-2.0
#include "om/descriptors.h"

#include <algorithm>

#include "om/attributes.h"
#include "om/budget.h"
#include "om/gear_outputs.h"
#include "om/gears.h"

namespace ascendcl::om {

namespace {

constexpr size_t kHwck[] = {2, 3, 1, 0};  // of NCHW dims: how a FRACTAL_Z output is reported

bool is_input(const Node &node) noexcept {
    return node.type == "Data" || node.type == "AippData" || node.type == "AnnData";
}

bool is_known(const std::vector<int64_t> &dims) noexcept {
    return std::all_of(dims.begin(), dims.end(), [](int64_t dim) { return dim >= 0; });
}

// Elements times element size; 0 for unknown dims and what no memory could hold.
uint64_t byte_size(const std::vector<int64_t> &dims, DataType dtype) noexcept {
    if (!is_known(dims)) return 0;
    uint64_t size = element_size(dtype);
    for (const int64_t dim : dims) {
        if (__builtin_mul_overflow(size, static_cast<uint64_t>(dim), &size)) return 0;
    }
    return size;
}

IoDescriptor input_descriptor(const Node &node) {
    if (node.input_descs.empty()) {
        throw Error(ErrorCode::kBadModelDef,
                    "the input " + std::string(node.name) + " has no description");
    }
    const TensorDesc &desc = node.input_descs[0];
    IoDescriptor io;
    io.name = node.name;
    io.dtype = desc.dtype;
    io.format = desc.format;
    io.dims = desc.shape;
    for (const char *attr : {"_dynamic_aipp_input_dims", "_mbatch_origin_input_dims"}) {
        if (!node.attrs.has(attr)) continue;
        io.dims = node.attrs.integers(attr);
        break;
    }
    io.dims_v2 = node.attrs.has("input_dims") ? node.attrs.integers("input_dims") : io.dims;
    // The gears' dims have -1; the largest gear's size stands in the description all the same.
    if (const int64_t size = desc.size(); size > 0 && is_known(desc.shape)) {
        io.size = static_cast<uint64_t>(size);
    } else {
        io.size = byte_size(desc.shape, desc.dtype);
    }
    return io;
}

std::vector<const Node *> input_nodes(const Graph &graph) {
    std::vector<std::pair<int64_t, const Node *>> found;
    bool has_indexes = true;
    for (const Node &node : graph.nodes) {
        if (!is_input(node)) continue;
        const auto index = node.attrs.integer("index");
        has_indexes = has_indexes && index.has_value();
        found.emplace_back(index.value_or(0), &node);
    }
    // The nodes lie in one array: where indexes are equal, their order is kept.
    if (has_indexes) std::sort(found.begin(), found.end());
    std::vector<const Node *> nodes;
    for (const auto &[index, node] : found) nodes.push_back(node);
    return nodes;
}

// Where the outputs come from, as NetOutput says it.
struct OutputSources {
    std::vector<std::string_view> outputs;  // of the model's own attribute
    std::vector<std::string_view> nodes;
    std::vector<int64_t> indexes;
};

std::string output_name(const Node &net_output, size_t slot, const OutputSources &sources) {
    const auto source_index = [&] {
        if (slot >= sources.indexes.size()) {
            throw Error(ErrorCode::kBadModelDef,
                        "output " + std::to_string(slot) + " of the model names no source");
        }
        return std::to_string(sources.indexes[slot]);
    };
    if (sources.outputs.size() == net_output.input_descs.size()) {
        std::string name(sources.outputs[slot]);
        if (name.find(':') == std::string::npos) name += ":" + source_index();
        return name;
    }
    if (slot >= sources.nodes.size()) {
        throw Error(ErrorCode::kBadModelDef,
                    "output " + std::to_string(slot) + " of the model names no source");
    }
    return "output_" + std::to_string(slot) + "_" + std::string(sources.nodes[slot]) + "_" +
           source_index();
}

IoDescriptor output_descriptor(const TensorDesc &desc) {
    IoDescriptor io;
    io.dtype = desc.dtype;
    io.format = desc.format;
    io.dims = desc.shape;
    if (desc.format == Format::kFractalZ && desc.shape.size() == std::size(kHwck)) {
        for (size_t i = 0; i < std::size(kHwck); ++i) io.dims[i] = desc.shape[kHwck[i]];
    }
    io.dims_v2 = io.dims;
    const int64_t special = desc.attrs.integer("_special_input_size").value_or(0);
    io.size = special > 0 ? static_cast<uint64_t>(special) : byte_size(desc.shape, desc.dtype);
    return io;
}

void add_outputs(const ModelDef &model, const Node &net_output, Budget &budget,
                 Descriptors &descriptors) {
    const OutputSources sources{model.attrs.texts("attr_model_out_nodes_name"),
                                net_output.src_names(), net_output.src_indexes()};
    budget.reserve(descriptors.outputs, net_output.input_descs.size());
    for (size_t slot = 0; slot < net_output.input_descs.size(); ++slot) {
        IoDescriptor io = output_descriptor(net_output.input_descs[slot]);
        io.name = output_name(net_output, slot, sources);
        budget.charge(2 * io.dims.size(), sizeof(int64_t));
        budget.charge(io.name.size(), 1);
        descriptors.outputs.push_back(std::move(io));
    }
}

GearKind gear_kind(int64_t stored) noexcept {
    switch (stored) {
        case static_cast<int64_t>(GearKind::kBatch):
            return GearKind::kBatch;
        case static_cast<int64_t>(GearKind::kImage):
            return GearKind::kImage;
        case static_cast<int64_t>(GearKind::kDims):
            return GearKind::kDims;
        default:
            return GearKind::kNone;
    }
}

void add_gears(const Node &switch_node, Budget &budget, Descriptors &descriptors) {
    const AttrMap &attrs = switch_node.attrs;
    const int64_t count = attrs.integer("_batch_num").value_or(0);
    for (int64_t i = 0; i < count; ++i) {
        const std::string name = "_pred_value_" + std::to_string(i);
        if (!attrs.has(name)) {
            throw Error(ErrorCode::kBadModelDef, "the model announces " + std::to_string(count) +
                                                     " gears and lacks " + name);
        }
        descriptors.gears.push_back(attrs.integers(name));
        budget.charge(1, 2 * sizeof(std::vector<int64_t>) + Budget::kAllocationOverhead);
        budget.charge(descriptors.gears.back().size(), sizeof(int64_t));
    }
    if (count <= 0) return;
    descriptors.gear_kind = gear_kind(attrs.integer("mbatch_dynamic_type").value_or(-1));
    for (const std::string_view name : attrs.texts("user_designate_shape_order")) {
        budget.charge(1, 2 * sizeof(std::string) + name.size());
        descriptors.user_input_order.emplace_back(name);
    }
}

[[noreturn]] void differ(const std::string &where, const char *field, const std::string &graph,
                         const std::string &tlv) {
    throw Error(ErrorCode::kInconsistent, where + ": " + field + " is " + graph +
                                              " in the graph and " + tlv + " in the in/out info");
}

std::string to_text(const std::vector<int64_t> &dims) {
    constexpr size_t kShown = 16;
    std::string text = "[";
    for (size_t i = 0; i < std::min(dims.size(), kShown); ++i) {
        text += (i == 0 ? "" : ",") + std::to_string(dims[i]);
    }
    return text + (dims.size() > kShown ? ",...]" : "]");
}

// What the file is certain about. Rules that no file was seen to follow (AIPP, gears, fractal
// outputs) and values that either side leaves open cannot contradict.
struct Certainty {
    bool name;
    bool shape;
};

void cross_check(const std::string &where, IoDescriptor &graph, IoDescriptor &tlv,
                 const Certainty &certain) {
    if (certain.name && graph.name != tlv.name) differ(where, "the name", graph.name, tlv.name);
    if (graph.dtype == DataType::kUndefined) {
        graph.dtype = tlv.dtype;
    } else if (tlv.dtype != DataType::kUndefined && graph.dtype != tlv.dtype) {
        differ(where, "the data type", name(graph.dtype), name(tlv.dtype));
    }
    if (graph.format == Format::kUndefined) {
        graph.format = tlv.format;
    } else if (certain.shape && tlv.format != Format::kUndefined && graph.format != tlv.format) {
        differ(where, "the format", name(graph.format), name(tlv.format));
    }
    if (certain.shape && graph.dims != tlv.dims) {
        differ(where, "the shape", to_text(graph.dims), to_text(tlv.dims));
    }
    if (certain.shape && !tlv.dims_v2.empty() && graph.dims_v2 != tlv.dims_v2) {
        differ(where, "the shape before AIPP", to_text(graph.dims_v2), to_text(tlv.dims_v2));
    }
    if (graph.size == 0) {
        graph.size = tlv.size;
    } else if (certain.shape && tlv.size != 0 && graph.size != tlv.size) {
        differ(where, "the size", std::to_string(graph.size), std::to_string(tlv.size));
    }
    graph.ranges = std::move(tlv.ranges);
}

void expect_count(const char *what, size_t graph, size_t tlv) {
    if (graph != tlv) {
        differ(std::string("the model's ") + what, "the number", std::to_string(graph),
               std::to_string(tlv));
    }
}

bool has_aipp(const Node &node) {
    return node.type == "AippData" || node.attrs.has("aipp") || node.attrs.has("input_dims") ||
           node.attrs.has("_dynamic_aipp_input_dims") || node.attrs.has("_data_related_aipp_mode");
}

const Node *find_type(const Graph &graph, std::string_view type) noexcept {
    for (const Node &node : graph.nodes) {
        if (node.type == type) return &node;
    }
    return nullptr;
}

}  // namespace

Descriptors descriptors_from_graph(const ModelDef &model) {
    Descriptors descriptors;
    const auto &tables = model.attrs.name_tables();
    Budget budget(tables == nullptr ? 0 : tables->source_size());
    const Graph &graph = model.graphs.at(0);
    const std::vector<const Node *> inputs = input_nodes(graph);
    budget.reserve(descriptors.inputs, inputs.size());
    for (const Node *node : inputs) {
        descriptors.inputs.push_back(input_descriptor(*node));
        const IoDescriptor &io = descriptors.inputs.back();
        budget.charge(io.dims.size() + io.dims_v2.size(), sizeof(int64_t));
        budget.charge(io.name.size(), 1);
    }
    if (const Node *switch_node = gear_switch(graph)) {
        add_gears(*switch_node, budget, descriptors);
    }
    if (const Node *net_output = find_type(graph, "NetOutput")) {
        add_outputs(model, *net_output, budget, descriptors);
        descriptors.gear_output_dims =
            parse_gear_outputs(net_output->attrs.texts("_dynamic_output_dims"),
                               descriptors.gears.size(), descriptors.outputs.size(), budget);
        if (descriptors.gear_output_dims.empty() && !descriptors.gears.empty()) {
            descriptors.gear_output_dims = gear_outputs_of_graphs(model, budget);
        }
    }
    return descriptors;
}

Descriptors describe(const ModelPartitions &model, const ModelDef &def, bool is_old_inout_type) {
    Descriptors graph = descriptors_from_graph(def);
    auto type = PartitionType::kInOutInfo;
    if (!model.has(type) && is_old_inout_type) type = PartitionType::kInOutInfoOld;
    if (!model.has(type)) return graph;
    Descriptors tlv = descriptors_from_tlv(model.find(type));
    expect_count("inputs", graph.inputs.size(), tlv.inputs.size());
    expect_count("outputs", graph.outputs.size(), tlv.outputs.size());
    const std::vector<const Node *> nodes = input_nodes(def.graphs[0]);
    for (size_t i = 0; i < nodes.size(); ++i) {
        const bool certain = is_known(graph.inputs[i].dims) && !has_aipp(*nodes[i]);
        cross_check("input " + std::to_string(i), graph.inputs[i], tlv.inputs[i], {true, certain});
    }
    const bool named = def.attrs.texts("attr_model_out_nodes_name").size() == graph.outputs.size();
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
        IoDescriptor &io = graph.outputs[i];
        const bool plain =
            io.format == Format::kNCHW || io.format == Format::kNHWC || io.format == Format::kND;
        const bool certain = plain && is_known(io.dims) && tlv.gears.empty();
        cross_check("output " + std::to_string(i), io, tlv.outputs[i], {named, certain});
    }
    if (graph.gears.empty()) {
        graph.gears = std::move(tlv.gears);
    } else if (!tlv.gears.empty() && graph.gears != tlv.gears) {
        throw Error(ErrorCode::kInconsistent, "the gears of the graph are not the in/out info's");
    }
    if (graph.gear_kind == GearKind::kNone) graph.gear_kind = tlv.gear_kind;
    if (graph.gear_output_dims.empty()) graph.gear_output_dims = std::move(tlv.gear_output_dims);
    if (graph.user_input_order.empty()) graph.user_input_order = std::move(tlv.user_input_order);
    return graph;
}

}  // namespace ascendcl::om
