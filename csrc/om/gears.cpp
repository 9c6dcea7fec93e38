// Putting a gear's values where the inputs' dims are open.
// SPDX-License-Identifier: Apache-2.0
#include "om/gears.h"

#include <algorithm>
#include <string>

namespace ascendcl::om {

namespace {

[[noreturn]] void misfit(size_t gear, const std::string &what) {
    throw Error(ErrorCode::kBadModelDef, "gear " + std::to_string(gear) + ": " + what);
}

// Batch and image sizes are the same for every input; dims are listed input after input.
class Values {
   public:
    Values(const Descriptors &model, size_t gear)
        : gear_(gear), values_(model.gears[gear]), shared_(model.gear_kind != GearKind::kDims) {}

    void put_into(IoDescriptor &input) {
        if (shared_) next_ = 0;
        const size_t first = next_;
        for (size_t i = 0; i < input.dims.size(); ++i) {
            if (input.dims[i] >= 0) continue;
            if (next_ == values_.size()) misfit(gear_, "it has no value for every open dim");
            const int64_t value = values_[next_++];
            if (value <= 0) misfit(gear_, "the size " + std::to_string(value) + " is impossible");
            input.dims[i] = value;
        }
        if (shared_ && next_ != first && next_ != values_.size()) leave_over();
    }

    void expect_none_left() const {
        if (!shared_ && next_ != values_.size()) leave_over();
    }

   private:
    [[noreturn]] void leave_over() const { misfit(gear_, "it has more values than open dims"); }

    const size_t gear_;
    const std::vector<int64_t> &values_;
    const bool shared_;
    size_t next_ = 0;
};

bool is_open(const std::vector<int64_t> &dims) noexcept {
    return std::any_of(dims.begin(), dims.end(), [](int64_t dim) { return dim < 0; });
}

void set_dims(IoDescriptor &io, const std::vector<int64_t> &dims) {
    io.dims = dims;
    io.dims_v2 = dims;
    io.ranges.clear();
    io.size = element_size(io.dtype);
    for (const int64_t dim : dims) {
        if (__builtin_mul_overflow(io.size, static_cast<uint64_t>(dim), &io.size)) {
            throw Error(ErrorCode::kBadModelDef, "'" + io.name + "' is larger than any memory");
        }
    }
}

}  // namespace

const Node *gear_switch(const Graph &graph) noexcept {
    const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(), [](const Node &node) {
        return node.type == "Case" && node.attrs.integer("_batch_num").value_or(0) > 0;
    });
    return found == graph.nodes.end() ? nullptr : &*found;
}

const Node *net_output(const Graph &graph) noexcept {
    const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                    [](const Node &node) { return node.type == "NetOutput"; });
    return found == graph.nodes.end() ? nullptr : &*found;
}

std::vector<size_t> gear_input_order(const Descriptors &model) {
    std::vector<size_t> order;
    for (const std::string &name : model.user_input_order) {
        for (size_t i = 0; i < model.inputs.size(); ++i) {
            if (model.inputs[i].name == name) order.push_back(i);
        }
    }
    std::vector<size_t> as_stored;
    for (size_t i = 0; i < model.inputs.size(); ++i) {
        if (model.inputs[i].name != kGearInput) as_stored.push_back(i);
    }
    std::vector<size_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    return sorted == as_stored ? order : as_stored;
}

Descriptors descriptors_of_gear(const Descriptors &model, size_t index) {
    Descriptors gear;
    gear.inputs = model.inputs;
    Values values(model, index);
    for (const size_t input : gear_input_order(model)) {
        IoDescriptor &io = gear.inputs[input];
        if (!is_open(io.dims)) continue;
        values.put_into(io);
        set_dims(io, std::vector<int64_t>(io.dims));
    }
    values.expect_none_left();
    gear.inputs.erase(std::remove_if(gear.inputs.begin(), gear.inputs.end(),
                                     [](const IoDescriptor &io) { return io.name == kGearInput; }),
                      gear.inputs.end());
    gear.outputs = model.outputs;
    for (size_t i = 0; i < gear.outputs.size(); ++i) {
        IoDescriptor &io = gear.outputs[i];
        if (!model.gear_output_dims.empty()) set_dims(io, model.gear_output_dims[index][i]);
        if (is_open(io.dims)) misfit(index, "the dims of output '" + io.name + "' are not known");
    }
    return gear;
}

std::vector<size_t> gear_output_slots(const Graph &main, const Node &choice,
                                      const Node &net_output) {
    const Node *end = om::net_output(main);
    if (end == nullptr) return {};
    std::vector<size_t> slots;
    for (const Edge &edge : end->inputs) {
        if (edge.kind != Edge::Kind::kData) continue;
        if (edge.node != choice.name) return {};
        size_t slot = 0;
        for (; slot < net_output.input_descs.size(); ++slot) {
            const auto given = static_cast<int64_t>(slot);
            const AttrMap &attrs = net_output.input_descs[slot].attrs;
            if (attrs.integer(kParentIndex).value_or(given) == edge.index) break;
        }
        if (slot == net_output.input_descs.size()) return {};
        slots.push_back(slot);
    }
    return slots;
}

std::vector<std::vector<std::vector<int64_t>>> gear_outputs_of_graphs(const ModelDef &model,
                                                                      Budget &budget) {
    const Graph &main = model.graphs.at(0);
    const Node *choice = gear_switch(main);
    if (choice == nullptr) return {};
    std::vector<std::vector<std::vector<int64_t>>> dims;
    const std::vector<std::string_view> bodies = choice->subgraphs();
    budget.reserve(dims, bodies.size());
    for (const std::string_view name : bodies) {
        const Graph *graph = model.find(name);
        const Node *end = graph == nullptr ? nullptr : net_output(*graph);
        if (end == nullptr) return {};
        const std::vector<size_t> slots = gear_output_slots(main, *choice, *end);
        if (slots.empty()) return {};
        budget.reserve(dims.emplace_back(), slots.size());
        for (const size_t slot : slots) {
            const std::vector<int64_t> &shape = end->input_descs[slot].shape;
            if (is_open(shape)) return {};
            budget.charge(shape.size(), sizeof(int64_t));
            dims.back().push_back(shape);
        }
    }
    return dims;
}

}  // namespace ascendcl::om
