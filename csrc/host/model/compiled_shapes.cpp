// One entry per gear, empty until it is compiled.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/compiled_shapes.h"

#include <algorithm>
#include <utility>

#include "host/model/gears.h"
#include "host/runtime/report.h"

namespace ascendcl::host::model {

CompiledShapes::CompiledShapes(om::Bytes file, om::Bytes weights,
                               std::shared_ptr<const Description> description)
    : description_(std::move(description)),
      key_(content_key(file)),
      shapes_(std::max<size_t>(1, description_->io.gears.size())) {
    if (description_->io.gears.empty()) {
        compile(0, {key_, file, weights});
        return;
    }
    require_choosable_gears(*description_);
    kept_ = kept_file(key_, file);
    at(description_->largest_gear);
}

CompiledShape &CompiledShapes::at(size_t gear) {
    if (!shapes_[gear]) compile(gear, {key_, {kept_->data(), kept_->size()}, {}});
    return *shapes_[gear];
}

void CompiledShapes::compile(size_t gear, const ProgramSource &source) {
    const bool is_static = description_->io.gears.empty();
    auto shape = std::make_unique<CompiledShape>();
    shape->io = is_static ? description_->io : om::descriptors_of_gear(description_->io, gear);
    shape->program = shared_program(source, is_static ? -1 : static_cast<int32_t>(gear));
    engine::Outcome outcome;
    shape->execution = shape->program->new_execution(outcome);
    if (!shape->execution) throw Failure{ACL_ERROR_GE_FAILURE, outcome.text};
    shapes_[gear] = std::move(shape);
}

}  // namespace ascendcl::host::model
