// The table.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/om_codes.h"

#include <string>

#include "host/model/substitution.h"

namespace ascendcl::host::model {
namespace {

constexpr aclError kParam = ACL_ERROR_GE_PARAM_INVALID;
constexpr aclError kSize = ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID;
constexpr aclError kModelDef = ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED;
constexpr aclError kWeights = ACL_ERROR_GE_EXEC_LOAD_WEIGHT_PARTITION_FAILED;
constexpr aclError kTasks = ACL_ERROR_GE_EXEC_LOAD_TASK_PARTITION_FAILED;
constexpr aclError kKernels = ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED;
constexpr aclError kGraphEngine = ACL_ERROR_GE_FAILURE;
constexpr aclError kUnsupported = ACL_ERROR_FEATURE_UNSUPPORTED;  // nothing is wrong with the file
constexpr aclError kPath = ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID;

struct Row {
    om::ErrorCode damage;
    aclError load;
    aclError query_size;
    aclError describe;
};

constexpr Row kTable[] = {
    {om::ErrorCode::kTooShort, kSize, kParam, kSize},
    {om::ErrorCode::kBadMagic, kParam, kParam, kParam},
    {om::ErrorCode::kEncrypted, kParam, kParam, kParam},
    {om::ErrorCode::kLengthMismatch, kParam, kParam, kParam},
    {om::ErrorCode::kBadPartitions, kParam, kParam, kParam},
    {om::ErrorCode::kTruncated, kSize, kParam, kSize},
    {om::ErrorCode::kTrailingBytes, kGraphEngine, kParam, kGraphEngine},
    {om::ErrorCode::kMissingModelDef, kModelDef, kParam, kGraphEngine},
    {om::ErrorCode::kMissingTasks, kTasks, kParam, kTasks},
    {om::ErrorCode::kBadModelDef, kModelDef, kParam, kModelDef},
    {om::ErrorCode::kBadTasks, kTasks, kParam, kTasks},
    {om::ErrorCode::kBadKernels, kKernels, kParam, kKernels},
    {om::ErrorCode::kBadInOutInfo, kGraphEngine, kParam, kGraphEngine},
    {om::ErrorCode::kBadWeights, kWeights, kParam, kWeights},
    {om::ErrorCode::kInconsistent, kGraphEngine, kParam, kGraphEngine},
    {om::ErrorCode::kTooComplex, kModelDef, kParam, kModelDef},
    {om::ErrorCode::kChanging, kPath, kPath, kPath},
    {om::ErrorCode::kHiai, kUnsupported, kUnsupported, kUnsupported},
    {om::ErrorCode::kFlowModel, kUnsupported, kUnsupported, kUnsupported},
    {om::ErrorCode::kBundle, kUnsupported, kUnsupported, kUnsupported},
    {om::ErrorCode::kSeveralParts, kUnsupported, kUnsupported, kUnsupported},
    {om::ErrorCode::kOldDdk, kUnsupported, kUnsupported, kUnsupported},
    {om::ErrorCode::kUnknownVersion, kUnsupported, kUnsupported, kUnsupported},
};

}  // namespace

Failure om_failure(const om::Error &error, Purpose purpose) {
    std::string message = std::string(om::name(error.code())) + ": " + error.what();
    for (const Row &row : kTable) {
        if (row.damage != error.code()) continue;
        if (row.load == kUnsupported) message += std::string(". ") + kWayOut;
        switch (purpose) {
            case Purpose::kLoad:
                return {row.load, message};
            case Purpose::kQuerySize:
                return {row.query_size, message};
            case Purpose::kDescribe:
                return {row.describe, message};
        }
    }
    return {kGraphEngine, message};
}

}  // namespace ascendcl::host::model
