// A compiled OpenVINO model and its executions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <openvino/openvino.hpp>
#include <string>
#include <vector>

#include "host/engine/engine.h"

namespace ascendcl::host::engine {

class CompiledProgram : public Program {
   public:
    CompiledProgram(std::shared_ptr<const ov::Model> source, ov::CompiledModel model,
                    std::vector<std::vector<int64_t>> output_dims, std::vector<Finding> findings,
                    bool profiling);

    std::unique_ptr<Execution> new_execution(Outcome &outcome) noexcept override;
    const std::vector<Finding> &findings() const noexcept override { return findings_; }
    const std::vector<std::vector<int64_t>> &output_dims() const noexcept override {
        return output_dims_;
    }
    const ov::CompiledModel &model() const noexcept { return model_; }
    // What was compiled. Its constants are those of `model`, or the weight memory.
    const std::shared_ptr<const ov::Model> &source() const noexcept { return source_; }

   private:
    const std::shared_ptr<const ov::Model> source_;
    ov::CompiledModel model_;
    const std::vector<Finding> findings_;
    const std::vector<std::vector<int64_t>> output_dims_;
    const bool profiling_;
    const bool has_one_thread_;  // asked once: OpenVINO answers when no run is under way
};

}  // namespace ascendcl::host::engine
