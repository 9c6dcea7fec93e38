// The engine's own shared object, opened with the first model: everything else works without it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "acl/acl_base.h"
#include "host/engine/engine.h"
#include "host/model/compilation.h"

namespace ascendcl::host::model {

// The engine, for one compilation: `Compiler()->compile(...)`.
class Compiler {
   public:
    // Throws Failure(500001) whose text carries the loader's own words when the engine or OpenVINO
    // is missing; the next one tries again.
    Compiler();
    engine::Engine *operator->() const noexcept { return &engine_; }

   private:
    const Compilation under_way_;
    engine::Engine &engine_;
};

// Where OpenVINO is looked for by the engine that is opened from now on; empty: by the loader. What
// ASCENDCL_OPENVINO_LIBS says goes before it.
void set_openvino_folder(std::string folder);

// Throws Failure(code) with the outcome's words, or std::bad_alloc, unless all went well.
void require_ok(const engine::Outcome &outcome, aclError code);

}  // namespace ascendcl::host::model
