// The engine: an .om file to a compiled program, and the one symbol that the library exports.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <mutex>
#include <openvino/openvino.hpp>
#include <optional>
#include <thread>

#include "host/engine/engine.h"
#include "host/engine/ir/byte_products.h"
#include "host/engine/ir/read_ir.h"
#include "host/engine/ir/wide_constants.h"
#include "host/engine/known_shapes.h"
#include "host/engine/lower/gear_graph.h"
#include "host/engine/lower/lower.h"
#include "host/engine/miscompiled.h"
#include "host/engine/outcome.h"
#include "host/engine/program.h"
#include "host/engine/single_op.h"
#include "host/engine/translate/translate.h"
#include "om/aipp.h"
#include "om/container.h"
#include "om/descriptors.h"
#include "om/error.h"
#include "om/gears.h"
#include "om/graph.h"
#include "om/host_ir.h"
#include "om/kernels.h"

namespace ascendcl::host::engine {
namespace {

// One for all models. Leaked: plugin threads may outlive static destructors.
struct SharedCore {
    std::mutex mutex;
    std::unique_ptr<ov::Core> core;
};

SharedCore &shared_core() {
    static auto &instance = *new SharedCore;
    return instance;
}

ov::Core &core() {
    SharedCore &shared = shared_core();
    const std::lock_guard lock(shared.mutex);
    if (shared.core == nullptr) {
        auto made = std::make_unique<ov::Core>();
        // Its threads end with it, and not some time later.
        made->set_property(ov::force_tbb_terminate(true));
        shared.core = std::move(made);
    }
    return *shared.core;
}

int32_t cores() {
    const auto count = static_cast<int32_t>(std::thread::hardware_concurrency());
    return std::max(1, count);
}

ov::AnyMap properties(const CompileRequest &request) {
    ov::AnyMap map = {
        ov::hint::inference_precision(ov::element::f32),
        ov::hint::execution_mode(ov::hint::ExecutionMode::ACCURACY),
        ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
        ov::enable_profiling(request.profiling),
    };
    int32_t streams = 1, threads = cores();
    if (request.threads > 0) {
        const auto wanted = static_cast<int32_t>(std::min<uint32_t>(request.threads, 1024));
        // Each stream has sums of its own: with one, they are those of the one execution.
        streams = request.profiling ? 1 : std::max(1, cores() / wanted);
        threads = wanted * streams;
    }
    map.insert(ov::num_streams(streams));
    map.insert(ov::inference_num_threads(threads));
    return map;
}

// Gears and given shapes are lowered as the static model of the shape is, which `use` is given.
template <typename Use>
auto with_static(const LowerInput &model, const CompileRequest &request, Use &&use) {
    if (request.input_dims.empty()) return with_gear(model, request.gear, std::forward<Use>(use));
    const om::Graph graph = with_known_shapes(model, request.input_dims);
    const om::Descriptors descriptors =
        descriptors_of_shapes(model.descriptors, graph, request.input_dims);
    return use(LowerInput{model.def, graph, descriptors, model.kernels, model.weights});
}

Lowered lower_request(const LowerInput &model, const CompileRequest &request) {
    return with_static(model, request, [](const LowerInput &input) { return lower(input); });
}

// Of a model that was compiled for this runtime.
std::shared_ptr<ov::Model> read_ir_request(const LowerInput &model, const CompileRequest &request,
                                           const ov::Tensor &weights) {
    if (request.gear >= 0) {
        const auto gear = static_cast<size_t>(request.gear);
        return read_ir(
            core(), gear_graph(model.def, gear),
            om::descriptors_behind_aipp(model.def, om::descriptors_of_gear(model.descriptors, gear),
                                        request.gear),
            weights);
    }
    om::Descriptors io = model.descriptors;
    if (!request.input_dims.empty() && request.input_dims.size() != io.inputs.size())
        throw Refusal("the model has " + std::to_string(io.inputs.size()) + " inputs, " +
                      std::to_string(request.input_dims.size()) + " shapes are given");
    for (size_t i = 0; i < request.input_dims.size(); ++i)
        io.inputs[i].dims = request.input_dims[i];
    return read_ir(core(), model.graph, io, weights);
}

bool computes_doubles(const ov::Model &model) {
    const auto ops = model.get_ordered_ops();
    return std::any_of(ops.begin(), ops.end(), [](const auto &node) {
        return node->get_output_size() > 0 && node->get_output_element_type(0) == ov::element::f64;
    });
}

// As compiled: OpenVINO may know more then than the model says.
std::vector<std::vector<int64_t>> output_dims_of(const ov::CompiledModel &model) {
    std::vector<std::vector<int64_t>> dims;
    for (const auto &output : model.outputs()) {
        dims.emplace_back();
        for (const ov::Dimension &dim : output.get_partial_shape())
            dims.back().push_back(dim.is_static() ? dim.get_length() : -1);
    }
    return dims;
}

// Without `dims` they are the compiled model's.
std::shared_ptr<Program> compiled(const std::shared_ptr<const ov::Model> &model,
                                  std::optional<std::vector<std::vector<int64_t>>> dims,
                                  std::vector<Finding> findings, const CompileRequest &request) {
    ov::AnyMap map = properties(request);
    map.merge(settings_against_miscompilation(*model));
    ov::CompiledModel made = core().compile_model(model, "CPU", map);
    if (!dims) dims = output_dims_of(made);
    return std::make_shared<CompiledProgram>(model, std::move(made), std::move(*dims),
                                             std::move(findings), request.profiling);
}

// The constants of an IR: in the weight memory, which outlives the program, or a copy of those that
// it has no room for, which goes with the program.
ov::Tensor ir_constants(om::Bytes weight_memory, om::Bytes own) {
    // OpenVINO's tensors are not const; nothing is written through this one.
    if (own.empty())
        return weight_memory.empty() ? ov::Tensor(ov::element::u8, ov::Shape{0})
                                     : ov::Tensor(ov::element::u8, ov::Shape{weight_memory.size},
                                                  const_cast<uint8_t *>(weight_memory.data));
    ov::Tensor copy(ov::element::u8, ov::Shape{own.size});
    std::memcpy(copy.data(), own.data, own.size);
    return copy;
}

std::vector<Finding> findings_of_ir(const LowerInput &input, const ov::Model &model,
                                    om::Bytes own_weights) {
    std::vector<Finding> findings;
    if (!own_weights.empty()) {
        const om::Node &ir = *om::first_ir_node(input.def);
        findings.push_back({Finding::Kind::kRead, std::string(ir.name), std::string(ir.type),
                            "weights", std::to_string(own_weights.size) + " bytes",
                            "outside of the weight memory, which has the " +
                                std::to_string(input.weights.size) +
                                " bytes that the file asks for that this one stands for"});
    }
    const auto tell_precision = [&](const char *precision, std::string reason) {
        const om::Node &ir = *om::first_ir_node(input.def);
        findings.push_back({Finding::Kind::kAssumed, std::string(ir.name), std::string(ir.type),
                            "precision", precision, std::move(reason)});
    };
    if (auto words = constant_beyond_32_bits(model)) tell_precision("int32", std::move(*words));
    if (computes_doubles(model))
        tell_precision("float32", "OpenVINO's CPU plugin computes float64 in float32");
    if (rounds_byte_products(model))
        tell_precision(
            "float32",
            "OpenVINO's CPU plugin adds up products of 8-bit integers in float32, exact below "
            "2^24");
    return findings;
}

std::shared_ptr<Program> compile_ir(const LowerInput &input, const CompileRequest &request,
                                    om::Bytes own_weights) {
    const std::shared_ptr<ov::Model> model =
        read_ir_request(input, request, ir_constants(input.weights, own_weights));
    return compiled(model, std::nullopt, findings_of_ir(input, *model, own_weights), request);
}

// Calls `use` with what the file holds, and the constants that its weights partition has no room
// for.
template <typename Use>
auto with_file(const CompileRequest &request, Use &&use) {
    const om::Container container =
        om::Container::parse({static_cast<const uint8_t *>(request.om), request.om_size});
    if (container.models().size() != 1) throw Refusal("models of several parts are not supported");
    const om::ModelPartitions &model = container.models()[0];
    const om::ModelDef def = om::ModelDef::parse(model.find(om::PartitionType::kModelDef));
    if (def.graphs.empty()) throw Refusal("the model has no graph");
    om::Descriptors descriptors = om::describe(model, def, container.header().model_type != 3);
    if (descriptors.gears.empty())
        descriptors = om::descriptors_behind_aipp(def, std::move(descriptors), -1);
    const om::KernelStore kernels = om::KernelStore::parse(model.find(om::PartitionType::kKernels));
    const om::Bytes weights =
        request.weights != nullptr
            ? om::Bytes{static_cast<const uint8_t *>(request.weights), request.weight_size}
            : model.find(om::PartitionType::kWeights);
    return use(LowerInput{def, def.graphs[0], descriptors, kernels, weights},
               model.find(om::PartitionType::kHostWeights));
}

std::shared_ptr<Program> compile_graph(const LowerInput &input, const CompileRequest &request) {
    Lowered lowered = lower_request(input, request);
    Translated translated = translate(lowered.graph);
    std::move(translated.findings.begin(), translated.findings.end(),
              std::back_inserter(lowered.findings));
    return compiled(translated.model, std::move(translated.output_dims),
                    std::move(lowered.findings), request);
}

std::shared_ptr<Program> compile_model(const CompileRequest &request) {
    return with_file(request, [&](const LowerInput &input, om::Bytes own_weights) {
        return om::has_ir(input.def) ? compile_ir(input, request, own_weights)
                                     : compile_graph(input, request);
    });
}

bool has_open_inputs(const LowerInput &input) {
    const auto &inputs = input.descriptors.inputs;
    const auto is_open = [](const om::IoDescriptor &each) {
        return std::any_of(each.dims.begin(), each.dims.end(), [](int64_t dim) { return dim < 0; });
    };
    return input.descriptors.gears.empty() && std::any_of(inputs.begin(), inputs.end(), is_open);
}

Examined examine_graph(const LowerInput &input, const CompileRequest &request) {
    if (request.input_dims.empty() && has_open_inputs(input))
        return {{}, unsupported_types(input.graph).nodes()};
    RefusedNodes refused;
    Lowered lowered =
        with_static(input, request, [&](const LowerInput &model) { return lower(model, refused); });
    Examined translated = examine_translation(lowered.graph);
    Examined found{std::move(lowered.findings), refused.nodes()};
    std::move(translated.findings.begin(), translated.findings.end(),
              std::back_inserter(found.findings));
    std::move(translated.refused.begin(), translated.refused.end(),
              std::back_inserter(found.refused));
    return found;
}

Examined examine_model(const CompileRequest &request) {
    return with_file(request, [&](const LowerInput &input, om::Bytes own_weights) {
        if (!om::has_ir(input.def)) return examine_graph(input, request);
        const std::shared_ptr<ov::Model> model =
            read_ir_request(input, request, ir_constants(input.weights, own_weights));
        return Examined{findings_of_ir(input, *model, own_weights), {}};
    });
}

void write_ir(const CompileRequest &request, const char *xml_path, const char *weights_path) {
    const auto model = with_file(request, [&](const LowerInput &input, om::Bytes own_weights) {
        if (om::has_ir(input.def))
            return read_ir_request(input, request, ir_constants(input.weights, own_weights));
        return translate(lower_request(input, request).graph).model;
    });
    ov::serialize(model, xml_path, weights_path);
}

CompiledOpProgram compile_single_op(const OpRequest &request) {
    SingleOp op = translate_single_op(request);
    if (op.computes_nothing) return {nullptr, std::move(op.output_dims)};
    CompileRequest how;
    how.threads = request.threads;
    auto program = compiled(op.model, op.output_dims, std::move(op.findings), how);
    return {std::move(program), std::move(op.output_dims)};
}

// From the model, not from what OpenVINO exports: what its plugin has fused is not the same again
// when that is read (RotaryEmbedding, 2026.4).
std::shared_ptr<Program> with_op_times(const CompiledProgram &program) {
    const ov::CompiledModel &made = program.model();
    const int32_t streams = made.get_property(ov::num_streams);
    const int32_t threads = made.get_property(ov::inference_num_threads) / std::max(1, streams);
    CompileRequest request;
    request.threads = static_cast<uint32_t>(threads);
    request.profiling = true;
    return compiled(program.source(), program.output_dims(), program.findings(), request);
}

// What `compile` answers, or nothing and why.
template <typename Compile>
auto answered(Outcome &outcome, Compile &&compile) noexcept -> decltype(compile()) {
    try {
        outcome = {};
        return compile();
    } catch (...) {
        outcome = outcome_of_exception();
        return {};
    }
}

class OpenVinoEngine : public Engine {
   public:
    std::shared_ptr<Program> compile(const CompileRequest &request,
                                     Outcome &outcome) noexcept override {
        return answered(outcome, [&] { return compile_model(request); });
    }

    CompiledOpProgram compile_op(const OpRequest &request, Outcome &outcome) noexcept override {
        return answered(outcome, [&] { return compile_single_op(request); });
    }

    std::shared_ptr<Program> with_op_times(const Program &program,
                                           Outcome &outcome) noexcept override {
        return answered(outcome, [&] {
            return host::engine::with_op_times(static_cast<const CompiledProgram &>(program));
        });
    }

    Examined examine(const CompileRequest &request, Outcome &outcome) noexcept override {
        return answered(outcome, [&]() -> Examined {
            try {
                return examine_model(request);
            } catch (const Damage &) {
                throw;
            } catch (const Refusal &refusal) {
                return {{}, {refusal.refused()}};
            }
        });
    }

    Outcome write_ir(const CompileRequest &request, const char *xml_path,
                     const char *weights_path) noexcept override {
        Outcome outcome;
        answered(outcome, [&] {
            host::engine::write_ir(request, xml_path, weights_path);
            return true;
        });
        return outcome;
    }

    void shut_down() noexcept override {
        SharedCore &shared = shared_core();
        const std::lock_guard lock(shared.mutex);
        shared.core.reset();
    }

    const char *version() const noexcept override {
        try {
            // Leaked for the same reason as the core.
            static const auto &text =
                *new std::string(std::string("OpenVINO ") + ov::get_openvino_version().buildNumber);
            return text.c_str();
        } catch (...) {
            return "OpenVINO";
        }
    }
};

}  // namespace
}  // namespace ascendcl::host::engine

extern "C" __attribute__((visibility("default"))) ascendcl::host::engine::Engine *ascendcl_engine(
    uint32_t abi) {
    if (abi != ascendcl::host::engine::kEngineAbi) return nullptr;
    static ascendcl::host::engine::OpenVinoEngine engine;
    return &engine;
}
