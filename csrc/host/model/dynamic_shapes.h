// Models with dynamic shapes: the tensor descs of a data set say what shapes an execution has, and
// a program is compiled for each set of them. The last few are kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "acl/acl.h"
#include "host/model/compiled_shapes.h"
#include "host/model/description.h"
#include "host/model/kept_file.h"
#include "host/runtime/data_set.h"

namespace ascendcl::host::model {

// The shape of each input. Throws Failure(100000): fewer buffers than inputs (further ones are not
// looked at), a shape that was not set or is outside of what the model declares.
std::vector<std::vector<int64_t>> shapes_of(const Description &description,
                                            const aclmdlDataset &inputs);

// Writes the outputs' dims where aclmdlGetDatasetTensorDesc finds them.
void describe_outputs(const om::Descriptors &io, aclmdlDataset &outputs);

// Of one load. Locked inside, but a shape's execution is not for concurrent use.
class DynamicShapes {
   public:
    // `file` is not needed afterwards, nor are `weights`, but those of a model that carries an IR.
    DynamicShapes(om::Bytes file, om::Bytes weights,
                  std::shared_ptr<const Description> description);

    // Throws Failure as shared_program.
    std::shared_ptr<CompiledShape> at(const std::vector<std::vector<int64_t>> &input_dims);

    // Null before the first execution.
    std::shared_ptr<CompiledShape> last() {
        std::lock_guard lock(mutex_);
        return recent_.empty() ? nullptr : recent_.front();
    }

   private:
    const std::shared_ptr<const Description> description_;
    const ContentKey key_;
    const om::Bytes weights_;
    const KeptFile kept_;
    std::mutex mutex_;
    std::list<std::shared_ptr<CompiledShape>> recent_;  // the last used one first
};

}  // namespace ascendcl::host::model
