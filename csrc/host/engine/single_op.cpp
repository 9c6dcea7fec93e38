// The node, its lowering, and the check of what it computes against what the caller declares.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/single_op.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "host/engine/infer_dims.h"
#include "host/engine/lower/constants.h"
#include "host/engine/lower/elementwise_names.h"
#include "host/engine/lower/lowering.h"
#include "host/engine/lower/matmul.h"
#include "host/engine/lower/ops.h"
#include "host/engine/translate/emit.h"
#include "host/engine/translate/translate.h"
#include "om/attributes.h"
#include "om/fields.h"
#include "om/wire_writer.h"

namespace ascendcl::host::engine {
namespace {

using Kind = Outcome::Kind;

// In a file both flags are stated; a caller may leave them at their default.
std::string with_default_transposes(const std::string &attributes) {
    om::wire::Writer value, entry, all;
    value.scalar(static_cast<uint32_t>(om::Attribute::Kind::kBoolean), 0);
    entry.bytes(om::fields::kMapKey, "transpose_x1");
    entry.bytes(om::fields::kMapValue, value.message());
    all.bytes(om::fields::op::kAttr, entry.message());
    return attributes + all.message();
}

om::AttrMap attributes_in(const std::string &message) {
    return {{reinterpret_cast<const uint8_t *>(message.data()), message.size()},
            om::fields::op::kAttr,
            nullptr};
}

om::TensorDesc descriptor(const OpTensor &tensor) {
    om::TensorDesc desc;
    desc.dtype = static_cast<om::DataType>(tensor.dtype);
    desc.format = static_cast<om::Format>(tensor.format);
    desc.layout = om::name(desc.format);
    desc.shape = tensor.dims;
    return desc;
}

std::optional<Shape> dims_from_inputs(const OpRequest &request, const om::AttrMap &attrs) {
    std::vector<Shape> inputs;
    for (const OpTensor &input : request.inputs) inputs.push_back(input.dims);
    return assumed_dims(request.type, attrs, inputs);
}

// Holds what the node's views point to.
struct NodeTexts {
    std::string attributes;
    std::vector<std::string> input_names;
};

void add_input(Lowering &lowering, const OpTensor &tensor, const std::string &name,
               om::Node &node) {
    if (!tensor.connected) {
        node.inputs.emplace_back();
        node.input_descs.emplace_back();
        return;
    }
    const om::TensorDesc desc = descriptor(tensor);
    const LogicalTensor logical = logical_tensor(desc);
    element_type(desc.dtype);  // refuses what cannot be computed with
    Op source = op::Parameter{desc.dtype, tensor.dims};
    if (tensor.value != nullptr) {
        const auto *bytes = static_cast<const uint8_t *>(tensor.value);
        source = make_constant(desc.dtype, tensor.dims, {bytes, bytes + tensor.value_size});
    }
    const ValueId value = lowering.graph.add(name, "Data", std::move(source), {});
    if (tensor.value == nullptr) lowering.graph.parameters.push_back(value);
    lowering.done[name].push_back(Produced{value, logical});
    node.inputs.push_back({name, 0, om::Edge::Kind::kData});
    node.input_descs.push_back(desc);
}

// Elementwise ops have one or two operands and do not convert: all are of one type.
void require_elementwise_operands(const OpRequest &request) {
    const ElementwiseName *name = elementwise_by_type(request.type);
    if (name == nullptr) return;
    const size_t count = name->is_unary() ? 1 : 2;
    if (request.inputs.size() != count)
        throw OpRefusal(Kind::kInput, request.type + " has " + std::to_string(count) +
                                          " inputs, not " + std::to_string(request.inputs.size()));
    for (const OpTensor &input : request.inputs)
        if (input.connected && input.dtype != request.inputs[0].dtype)
            throw OpRefusal(Kind::kInput, request.type + ": its inputs have different types");
}

// The one op whose result an attribute says, which the caller declares as well.
void require_cast_type(const OpRequest &request, const om::AttrMap &attrs) {
    if (request.type != "Cast" || request.outputs.size() != 1) return;
    const auto stated = attrs.integer("dst_type");
    if (!stated) throw OpRefusal(Kind::kAttribute, "Cast: attribute 'dst_type' is missing");
    if (*stated != request.outputs[0].dtype)
        throw OpRefusal(Kind::kAttribute,
                        "Cast: attribute 'dst_type' is " + std::to_string(*stated) +
                            ", the output's data type " + std::to_string(request.outputs[0].dtype));
}

std::string type_name(int32_t dtype) { return om::name(static_cast<om::DataType>(dtype)); }

// All floating point is f32 inside: which width the result has, the inputs say.
void require_output_width(const OpRequest &request, size_t index) {
    const int32_t declared = request.outputs[index].dtype;
    if (!om::is_floating(static_cast<om::DataType>(declared)) || request.type == "Cast" ||
        is_matrix_product(request.type))
        return;
    std::string widths;
    for (const OpTensor &input : request.inputs) {
        if (!input.connected || !om::is_floating(static_cast<om::DataType>(input.dtype))) continue;
        if (input.dtype == declared) return;
        widths = type_name(input.dtype);
    }
    if (!widths.empty())
        throw OpRefusal(Kind::kOutput, request.type + ": output " + std::to_string(index) +
                                           " is declared " + type_name(declared) +
                                           ", its inputs are " + widths);
}

Shape without_ones(Shape shape) {
    shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
    return shape;
}

// Dims of one may come and go: the elements are the same.
void require_output_dims(const OpRequest &request, size_t index, const Shape &computed) {
    const Shape &declared = request.outputs[index].dims;
    if (is_open(declared) || without_ones(declared) == without_ones(computed)) return;
    throw OpRefusal(Kind::kOutput, request.type + ": output " + std::to_string(index) +
                                       " is declared " + to_string(declared) + ", it computes " +
                                       to_string(computed));
}

bool is_empty(const Shape &dims) { return element_count(dims) == 0; }

// Plugins are not at ease with empty tensors. Throws OpRefusal for an op that makes something of
// one.
bool computes_nothing(const OpRequest &request, const std::vector<Shape> &output_dims) {
    if (std::all_of(output_dims.begin(), output_dims.end(), is_empty)) return true;
    for (const OpTensor &input : request.inputs)
        if (input.connected && is_empty(input.dims))
            throw OpRefusal(Kind::kInput, request.type + ": an input is empty");
    if (std::any_of(output_dims.begin(), output_dims.end(), is_empty))
        throw OpRefusal(Kind::kOutput, request.type + ": an output is empty");
    return false;
}

void lower_inputs(const OpRequest &request, Lowering &lowering, NodeTexts &texts, om::Node &node) {
    for (size_t i = 0; i < request.inputs.size(); ++i)
        texts.input_names.push_back("input " + std::to_string(i));
    try {
        for (size_t i = 0; i < request.inputs.size(); ++i)
            add_input(lowering, request.inputs[i], texts.input_names[i], node);
    } catch (const Refusal &refusal) {
        throw OpRefusal(Kind::kInput, request.type + ": " + refusal.what());
    }
    require_elementwise_operands(request);
}

void lower_node(const OpRequest &request, Lowering &lowering, const om::Node &node) {
    const LowerFunction function = find_lowering(request.type);
    if (function == nullptr)
        throw OpRefusal(Kind::kUnknownOp, "the op '" + request.type + "' is not known");
    Values values;
    try {
        NodeView view(lowering, node);
        values = function(view);
    } catch (const OpenOutput &) {
        throw OpRefusal(Kind::kOutput, request.type + ": the dims of its output have to be given");
    } catch (const MissingAttribute &refusal) {
        throw OpRefusal(Kind::kAttribute, refusal.what());
    } catch (const Refusal &refusal) {
        throw OpRefusal(Kind::kInput, refusal.what());
    }
    if (values.size() != request.outputs.size())
        throw OpRefusal(Kind::kOutput, request.type + " has " + std::to_string(values.size()) +
                                           " outputs, not " +
                                           std::to_string(request.outputs.size()));
    for (size_t i = 0; i < values.size(); ++i)
        lowering.graph.results.push_back({values[i], std::to_string(i),
                                          static_cast<om::DataType>(request.outputs[i].dtype),
                                          std::nullopt, true});
}

void add_outputs(const OpRequest &request, om::Node &node) {
    for (const OpTensor &output : request.outputs) {
        om::TensorDesc desc = descriptor(output);
        if (is_open(desc.shape)) {
            if (auto assumed = dims_from_inputs(request, node.attrs))
                desc.shape = std::move(*assumed);
        }
        try {
            element_type(desc.dtype);
            logical_tensor_or_open(desc);
        } catch (const Refusal &refusal) {
            throw OpRefusal(Kind::kOutput, request.type + ": " + refusal.what());
        }
        node.output_descs.push_back(std::move(desc));
    }
}

}  // namespace

SingleOp translate_single_op(const OpRequest &request) {
    const om::ModelDef no_model;
    const om::KernelStore no_kernels;
    Lowering lowering{no_model, no_kernels, {}, Framework::kUnknown, {}, {}, {}};
    NodeTexts texts{request.attributes, {}};
    if (is_matrix_product(request.type) && !stated_transposes(attributes_in(texts.attributes)))
        texts.attributes = with_default_transposes(request.attributes);

    om::Node node;
    node.name = node.type = request.type;
    node.attrs = attributes_in(texts.attributes);
    lower_inputs(request, lowering, texts, node);
    add_outputs(request, node);
    require_cast_type(request, node.attrs);
    lower_node(request, lowering, node);

    SingleOp result;
    result.findings = std::move(lowering.findings);
    try {
        Translated translated = translate(lowering.graph);
        result.model = std::move(translated.model);
        result.output_dims = std::move(translated.output_dims);
        std::move(translated.findings.begin(), translated.findings.end(),
                  std::back_inserter(result.findings));
    } catch (const WrongOutput &refusal) {
        throw OpRefusal(Kind::kOutput, request.type + ": " + refusal.what());
    } catch (const Refusal &refusal) {
        throw OpRefusal(Kind::kInput, refusal.what());
    }
    for (size_t i = 0; i < request.outputs.size(); ++i) {
        require_output_width(request, i);
        require_output_dims(request, i, result.output_dims[i]);
    }
    result.computes_nothing = computes_nothing(request, result.output_dims);
    return result;
}

}  // namespace ascendcl::host::engine
