// The container of an .om file: header, partition tables, the models in it. Nothing is copied:
// every view points into the bytes that were given, which must outlive the Container.
// Reference: om_format.md part 1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "om/bytes.h"
#include "om/error.h"

namespace ascendcl::om {

enum class PartitionType : uint32_t {
    kModelDef = 0,
    kWeights = 1,
    kTasks = 2,
    kKernels = 3,
    kCustomAicpu = 4,
    kInOutInfoOld = 6,  // only where the model type is not 3
    kInOutInfo = 8,
    kHostWeights = 0x1000,  // ours: constants that the weights partition has no room for
};

struct Partition {
    uint32_t type;
    Bytes bytes;
};

struct Header {
    // Throws Error, also for a file that is not Ascend's.
    static Header parse(Bytes file);

    uint32_t version;
    uint8_t model_type;
    bool is_encrypted;
    bool is_dynamic;  // more than one model, or is_unknow_model
    uint32_t model_count;
    uint64_t payload_size;
    std::string_view name;
    std::string_view platform_version;
};

// One model of the file, as its partitions.
struct ModelPartitions {
    std::vector<Partition> partitions;

    // The first of that type, or an empty view.
    Bytes find(PartitionType type) const noexcept;
    bool has(PartitionType type) const noexcept;
};

// Throws Error for a file that is known to hold something else than one model.
void require_one_model(const Header &header);

class Container {
   public:
    // Throws Error. `file` must outlive the Container.
    static Container parse(Bytes file);

    const Header &header() const noexcept { return header_; }
    const std::vector<ModelPartitions> &models() const noexcept { return models_; }

    // What aclmdlQuerySize reports: ModelTaskDef.memory_size, 0 for a dynamic model.
    uint64_t work_size() const;
    // Sum of the weight partitions over all models.
    uint64_t weight_size() const noexcept;
    // The part of work_size that holds inputs and outputs (attr zero_copy_memory_size), 0 if
    // absent.
    uint64_t zero_copy_size() const;

   private:
    void parse_models(Bytes file);

    Header header_{};
    std::vector<ModelPartitions> models_;
};

}  // namespace ascendcl::om
