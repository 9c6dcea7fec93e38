// What a loaded model runs: one shape, or one per gear. Of the gears the largest is compiled when
// the model is loaded, so that a model that cannot be run is refused then, and every other one when
// it is first executed. Gears share the file's bytes; each has packed weights of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "host/engine/engine.h"
#include "host/model/aipp_stage.h"
#include "host/model/description.h"
#include "host/model/kept_file.h"
#include "host/model/program_cache.h"

namespace ascendcl::host::model {

struct CompiledShape {
    om::Descriptors io;  // in this shape, without hidden inputs
    AippStage aipp;      // before the program
    ProgramUse program;  // of one load

    CompiledShape(om::Descriptors descriptors, AippStage stage,
                  std::shared_ptr<SharedProgram> compiled)
        : io(std::move(descriptors)), aipp(std::move(stage)), program(std::move(compiled)) {}
    // The same with its ops timed, compiled when first asked for. Throws Failure(500005).
    ProgramUse &timed_program();

   private:
    std::optional<ProgramUse> timed_program_;
};

// Throws Failure as shared_program.
std::unique_ptr<CompiledShape> compile_shape(const ProgramSource &source, om::Descriptors io,
                                             AippStage aipp = {});

// Of one load, and not for concurrent use.
class CompiledShapes {
   public:
    // `file` is not needed afterwards, nor are `weights`, but those of a model that carries an IR.
    // Throws Failure: as shared_program, 500002 for gears that nothing chooses.
    CompiledShapes(om::Bytes file, om::Bytes weights,
                   std::shared_ptr<const Description> description);

    // The shape of a gear, of a static model the only one. Throws Failure as shared_program.
    CompiledShape &at(size_t gear);

   private:
    AippStage stage(size_t gear) const;

    std::shared_ptr<const Description> description_;
    ContentKey key_;
    om::Bytes weights_;  // that programs refer to
    KeptFile kept_;      // null for a static model
    std::vector<std::unique_ptr<CompiledShape>> shapes_;
};

}  // namespace ascendcl::host::model
