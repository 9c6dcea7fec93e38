// The driver of the translation.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/translate.h"

#include <algorithm>
#include <new>
#include <openvino/opsets/opset13.hpp>

#include "host/engine/lower/logical_layout.h"
#include "host/engine/passed_through.h"
#include "host/engine/refusal.h"
#include "host/engine/shape_rules/shape_rules.h"
#include "host/engine/translate/emit.h"
#include "host/engine/translate/empty.h"
#include "host/engine/translate/exact.h"
#include "host/engine/translate/positions.h"
#include "host/engine/translate/run_time_values.h"
#include "host/engine/translate/typed_emit.h"

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
Typed in_declared_shape(const PlainNode &node, const Typed &value) {
    const Shape computed = dims_of(value);
    if (!node.declared || computed == *node.declared) return value;
    if (without_ones(computed) != without_ones(*node.declared))
        throw Refusal("it computes " + to_string(computed) + " where the file declares " +
                      to_string(*node.declared));
    return reshaped(value, *node.declared);
}

// In the type of an output, as it lies in the caller's memory.
ov::Output<ov::Node> as_output(const Typed &value, om::DataType dtype) {
    if (is_empty(value)) return empty_output(dtype, dims_of(value));
    const Typed typed = converted(value, dtype);
    const ov::Output<ov::Node> node =
        is_passed_through(typed.node) ? copied(typed).node : typed.node;
    switch (dtype) {
        case om::DataType::kFloat16:
        case om::DataType::kBfloat16:
        case om::DataType::kInt16:
        case om::DataType::kUint16:
            return std::make_shared<ops::Convert>(node, element_type(dtype));
        default:
            return node;
    }
}

class Translation {
   public:
    explicit Translation(const PlainGraph &graph) : graph_(graph), values_(graph.value_count()) {}

    Translated run() {
        for (const PlainNode &node : graph_.nodes()) add(node);
        Translated done;
        const ov::ResultVector results = this->results(done.output_dims);
        done.model = std::make_shared<ov::Model>(results, parameters_);
        done.findings = std::move(findings_);
        return done;
    }

    Examined examine() {
        Examined found;
        const auto refusing = [&found](auto &&step) {
            try {
                step();
            } catch (const Damage &) {
                throw;
            } catch (const Refusal &refusal) {
                found.refused.push_back(refusal.refused());
            }
        };
        const auto is_there = [this](ValueId value) {
            return values_[static_cast<size_t>(value)].node.get_node() != nullptr;
        };
        for (const PlainNode &node : graph_.nodes())
            if (std::all_of(node.inputs.begin(), node.inputs.end(), is_there))
                refusing([&] { add(node); });
        if (std::all_of(graph_.results.begin(), graph_.results.end(),
                        [&](const PlainResult &result) { return is_there(result.value); })) {
            std::vector<Shape> output_dims;
            refusing([&] { results(output_dims); });
        }
        found.findings = std::move(findings_);
        return found;
    }

   private:
    void add(const PlainNode &node) {
        try {
            TypedList inputs;
            for (const ValueId input : node.inputs)
                inputs.push_back(values_[static_cast<size_t>(input)]);
            TypedList outputs = emit_any(node, inputs);
            if (node.output_count < 1 || outputs.size() != static_cast<size_t>(node.output_count))
                throw Refusal("its number of outputs is not possible");
            if (node.output_count == 1) outputs[0] = in_declared_shape(node, outputs[0]);
            outputs[0].node.get_node()->set_friendly_name(node.name + "/" +
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

    TypedList emit_any(const PlainNode &node, const TypedList &inputs) {
        Shapes shapes;
        for (const Typed &input : inputs) shapes.push_back(dims_of(input));
        shapes = output_shapes(node.op, shapes);
        if (const auto *parameter = std::get_if<op::Parameter>(&node.op)) return {add(*parameter)};
        const TypedList outputs = emit_checked(node, inputs, shapes);
        for (size_t i = 0; i < std::min(outputs.size(), shapes.size()); ++i)
            if (dims_of(outputs[i]) != shapes[i])
                throw Refusal("OpenVINO computes " + to_string(dims_of(outputs[i])) +
                              " where its rule says " + to_string(shapes[i]));
        return outputs;
    }

    // `shapes` are those that the op's rule allows and yields: OpenVINO sees nothing else.
    TypedList emit_checked(const PlainNode &node, const TypedList &inputs, const Shapes &shapes) {
        std::vector<std::string> notes;
        TypedList outputs;
        if (std::any_of(inputs.begin(), inputs.end(), is_empty) ||
            std::any_of(shapes.begin(), shapes.end(),
                        [](const Shape &shape) { return element_count(shape) == 0; }))
            outputs = emit_of_empty(node.op, inputs, shapes, notes);
        else if (const auto *slice = std::get_if<op::SliceAt>(&node.op))
            outputs = {sliced_at_run_time(*slice, node, inputs)};
        else if (const auto *require = std::get_if<op::Require>(&node.op))
            outputs = {required_at_run_time(*require, node, inputs)};
        else
            outputs = emit_typed(node.op, with_checked_positions(node, inputs), notes);
        for (const std::string &note : notes)
            findings_.push_back(
                {Finding::Kind::kAssumed, node.name, node.type, "precision", "float32", note});
        return outputs;
    }

    // Parameters are added in descriptor order by lowering.
    Typed add(const op::Parameter &parameter) {
        const om::DataType dtype = parameter.dtype;
        ov::element::Type type = element_type(dtype);
        ov::Shape shape(parameter.dims.begin(), parameter.dims.end());
        if (is_wide(dtype)) shape.push_back(2);
        if (is_wide(dtype) || dtype == om::DataType::kUint32) type = ov::element::i32;
        const auto node = std::make_shared<ops::Parameter>(type, shape);
        parameters_.push_back(node);
        if (ov::shape_size(shape) == 0) return empty_of(dtype, parameter.dims);
        if (dtype == om::DataType::kInt16 || dtype == om::DataType::kUint16)
            return {std::make_shared<ops::Convert>(node, ov::element::i32), dtype};
        if (!type.is_real()) return {node, dtype};
        if (type == ov::element::f32) return {node, om::DataType::kFloat};
        return {std::make_shared<ops::Convert>(node, ov::element::f32), om::DataType::kFloat};
    }

    ov::ResultVector results(std::vector<Shape> &output_dims) {
        ov::ResultVector results;
        for (const PlainResult &result : graph_.results) {
            const Typed &value = values_[static_cast<size_t>(result.value)];
            if (result.keeps_type && value.dtype != result.dtype &&
                !(om::is_floating(value.dtype) && om::is_floating(result.dtype)))
                throw WrongOutput("output '" + result.name + "' is declared " +
                                  element_type(result.dtype).get_type_name() + ", it computes " +
                                  element_type(value.dtype).get_type_name());
            output_dims.push_back(dims_of(value));
            if (result.dims && output_dims.back() != *result.dims)
                throw Refusal("output '" + result.name + "' has another shape than declared");
            results.push_back(std::make_shared<ops::Result>(as_output(value, result.dtype)));
        }
        return results;
    }

    const PlainGraph &graph_;
    std::vector<Typed> values_;
    ov::ParameterVector parameters_;
    std::vector<Finding> findings_;
};

}  // namespace

Translated translate(const PlainGraph &graph) { return Translation(graph).run(); }

Examined examine_translation(const PlainGraph &graph) { return Translation(graph).examine(); }

}  // namespace ascendcl::host::engine
