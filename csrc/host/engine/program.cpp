// Executions: the caller's memory is wrapped, not copied, and the wrappers are kept, so that a run
// with the same pointers as the last one costs nothing but the inference.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/program.h"

#include <algorithm>
#include <cstring>

#include "host/engine/narrow_integers.h"
#include "host/engine/outcome.h"

namespace ascendcl::host::engine {
namespace {

// Buffers sized by a runtime that rounds differently may be this much short.
constexpr size_t kShortOutput = 64;

Outcome failed(const std::string &text) { return {Outcome::Kind::kFailed, text}; }

class RequestExecution : public Execution {
   public:
    RequestExecution(const ov::CompiledModel &model, ov::InferRequest request, bool profiling,
                     bool has_one_thread)
        : request_(std::move(request)), profiling_(profiling), has_one_thread_(has_one_thread) {
        for (const auto &port : model.inputs()) inputs_.emplace_back(port);
        for (const auto &port : model.outputs()) outputs_.emplace_back(port);
    }

    Outcome run(const std::vector<Binding> &inputs,
                const std::vector<Binding> &outputs) noexcept override {
        try {
            if (inputs.size() != inputs_.size() || outputs.size() != outputs_.size())
                return failed("the model has " + std::to_string(inputs_.size()) + " inputs and " +
                              std::to_string(outputs_.size()) + " outputs, " +
                              std::to_string(inputs.size()) + " and " +
                              std::to_string(outputs.size()) + " were bound");
            for (size_t i = 0; i < inputs.size(); ++i) {
                if (inputs_[i].size == 0) continue;
                if (inputs[i].data == nullptr || inputs[i].size < inputs_[i].size)
                    return failed("input " + std::to_string(i) + " holds " +
                                  std::to_string(inputs[i].size) + " bytes, the model reads " +
                                  std::to_string(inputs_[i].size));
                bind(inputs_[i], inputs[i].data);
                if (const auto words = beyond_32_bits(inputs_[i].port, inputs[i].data))
                    return {Outcome::Kind::kInput, *words};
            }
            for (size_t i = 0; i < outputs.size(); ++i) {
                if (outputs_[i].is_open || outputs_[i].size == 0) continue;
                if (outputs[i].data == nullptr || outputs[i].size + kShortOutput < outputs_[i].size)
                    return failed("output " + std::to_string(i) + " holds " +
                                  std::to_string(outputs[i].size) + " bytes, the model writes " +
                                  std::to_string(outputs_[i].size));
                bind(outputs_[i],
                     outputs[i].size < outputs_[i].size ? bounce(outputs_[i]) : outputs[i].data);
            }
            compute();
            if (profiling_) count_run();
            for (size_t i = 0; i < outputs.size(); ++i)
                if (outputs_[i].is_open)
                    take(outputs_[i]);
                else if (outputs[i].size < outputs_[i].size)
                    std::memcpy(outputs[i].data, outputs_[i].bounce.data(), outputs[i].size);
            return {};
        } catch (...) {
            return outcome_of_exception();
        }
    }

    const Computed &computed(size_t output) const noexcept override {
        return outputs_[output].computed;
    }

    std::vector<OpTime> op_times() const noexcept override {
        try {
            std::vector<OpTime> times = first_times_;
            if (runs_ < 2) return times;
            const std::vector<ov::ProfilingInfo> means = request_.get_profiling_info();
            for (size_t i = 0; i < times.size(); ++i) {
                uint64_t &time = times[i].nanoseconds;
                const uint64_t sum = nanoseconds(means.at(executed_[i])) * runs_;
                time = (sum - std::min(sum, time)) / (runs_ - 1);
            }
            return times;
        } catch (...) {
            return {};
        }
    }

   private:
    // On the one thread of the one stream infer() keeps the task of a run that fails, and computes
    // it again, on a request that may be gone, when anybody infers next (OpenVINO 2026.4).
    void compute() {
        if (!has_one_thread_) return request_.infer();
        request_.start_async();
        request_.wait();
    }

    static uint64_t nanoseconds(const ov::ProfilingInfo &info) {
        return static_cast<uint64_t>(info.real_time.count()) * 1000;
    }

    void count_run() {
        if (++runs_ > 1) return;
        const std::vector<ov::ProfilingInfo> infos = request_.get_profiling_info();
        for (size_t i = 0; i < infos.size(); ++i) {
            if (infos[i].status != ov::ProfilingInfo::Status::EXECUTED) continue;
            executed_.push_back(i);
            first_times_.push_back({infos[i].node_name, infos[i].node_type, nanoseconds(infos[i])});
        }
    }

    struct Port {
        explicit Port(const ov::Output<const ov::Node> &output)
            : port(output),
              is_open(output.get_partial_shape().is_dynamic()),
              size(is_open
                       ? 0
                       : ov::shape_size(output.get_shape()) * output.get_element_type().size()) {}
        ov::Output<const ov::Node> port;
        bool is_open;
        size_t size;
        Computed computed;
        void *bound = nullptr;
        std::vector<uint8_t> bounce;
    };

    void bind(Port &port, void *data) {
        if (port.bound == data) return;
        request_.set_tensor(port.port,
                            ov::Tensor(port.port.get_element_type(), port.port.get_shape(), data));
        port.bound = data;
    }

    void take(Port &port) {
        const ov::Tensor tensor = request_.get_tensor(port.port);
        const ov::Shape shape = tensor.get_shape();
        port.computed = {{shape.begin(), shape.end()}, tensor.data(), tensor.get_byte_size()};
    }

    static void *bounce(Port &port) {
        port.bounce.resize(port.size);
        return port.bounce.data();
    }

    mutable ov::InferRequest request_;
    const bool profiling_;
    const bool has_one_thread_;
    uint64_t runs_ = 0;                // counted with profiling
    std::vector<OpTime> first_times_;  // the first run is slower and would weigh on the mean
    std::vector<size_t> executed_;     // which they are; one whose mean falls below 1 us stays
    std::vector<Port> inputs_;
    std::vector<Port> outputs_;
};

}  // namespace

CompiledProgram::CompiledProgram(std::shared_ptr<const ov::Model> source, ov::CompiledModel model,
                                 std::vector<std::vector<int64_t>> output_dims,
                                 std::vector<Finding> findings, bool profiling)
    : source_(std::move(source)),
      model_(std::move(model)),
      findings_(std::move(findings)),
      output_dims_(std::move(output_dims)),
      profiling_(profiling),
      has_one_thread_(model_.get_property(ov::inference_num_threads) == 1) {}

std::unique_ptr<Execution> CompiledProgram::new_execution(Outcome &outcome) noexcept {
    try {
        outcome = {};
        return std::make_unique<RequestExecution>(model_, model_.create_infer_request(), profiling_,
                                                  has_one_thread_);
    } catch (...) {
        outcome = outcome_of_exception();
        return nullptr;
    }
}

}  // namespace ascendcl::host::engine
