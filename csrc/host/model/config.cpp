// One switch checks and stores the options; loading derives from the load type what counts.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/config.h"

#include <cstring>

#include "host/checks/objects.h"
#include "host/model/substitution.h"
#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

constexpr int32_t kMaxPriority = 7;

template <typename T>
T read_value(aclmdlConfigAttr attr, const void *value, size_t size) {
    if (size != sizeof(T)) {
        throw invalid("option " + std::to_string(attr) + " takes " + std::to_string(sizeof(T)) +
                      " bytes, given " + std::to_string(size));
    }
    T result;
    std::memcpy(&result, value, sizeof(T));
    return result;
}

template <typename T>
T *read_pointer(aclmdlConfigAttr attr, const void *value, size_t size) {
    auto *pointer = read_value<T *>(attr, value, size);
    if (!pointer) throw invalid("option " + std::to_string(attr) + " points to null");
    return pointer;
}

int32_t read_within(aclmdlConfigAttr attr, const void *value, size_t size, int32_t last) {
    const auto number = read_value<int32_t>(attr, value, size);
    if (number < 0 || number > last) {
        throw invalid("option " + std::to_string(attr) + " goes from 0 to " + std::to_string(last) +
                      ", given " + std::to_string(number));
    }
    return number;
}

enum class Source { kFile, kMemory };

struct LoadType {
    Source source;
    bool with_memory;
    bool with_queues;
};

LoadType load_type_of(size_t number) {
    switch (number) {
        case ACL_MDL_LOAD_FROM_FILE:
            return {Source::kFile, false, false};
        case ACL_MDL_LOAD_FROM_FILE_WITH_MEM:
            return {Source::kFile, true, false};
        case ACL_MDL_LOAD_FROM_MEM:
            return {Source::kMemory, false, false};
        case ACL_MDL_LOAD_FROM_MEM_WITH_MEM:
            return {Source::kMemory, true, false};
        case ACL_MDL_LOAD_FROM_FILE_WITH_Q:
            return {Source::kFile, false, true};
        case ACL_MDL_LOAD_FROM_MEM_WITH_Q:
            return {Source::kMemory, false, true};
        default:
            throw invalid("there is no load type " + std::to_string(number));
    }
}

// Throws unless everything that the load type needs was set, and nothing that it excludes.
void require_complete(const aclmdlConfigHandle &config, const LoadType &type) {
    if (type.source == Source::kFile) {
        if (!config.path) throw invalid("this load type needs ACL_MDL_PATH_PTR");
        if (config.weight_path) {
            throw invalid("ACL_MDL_WEIGHT_PATH_PTR is for models loaded from memory");
        }
    } else if (!config.model || !config.model_size) {
        throw invalid("this load type needs ACL_MDL_MEM_ADDR_PTR and ACL_MDL_MEM_SIZET");
    }
    if (type.with_queues && (!config.input_queues || !config.input_queue_count ||
                             !config.output_queues || !config.output_queue_count)) {
        throw invalid("this load type needs number and address of input and output queues");
    }
}

// Strict mode.
void check_memory_counts(const aclmdlConfigHandle &config, const LoadType &type) {
    if (type.with_memory || !(config.work.data || config.weight.data) || !checks::is_strict())
        return;
    checks::violated({checks::Rule::kMemoryIgnored,
                      std::string(config.work.data ? "work" : "weight") +
                          " memory is set, and load type " + std::to_string(*config.load_type) +
                          " ignores it",
                      "the configuration was created", checks::where_made(&config)});
}

}  // namespace

void set_option(aclmdlConfigHandle &config, aclmdlConfigAttr attr, const void *value, size_t size) {
    switch (attr) {
        case ACL_MDL_PRIORITY_INT32:
            read_within(attr, value, size, kMaxPriority);  // a CPU has no use for it
            break;
        case ACL_MDL_LOAD_TYPE_SIZET: {
            const auto number = read_value<size_t>(attr, value, size);
            load_type_of(number);
            config.load_type = number;
            break;
        }
        case ACL_MDL_PATH_PTR:
            config.path = read_pointer<const char>(attr, value, size);
            break;
        case ACL_MDL_WEIGHT_PATH_PTR:
            config.weight_path = read_pointer<const char>(attr, value, size);
            break;
        case ACL_MDL_MEM_ADDR_PTR:
            config.model = read_pointer<void>(attr, value, size);
            config.model_bytes.watch(config.model, config.model_size.value_or(0));
            break;
        case ACL_MDL_MEM_SIZET:
            config.model_size = read_value<size_t>(attr, value, size);
            config.model_bytes.watch(config.model, *config.model_size);
            break;
        case ACL_MDL_WEIGHT_ADDR_PTR:
            config.weight.data = read_value<void *>(attr, value, size);
            break;
        case ACL_MDL_WEIGHT_SIZET:
            config.weight.size = read_value<size_t>(attr, value, size);
            break;
        case ACL_MDL_WORKSPACE_ADDR_PTR:
            config.work.data = read_value<void *>(attr, value, size);
            break;
        case ACL_MDL_WORKSPACE_SIZET:
            config.work.size = read_value<size_t>(attr, value, size);
            break;
        case ACL_MDL_INPUTQ_NUM_SIZET:
            config.input_queue_count = read_value<size_t>(attr, value, size);
            break;
        case ACL_MDL_INPUTQ_ADDR_PTR:
            config.input_queues = read_pointer<void>(attr, value, size);
            break;
        case ACL_MDL_OUTPUTQ_NUM_SIZET:
            config.output_queue_count = read_value<size_t>(attr, value, size);
            break;
        case ACL_MDL_OUTPUTQ_ADDR_PTR:
            config.output_queues = read_pointer<void>(attr, value, size);
            break;
        case ACL_MDL_WORKSPACE_MEM_OPTIMIZE: {
            const auto choice = read_value<size_t>(attr, value, size);
            if (choice > ACL_WORKSPACE_MEM_OPTIMIZE_INPUTOUTPUT) {
                throw invalid("ACL_MDL_WORKSPACE_MEM_OPTIMIZE is 0 or 1, given " +
                              std::to_string(choice));
            }
            config.workspace_optimize = choice;
            break;
        }
        case ACL_MDL_WITHOUT_GRAPH_INT32:
            read_within(attr, value, size, 1);  // a static model ignores it
            break;
        default:
            throw invalid("there is no option " + std::to_string(attr) + " here");
    }
}

uint32_t load_with_config(const aclmdlConfigHandle &config) {
    if (!config.load_type) throw invalid("ACL_MDL_LOAD_TYPE_SIZET was not set");
    const LoadType type = load_type_of(*config.load_type);
    require_complete(config, type);
    if (type.source == Source::kMemory) config.model_bytes.check();
    const NamedFile named = type.source == Source::kFile
                                ? NamedFile::open(config.path->c_str())
                                : NamedFile(OmFile::view(config.model, *config.model_size));
    if (type.with_queues) {
        throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime has no queues"};
    }
    if (config.weight_path) {
        throw Failure{ACL_ERROR_GE_FAILURE, "ACL_MDL_WEIGHT_PATH_PTR '" + *config.weight_path +
                                                "': external weights cannot be loaded here"};
    }
    LoadOptions options;
    check_memory_counts(config, type);
    if (type.with_memory) {  // the other types ignore what was given
        options.work = config.work;
        options.weight = config.weight;
    }
    options.leave_out_io_memory =
        config.workspace_optimize == ACL_WORKSPACE_MEM_OPTIMIZE_INPUTOUTPUT;
    const uint32_t id = named.read([&](const OmFile &file) { return load_model(file, options); });
    named.tell_loaded();
    return id;
}

}  // namespace ascendcl::host::model
