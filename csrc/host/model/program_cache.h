// One compiled program per model content: N loads of a file cost one compilation and one set of
// packed weights. With gears or dynamic shapes it is one per shape, with a trace on one per load. A
// program lives as long as a model uses it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "host/model/content_key.h"
#include "host/model/shared_program.h"
#include "om/bytes.h"

namespace ascendcl::host::model {

// What to compile; nothing of it is needed afterwards.
struct ProgramSource {
    ContentKey key;  // of `file`
    om::Bytes file;
    om::Bytes weights;                             // in weight memory; none: those in the file
    int32_t gear = -1;                             // of a model without gears
    std::vector<std::vector<int64_t>> input_dims;  // of a model with dynamic shapes
    // The program computes on `weights`: only loads into the same memory share it.
    bool refers_to_weights = false;
};

// The program, compiled if no live model has it; concurrent callers compile once. What it assumes
// is told. Throws Failure:
// 500001 without an engine, 500002 with the engine's words when it refuses.
std::shared_ptr<SharedProgram> shared_program(const ProgramSource &source);

// Writes what the model of a file is to OpenVINO. Throws Failure: as shared_program, as
// OmFile::open but for aclInit.
void write_ir(const char *model_path, int32_t gear, const char *xml_path, const char *weights_path);

// ASCENDCL_HOST_THREADS; 0, all cores, unless it is set. Throws Failure(500001) when it is no
// number.
uint32_t threads_per_execution();

}  // namespace ascendcl::host::model
