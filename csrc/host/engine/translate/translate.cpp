// The driver of the translation.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/translate.h"

#include <algorithm>
#include <new>
#include <openvino/opsets/opset13.hpp>

#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

Shape without_ones(const Shape &shape) {
    Shape kept;
    std::copy_if(shape.begin(), shape.end(), std::back_inserter(kept),
                 [](int64_t dim) { return dim != 1; });
    return kept;
}

// The file's declaration is the truth: dims of one may come and go, anything else is an error in
// what was recovered.
ov::Output<ov::Node> in_declared_shape(const PlainNode &node, const ov::Output<ov::Node> &value) {
    const ov::Shape &computed_shape = value.get_shape();
    const Shape computed(computed_shape.begin(), computed_shape.end());
    if (!node.declared || computed == *node.declared) return value;
    if (without_ones(computed) != without_ones(*node.declared))
        throw Refusal("it computes " + to_string(computed) + " where the file declares " +
                      to_string(*node.declared));
    return reshaped(value, *node.declared);
}

// True when `value` is an input of the model in another shape or type at most.
bool is_passed_through(ov::Output<ov::Node> value) {
    while (ov::is_type<ops::Reshape>(value.get_node()) ||
           ov::is_type<ops::Convert>(value.get_node()))
        value = value.get_node()->input_value(0);
    return ov::is_type<ops::Parameter>(value.get_node());
}

// The CPU plugin does not write an output that is an input when both are the caller's memory:
// something has to compute it.
ov::Output<ov::Node> computed(const ov::Output<ov::Node> &value) {
    if (value.get_element_type() == ov::element::boolean)
        return std::make_shared<ops::LogicalOr>(value, value);
    return std::make_shared<ops::Maximum>(value, value);
}

class Translation {
   public:
    explicit Translation(const PlainGraph &graph) : graph_(graph), values_(graph.value_count()) {}

    std::shared_ptr<ov::Model> run() {
        for (const PlainNode &node : graph_.nodes()) add(node);
        return std::make_shared<ov::Model>(results(), ordered_parameters());
    }

   private:
    void add(const PlainNode &node) {
        try {
            Outputs inputs;
            for (const ValueId input : node.inputs)
                inputs.push_back(values_[static_cast<size_t>(input)]);
            Outputs outputs = std::visit(
                [&](const auto &operation) { return emit_any(operation, inputs); }, node.op);
            if (node.output_count < 1 || outputs.size() != static_cast<size_t>(node.output_count))
                throw Refusal("its number of outputs is not possible");
            if (node.output_count == 1) outputs[0] = in_declared_shape(node, outputs[0]);
            outputs[0].get_node()->set_friendly_name(node.name + "/" +
                                                     std::to_string(node.first_output));
            for (int32_t i = 0; i < node.output_count; ++i)
                values_[static_cast<size_t>(node.first_output) + static_cast<size_t>(i)] =
                    outputs.at(static_cast<size_t>(i));
        } catch (const std::bad_alloc &) {
            throw;
        } catch (const std::exception &error) {
            throw Refusal(node.name, node.type, error.what());
        }
    }

    Outputs emit_any(const op::Parameter &parameter, const Outputs &) {
        const ov::Shape shape(parameter.dims.begin(), parameter.dims.end());
        const auto node = std::make_shared<ops::Parameter>(element_type(parameter.dtype), shape);
        parameters_.push_back(node);
        if (!node->get_element_type().is_real() || node->get_element_type() == ov::element::f32)
            return {node};
        return {std::make_shared<ops::Convert>(node, ov::element::f32)};
    }

    template <typename Operation>
    Outputs emit_any(const Operation &operation, const Outputs &inputs) {
        return emit(operation, inputs);
    }

    // Parameters are added in descriptor order by lowering.
    ov::ParameterVector ordered_parameters() const { return parameters_; }

    ov::ResultVector results() {
        ov::ResultVector results;
        for (const PlainResult &result : graph_.results) {
            ov::Output<ov::Node> value = values_[static_cast<size_t>(result.value)];
            const ov::element::Type type = element_type(result.dtype);
            const ov::element::Type computed_type = value.get_element_type();
            if (result.keeps_type && computed_type != type &&
                !(computed_type.is_real() && type.is_real()))
                throw WrongOutput("output '" + result.name + "' is declared " +
                                  type.get_type_name() + ", it computes " +
                                  computed_type.get_type_name());
            if (is_passed_through(value)) value = computed(value);
            if (value.get_element_type() != type)
                value = std::make_shared<ops::Convert>(value, type);
            const ov::Shape computed_dims = value.get_shape();
            if (result.dims && Shape(computed_dims.begin(), computed_dims.end()) != *result.dims)
                throw Refusal("output '" + result.name + "' has another shape than declared");
            results.push_back(std::make_shared<ops::Result>(value));
        }
        return results;
    }

    const PlainGraph &graph_;
    std::vector<ov::Output<ov::Node>> values_;
    ov::ParameterVector parameters_;
};

}  // namespace

std::shared_ptr<ov::Model> translate(const PlainGraph &graph) { return Translation(graph).run(); }

}  // namespace ascendcl::host::engine
