// A compiled model, and copies of it for executions that run at the same time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <openvino/openvino.hpp>
#include <vector>

namespace ascendcl::host::engine {

class CompiledCopies {
   public:
    using Compile = std::function<ov::CompiledModel()>;

    // Compiles the first one. At most `most` in all.
    CompiledCopies(Compile compile, size_t most);

    const ov::CompiledModel &first() const noexcept { return first_; }
    // For one more execution, which holds it for as long as it lives: one that no other has, made
    // now where there may be more, or else the one that the fewest have.
    std::shared_ptr<const ov::CompiledModel> take();

   private:
    const Compile compile_;
    const size_t most_;
    const ov::CompiledModel first_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<const ov::CompiledModel>> copies_;
};

}  // namespace ascendcl::host::engine
