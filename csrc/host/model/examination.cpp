// The checks of a load that need no context, then the engine's.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/examination.h"

#include <string>
#include <system_error>
#include <utility>

#include "host/model/engine_library.h"
#include "host/model/load.h"
#include "host/model/om_codes.h"
#include "host/report/report.h"
#include "om/container.h"
#include "om/file_content.h"

namespace ascendcl::host::model {

engine::Examined examine(const char *model_path, int32_t gear,
                         std::vector<std::vector<int64_t>> input_dims) {
    try {
        return reading_om(Purpose::kLoad, [&] {
            const om::FileContent file(model_path);
            require_single_model(om::Container::parse(file.bytes()));
            engine::CompileRequest request;
            request.om = file.bytes().data;
            request.om_size = file.bytes().size;
            request.gear = gear;
            request.input_dims = std::move(input_dims);
            engine::Outcome outcome;
            engine::Examined found = Compiler()->examine(request, outcome);
            if (outcome.kind == engine::Outcome::Kind::kDamaged)
                outcome.text = "the model is damaged: " + outcome.text;
            require_ok(outcome, ACL_ERROR_GE_FAILURE);
            return found;
        });
    } catch (const std::system_error &error) {
        throw Failure{ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID,
                      std::string("cannot read model file ") + error.what()};
    }
}

}  // namespace ascendcl::host::model
