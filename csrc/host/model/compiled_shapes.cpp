// One entry per gear, empty until it is compiled.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/compiled_shapes.h"

#include <algorithm>
#include <utility>

#include "host/checks/trace.h"
#include "host/model/engine_library.h"
#include "host/model/gears.h"
#include "host/report/report.h"

namespace ascendcl::host::model {

std::unique_ptr<CompiledShape> compile_shape(const ProgramSource &source, om::Descriptors io,
                                             AippStage aipp) {
    auto shape =
        std::make_unique<CompiledShape>(std::move(io), std::move(aipp), shared_program(source));
    shape->program.take(ACL_ERROR_GE_FAILURE);  // the load fails where there can be none
    return shape;
}

ProgramUse &CompiledShape::timed_program() {
    if (checks::tracing()) return program;
    if (timed_program_) return *timed_program_;
    engine::Outcome outcome;
    auto timed = Compiler()->with_op_times(program.program(), outcome);
    require_ok(outcome, ACL_ERROR_PROFILING_FAILURE);
    return timed_program_.emplace(std::make_shared<SharedProgram>(std::move(timed)));
}

CompiledShapes::CompiledShapes(om::Bytes file, om::Bytes weights,
                               std::shared_ptr<const Description> description)
    : description_(std::move(description)),
      key_(content_key(file)),
      weights_(description_->carries_ir ? weights : om::Bytes{}),
      shapes_(std::max<size_t>(1, description_->io.gears.size())) {
    if (description_->io.gears.empty()) {
        om::Descriptors io = description_->io;
        io.inputs = fed_inputs(*description_, std::move(io.inputs));
        shapes_[0] = compile_shape({key_, file, weights, -1, {}, description_->carries_ir},
                                   std::move(io), stage(0));
        return;
    }
    require_choosable_gears(*description_);
    kept_ = kept_file(key_, file, *description_);
    at(description_->largest_gear);
}

AippStage CompiledShapes::stage(size_t gear) const {
    return {description_->aipp, description_->io, gear};
}

CompiledShape &CompiledShapes::at(size_t gear) {
    if (!shapes_[gear]) {
        om::Descriptors io = om::descriptors_of_gear(description_->io, gear);
        io.inputs = fed_inputs(*description_, std::move(io.inputs));
        shapes_[gear] = compile_shape({key_,
                                       kept_->bytes(),
                                       weights_,
                                       static_cast<int32_t>(gear),
                                       {},
                                       description_->carries_ir},
                                      std::move(io), stage(gear));
    }
    return *shapes_[gear];
}

}  // namespace ascendcl::host::model
