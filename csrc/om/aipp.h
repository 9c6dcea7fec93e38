// What a file says of image preprocessing (AIPP): which inputs have it, and what the program behind
// it takes. Reference: om_format.md 3.2 and 8.5, docs/aipp.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "om/descriptors.h"
#include "om/graph.h"

namespace ascendcl::om {

enum class AippMode { kNone, kStatic, kDynamic, kParameters };

// Throws Error(kBadModelDef) for a mode that is none.
AippMode aipp_mode(const Node &input);

// The attribute of a Data node with the settings of static AIPP, and that with the name of the
// input that carries the parameters of dynamic AIPP.
inline constexpr char kAippSettings[] = "aipp";
inline constexpr char kAippParameters[] = "_data_aipp_data_name_map";

// The network's own input, before the compiler put AIPP in front of it, and what AIPP makes: one
// per gear, else one.
inline constexpr char kAippInputs[] = "_aipp_inputs";
inline constexpr char kAippOutputs[] = "_aipp_outputs";

// Of one of these two attributes: "NCHW:DT_FLOAT:data:76800:4:1,3,80,80". Throws
// Error(kBadModelDef).
std::vector<IoDescriptor> aipp_tensors(const Node &input, const char *attribute);

// What the program takes in the place of an input that is described as `fed`: of a model that
// carries an IR the network's own input, else the image that AIPP makes, as 16-bit floats, NHWC.
// `gear` is -1 without gears. Throws Error(kBadModelDef).
IoDescriptor behind_aipp(const Node &input, const IoDescriptor &fed, bool carries_ir, int32_t gear);

// The inputs of the program: those with AIPP are replaced, and those that carry its parameters left
// out. `model` describes one shape.
Descriptors descriptors_behind_aipp(const ModelDef &def, Descriptors model, int32_t gear);

}  // namespace ascendcl::om
