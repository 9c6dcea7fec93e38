// What can be wrong with an .om file. One exception type, one code per kind of damage, and one per
// kind of sound file that cannot be used here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace ascendcl::om {

enum class ErrorCode {
    kTooShort,         // fewer bytes than a header
    kBadMagic,         // not an .om file
    kEncrypted,        // is_encrypt is set
    kLengthMismatch,   // the header's payload length is not the file's
    kBadPartitions,    // partition count or table is not possible
    kTruncated,        // a partition runs past the end of the file
    kTrailingBytes,    // bytes behind the last partition
    kMissingModelDef,  // no partition 0
    kMissingTasks,     // no partition 2 in a static model
    kBadModelDef,      // partition 0 does not decode
    kBadTasks,         // partition 2 does not decode
    kBadKernels,       // partition 3 does not decode
    kBadInOutInfo,     // partition 8 (or 6) does not decode
    kBadWeights,       // a constant points outside partition 1
    kInconsistent,     // descriptors of TLV and graph disagree
    kTooComplex,       // decoding would need more than 4x the file's memory
    kChanging,         // written to while it is read
    kHiai,             // made for a Kirin chip by the HiAI DDK
    kFlowModel,        // several models and the flow of data between them
    kBundle,           // several models in one file
    kSeveralParts,     // a root graph and its parts, as for dynamic shapes
    kOldDdk,           // made by a DDK 1.x of 2018/19
    kUnknownVersion,   // of a container that this reader does not know
};

// Of a file that a DDK 1.x made, and what to do about it.
inline constexpr char kMadeByOldDdk[] =
    "the file was made by a DDK 1.x of 2018/19, before Ascend's present format: compile the model "
    "with a newer atc";

// "truncated", "bad magic", ...: the name that users see.
const char *name(ErrorCode code) noexcept;

class Error : public std::runtime_error {
   public:
    Error(ErrorCode code, const std::string &message) : std::runtime_error(message), code_(code) {}
    ErrorCode code() const noexcept { return code_; }

   private:
    ErrorCode code_;
};

}  // namespace ascendcl::om
