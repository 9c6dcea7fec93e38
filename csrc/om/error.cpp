// The names of what can be wrong with a file, as users see them.
// SPDX-License-Identifier: Apache-2.0
#include "om/error.h"

namespace ascendcl::om {

const char *name(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::kTooShort:
            return "too short";
        case ErrorCode::kBadMagic:
            return "bad magic";
        case ErrorCode::kEncrypted:
            return "encrypted";
        case ErrorCode::kLengthMismatch:
            return "length mismatch";
        case ErrorCode::kBadPartitions:
            return "bad partitions";
        case ErrorCode::kTruncated:
            return "truncated";
        case ErrorCode::kTrailingBytes:
            return "trailing bytes";
        case ErrorCode::kMissingModelDef:
            return "missing model definition";
        case ErrorCode::kMissingTasks:
            return "missing tasks";
        case ErrorCode::kBadModelDef:
            return "bad model definition";
        case ErrorCode::kBadTasks:
            return "bad tasks";
        case ErrorCode::kBadKernels:
            return "bad kernels";
        case ErrorCode::kBadInOutInfo:
            return "bad in/out info";
        case ErrorCode::kBadWeights:
            return "bad weights";
        case ErrorCode::kInconsistent:
            return "inconsistent";
        case ErrorCode::kTooComplex:
            return "too complex";
        case ErrorCode::kChanging:
            return "being written to";
        case ErrorCode::kHiai:
            return "HiAI model";
        case ErrorCode::kFlowModel:
            return "flow model";
        case ErrorCode::kBundle:
            return "bundle";
        case ErrorCode::kSeveralParts:
            return "several parts";
        case ErrorCode::kOldDdk:
            return "DDK 1.x";
        case ErrorCode::kUnknownVersion:
            return "unknown version";
    }
    return "unknown";
}

}  // namespace ascendcl::om
