// Fuzz target: everything that reads an .om file without executing it, down to the last attribute.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/memory_bound.h"
#include "om/attributes.h"
#include "om/constants.h"
#include "om/container.h"
#include "om/descriptors.h"
#include "om/error.h"
#include "om/graph.h"
#include "om/kernels.h"

namespace {

using namespace ascendcl;

// Attributes are decoded when they are asked for: ask for each as the kind it is.
void read_attribute(const om::AttrMap &attrs, const std::string &name) {
    using Kind = om::Attribute::Kind;
    switch (attrs.find(name).value_or(om::Attribute{}).kind) {
        case Kind::kList:
            attrs.integers(name);
            attrs.reals(name);
            attrs.booleans(name);
            attrs.texts(name);
            break;
        case Kind::kTensor:
            attrs.tensor(name);
            break;
        case Kind::kNested:
            if (const auto nested = attrs.nested(name)) nested->names();
            break;
        case Kind::kIntegerLists:
            attrs.integer_lists(name);
            break;
        default:
            attrs.integer(name);
            attrs.text(name);
    }
}

void read_attributes(const om::AttrMap &attrs) {
    for (const std::string &name : attrs.names()) read_attribute(attrs, name);
}

void read_desc(const om::TensorDesc &desc) {
    desc.origin_format();
    desc.origin_shape();
    desc.sub_format();
    read_attributes(desc.attrs);
}

void read_node(const om::Node &node, om::Bytes weights) {
    read_attributes(node.attrs);
    for (const om::TensorDesc &desc : node.input_descs) read_desc(desc);
    for (const om::TensorDesc &desc : node.output_descs) read_desc(desc);
    if (const auto value = node.attrs.tensor("value")) {
        const om::Bytes bytes = om::constant_bytes(*value, weights);
        if (!bytes.empty()) static_cast<void>(bytes.read<uint8_t>(bytes.size - 1));
    }
}

void read_model(const om::ModelPartitions &model, bool is_old_inout_type) {
    const om::ModelDef def = om::ModelDef::parse(model.find(om::PartitionType::kModelDef));
    om::describe(model, def, is_old_inout_type);
    const om::KernelStore kernels = om::KernelStore::parse(model.find(om::PartitionType::kKernels));
    const om::Bytes weights = model.find(om::PartitionType::kWeights);
    for (const om::Graph &graph : def.graphs) {
        for (const om::Node &node : graph.nodes) {
            kernels.find(node);
            read_node(node, weights);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fuzz::MemoryBound bound(fuzz::MemoryBound::Of::kAllTogether, size);
    try {
        const om::Container container = om::Container::parse({data, size});
        container.work_size();
        container.weight_size();
        container.zero_copy_size();
        for (const om::ModelPartitions &model : container.models())
            read_model(model, container.header().model_type != 3);
    } catch (const om::Error &) {
        // The one way out for a damaged file; anything else ends the run.
    }
    return 0;
}
