// The rules of strict mode: one table (rules.cpp), from which docs/strict.md is made.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ascendcl::host::checks {

enum class Rule {
    kModelMemoryFreed,
    kWorkShared,
    kModelShared,
    kOtherContext,
    kWeightsWritten,
    kUnfitModelMemory,
    kMemoryIgnored,
    kModelBytesGone,
    kExecutionMemoryGone,
    kHostMemoryOfCopy,
    kStaleHandle,
    kLeak,
    kInitAndFinalize,
    kOutputOfRuntime,
    kGearNotSet,
    kEventNeverRecorded,
    kDeviceMemoryOfTask,
    kUnknownMemory,
    kUnknownHandle,
    kHostMemoryOfModel,
    kModelMemoryOverlaps,
    kBufferTooSmall,
    kDescOfStaticModel,
    kCopyDirection,
};

struct RuleText {
    const char *id;
    const char *sentence;  // what the documentation asks for, in our words
    const char *source;    // where it asks for it
    const char *remedy;
    int code;  // the nearest documented one, for mode "fail"
};

const RuleText &text_of(Rule rule) noexcept;

}  // namespace ascendcl::host::checks
