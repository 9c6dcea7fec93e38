// The engine of the fuzz target `load_execute`: reads and lowers a file as the real one does, then
// touches every byte that an inference would read and write. OpenVINO is left out: it is not ours
// to fuzz, and compiling would take a thousand times as long as everything before it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <utility>

#include "host/engine/engine.h"
#include "host/engine/lower/lower.h"
#include "host/engine/refusal.h"
#include "om/container.h"
#include "om/descriptors.h"
#include "om/kernels.h"

namespace ascendcl::host::engine {
namespace {

size_t byte_size(const Shape &dims, om::DataType dtype) {
    size_t size = om::element_size(dtype);
    for (const int64_t dim : dims) size *= static_cast<size_t>(dim);
    return size;
}

class TouchingExecution : public Execution {
   public:
    TouchingExecution(std::vector<size_t> inputs, std::vector<size_t> outputs)
        : input_sizes_(std::move(inputs)), output_sizes_(std::move(outputs)) {}

    Outcome run(const std::vector<Binding> &inputs,
                const std::vector<Binding> &outputs) noexcept override {
        const Outcome failed{Outcome::Kind::kFailed, "a binding does not fit the graph"};
        if (inputs.size() != input_sizes_.size() || outputs.size() != output_sizes_.size())
            return failed;
        unsigned char sum = 0;
        for (size_t i = 0; i < inputs.size(); ++i) {
            if (inputs[i].size < input_sizes_[i]) return failed;
            const auto *bytes = static_cast<const unsigned char *>(inputs[i].data);
            for (size_t k = 0; k < input_sizes_[i]; ++k)
                sum = static_cast<unsigned char>(sum + bytes[k]);
        }
        for (size_t i = 0; i < outputs.size(); ++i)
            if (outputs[i].size != 0)
                std::memset(outputs[i].data, sum, std::min(outputs[i].size, output_sizes_[i]));
        return {};
    }

    // No graph that was lowered has an output with open dims.
    const Computed &computed(size_t) const noexcept override { return none_; }
    std::vector<OpTime> op_times() const noexcept override { return {}; }

   private:
    std::vector<size_t> input_sizes_;
    std::vector<size_t> output_sizes_;
    const Computed none_;
};

class LoweredProgram : public Program {
   public:
    explicit LoweredProgram(PlainGraph graph) : graph_(std::move(graph)) {}

    std::unique_ptr<Execution> new_execution(Outcome &outcome) noexcept override {
        outcome = {};
        std::vector<size_t> inputs;
        std::vector<size_t> outputs;
        for (const ValueId id : graph_.parameters) {
            const auto &parameter = std::get<op::Parameter>(graph_.producer(id).op);
            inputs.push_back(byte_size(parameter.dims, parameter.dtype));
        }
        for (const PlainResult &result : graph_.results)
            outputs.push_back(byte_size(*result.dims, result.dtype));
        return std::make_unique<TouchingExecution>(std::move(inputs), std::move(outputs));
    }

    const std::vector<Finding> &findings() const noexcept override { return no_findings_; }
    const std::vector<std::vector<int64_t>> &output_dims() const noexcept override {
        return no_dims_;
    }

   private:
    PlainGraph graph_;
    std::vector<std::vector<int64_t>> no_dims_;  // asked of models with dynamic shapes only
    std::vector<Finding> no_findings_;           // the runtime prints what is assumed
};

class LoweringEngine : public Engine {
   public:
    std::shared_ptr<Program> compile(const CompileRequest &request,
                                     Outcome &outcome) noexcept override {
        try {
            outcome = {};
            const om::Container container =
                om::Container::parse({static_cast<const uint8_t *>(request.om), request.om_size});
            // Shapes are carried through a graph by OpenVINO.
            if (!request.input_dims.empty()) throw Refusal("dynamic shapes");
            const om::ModelPartitions &model = container.models()[0];
            const om::ModelDef def = om::ModelDef::parse(model.find(om::PartitionType::kModelDef));
            if (def.graphs.empty()) throw Refusal("the model has no graph");
            const om::Descriptors descriptors =
                om::describe(model, def, container.header().model_type != 3);
            const om::KernelStore kernels =
                om::KernelStore::parse(model.find(om::PartitionType::kKernels));
            const om::Bytes weights =
                request.weights != nullptr
                    ? om::Bytes{static_cast<const uint8_t *>(request.weights), request.weight_size}
                    : model.find(om::PartitionType::kWeights);
            const LowerInput input{def, def.graphs[0], descriptors, kernels, weights};
            return std::make_shared<LoweredProgram>(lower_gear(input, request.gear).graph);
        } catch (const Refusal &refusal) {
            outcome = {Outcome::Kind::kRefused, refusal.what()};
        } catch (const om::Error &error) {
            outcome = {Outcome::Kind::kFailed, error.what()};
        }
        // Anything else that lowering throws is a bug, and ends the run.
        return nullptr;
    }

    CompiledOpProgram compile_op(const OpRequest &, Outcome &outcome) noexcept override {
        outcome = {Outcome::Kind::kRefused, "no single ops"};
        return {};
    }
    std::shared_ptr<Program> with_op_times(const Program &, Outcome &outcome) noexcept override {
        outcome = {Outcome::Kind::kRefused, "no op times"};
        return nullptr;
    }

    Examined examine(const CompileRequest &, Outcome &outcome) noexcept override {
        outcome = {Outcome::Kind::kRefused, "no examination"};
        return {};
    }

    Outcome write_ir(const CompileRequest &, const char *, const char *) noexcept override {
        return {Outcome::Kind::kRefused, "no IR"};
    }

    void shut_down() noexcept override {}

    const char *version() const noexcept override { return "lowering only"; }
};

}  // namespace
}  // namespace ascendcl::host::engine

extern "C" __attribute__((visibility("default"))) ascendcl::host::engine::Engine *ascendcl_engine(
    uint32_t abi) {
    if (abi != ascendcl::host::engine::kEngineAbi) return nullptr;
    static ascendcl::host::engine::LoweringEngine engine;
    return &engine;
}
