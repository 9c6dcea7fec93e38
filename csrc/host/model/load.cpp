// Sizes are checked before anything is allocated; a failed load leaves nothing behind.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/load.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "host/checks/holds.h"
#include "host/checks/objects.h"
#include "host/model/model.h"
#include "host/model/om_codes.h"
#include "host/model/registry.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/memory.h"
#include "om/kernels.h"

namespace ascendcl::host::model {
namespace {

constexpr uintptr_t kModelMemoryAlignment = 64;

// `queried` is what the program was told to allocate, of which `needed` is enough.
void require_size(const char *what, const UserMemory &memory, uint64_t needed, uint64_t queried) {
    if (!memory.data || memory.size >= needed) return;
    throw Failure{ACL_ERROR_GE_PARAM_INVALID,
                  std::string(what) + " memory has " + std::to_string(memory.size) +
                      " bytes, the model needs " + std::to_string(queried) + " (aclmdlQuerySize)"};
}

// Strict mode: whether it is what the documentation asks for, where the runtime itself does not
// care.
void check_memory(const std::string &what, const UserMemory &memory, uint64_t queried,
                  int32_t device) {
    if (!memory.data || !checks::is_strict()) return;
    const Allocation block = find_allocation(memory.data);
    const auto broken = [&](const std::string &how, int code = 0) {
        checks::violated({checks::Rule::kUnfitModelMemory, "the " + what + " memory " + how,
                          "it was allocated", checks::where_made(block.base), code});
    };
    const auto start = reinterpret_cast<uintptr_t>(memory.data);
    const auto block_end = reinterpret_cast<uintptr_t>(block.base) + block.size;
    if (memory.size < queried) {
        broken("has " + std::to_string(memory.size) + " bytes, aclmdlQuerySize answers " +
               std::to_string(queried));
    }
    if (block.location != Location::kDevice || block.device != device) {
        broken("is no memory of device " + std::to_string(device));
    } else if (memory.size > block_end - start) {
        broken("is said to have " + std::to_string(memory.size) + " bytes; its block ends after " +
               std::to_string(block_end - start));
    }
    if (start % kModelMemoryAlignment != 0) {
        broken("does not start on a multiple of 64", ACL_ERROR_MEMORY_ADDRESS_UNALIGNED);
    }
}

// Strict mode: an execution writes to all of the work memory.
void check_apart(const UserMemory &work, const void *weights, size_t weight_size) {
    if (!checks::is_strict()) return;
    const auto work_start = reinterpret_cast<uintptr_t>(work.data);
    const auto weight_start = reinterpret_cast<uintptr_t>(weights);
    if (work.data != nullptr && weight_start < work_start + work.size &&
        work_start < weight_start + weight_size) {
        checks::violated({checks::Rule::kModelMemoryOverlaps,
                          "the work memory of the model to load and its weight memory overlap"});
    }
    if (work.data != nullptr) checks::check_write(work.data, work.size);
    checks::check_apart("the weight memory of the model to load", weights, weight_size);
}

// Strict mode: from now on a model uses the memory that the user manages.
checks::Token hold_memory(uint32_t id, const LoadOptions &options, size_t weight_size) {
    if (!checks::is_strict()) return nullptr;
    constexpr auto kRule = checks::Rule::kModelMemoryFreed;
    return checks::hold("model " + std::to_string(id), "it was loaded",
                        {{options.work.data, options.work.size, "its work memory", kRule},
                         {options.weight.data, weight_size, "its weight memory", kRule, true}});
}

// Null when the user manages it or nothing is needed.
DeviceMemory system_memory(const char *what, const UserMemory &user, uint64_t size,
                           int32_t device) {
    if (user.data || size == 0) return nullptr;
    try {
        return DeviceMemory(allocate_device_memory(device, size));
    } catch (const Failure &failure) {
        throw Failure{ACL_ERROR_GE_MEMORY_ALLOCATION,
                      std::string("no ") + what + " memory: " + failure.message};
    }
}

}  // namespace

void require_single_model(const om::Container &container) {
    om::require_one_model(container.header());
    if (container.models().size() > 1) {
        throw om::Error(om::ErrorCode::kSeveralParts,
                        "the host runtime does not run models of several parts, as compilers make "
                        "for some dynamic shapes (a device may): compile it for fixed shapes");
    }
}

uint32_t load_model(const OmFile &file, const LoadOptions &options) {
    const om::Container container = file.container(Purpose::kLoad);
    reading_om(Purpose::kLoad, [&] { require_single_model(container); });
    const std::shared_ptr<Context> context = current_context();

    Model::Parts parts;
    const bool is_dynamic = container.header().is_dynamic;
    parts.id = is_dynamic ? next_dynamic_model_id() : next_model_id();
    parts.context = context;
    parts.device = context->device();
    uint64_t work_size = 0;
    uint64_t io_size = 0;
    reading_om(Purpose::kLoad, [&] {
        parts.description = Description::read(container);
        om::KernelStore::parse(container.models().front().find(om::PartitionType::kKernels));
        work_size = container.work_size();
        io_size = std::min(container.zero_copy_size(), work_size);
    });
    const auto &aipp = parts.description->aipp;
    if (is_dynamic && std::any_of(aipp.begin(), aipp.end(), [](const AippInput &input) {
            return input.type != ACL_DATA_WITHOUT_AIPP;
        })) {
        throw Failure{ACL_ERROR_FEATURE_UNSUPPORTED,
                      "the host runtime does not run models with AIPP and dynamic shapes: compile "
                      "it for fixed shapes, or for gears"};
    }
    const om::Bytes weights = container.models().front().find(om::PartitionType::kWeights);
    check_memory("work", options.work, work_size, context->device());
    check_memory("weight", options.weight, weights.size, context->device());
    require_size("work", options.work, work_size - io_size, work_size);
    require_size("weight", options.weight, weights.size, container.weight_size());
    if (options.weight.data) {
        check_apart(is_dynamic ? UserMemory{} : options.work, options.weight.data, weights.size);
    }
    checks::deliver_reports();  // memory that is none may be the end of the process

    const uint64_t own_work_size = options.leave_out_io_memory ? work_size - io_size : work_size;
    parts.own_work = system_memory("work", options.work, own_work_size, context->device());
    parts.own_weights = system_memory("weight", options.weight, weights.size, context->device());
    void *weight_memory = options.weight.data ? options.weight.data : parts.own_weights.get();
    if (options.weight.data) checks::check_weights(weight_memory, weights.data, weights.size);
    // Not over equal ones: others may compute on them, in this process or another.
    if (!weights.empty() && std::memcmp(weight_memory, weights.data, weights.size) != 0) {
        std::memcpy(weight_memory, weights.data, weights.size);
    }

    const om::Bytes loaded{static_cast<const uint8_t *>(weight_memory), weights.size};
    if (is_dynamic) {
        parts.dynamic_shapes =
            std::make_unique<DynamicShapes>(file.bytes(), loaded, parts.description);
    } else {
        parts.shapes = std::make_unique<CompiledShapes>(file.bytes(), loaded, parts.description);
    }

    const uint32_t id = parts.id;
    // Models with dynamic shapes ignore it.
    if (!is_dynamic) parts.user_work = {options.work.data, options.work.size};
    parts.memory_in_use = hold_memory(id, options, weights.size);
    register_model(std::make_shared<Model>(std::move(parts)));
    return id;
}

}  // namespace ascendcl::host::model
