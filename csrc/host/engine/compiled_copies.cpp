// The count of who holds a copy is its shared pointer's: it is to spread executions, and may be
// late.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/compiled_copies.h"

#include <algorithm>
#include <utility>

namespace ascendcl::host::engine {

CompiledCopies::CompiledCopies(Compile compile, size_t most)
    : compile_(std::move(compile)),
      most_(most),
      first_(compile_()),
      copies_{std::make_shared<const ov::CompiledModel>(first_)} {}

std::shared_ptr<const ov::CompiledModel> CompiledCopies::take() {
    const std::lock_guard lock(mutex_);
    const auto least = std::min_element(copies_.begin(), copies_.end(), [](auto &a, auto &b) {
        return a.use_count() < b.use_count();
    });
    const bool is_free = least->use_count() == 1;
    if (is_free || copies_.size() >= most_) return *least;
    return copies_.emplace_back(std::make_shared<const ov::CompiledModel>(compile_()));
}

}  // namespace ascendcl::host::engine
