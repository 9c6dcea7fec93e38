// Header and partition tables. The walk follows the runtime's: sizes one after another, an offset
// only where it points further ahead (files saved with alignment).
// SPDX-License-Identifier: Apache-2.0
#include "om/container.h"

#include <algorithm>
#include <string>

#include "om/attributes.h"
#include "om/budget.h"
#include "om/fields.h"
#include "om/wire.h"

namespace ascendcl::om {

namespace {

constexpr uint32_t kMagic = 0x444F4D49;  // "IMOD"
constexpr size_t kHeaderSize = 256;
constexpr uint32_t kOldVersion = 0x10000000;
constexpr uint32_t kVersionWithModelCount = 0x20000000;
constexpr uint8_t kFlowModel = 3;
constexpr uint8_t kLiteModel = 4;
constexpr uint8_t kBundle = 5;
constexpr uint8_t kLastModelType = kBundle;
constexpr std::string_view kHiaiPlatform = "3.";  // Ascend's is "1.11.z.0"
constexpr uint32_t kMaxPartitions = 8;
constexpr uint32_t kTaskMemorySizeField = 11;  // ModelTaskDef.memory_size

namespace at {  // offsets in the header
constexpr size_t kMagicNumber = 0;
constexpr size_t kVersion = 8;
constexpr size_t kLength = 76;
constexpr size_t kIsEncrypted = 80;
constexpr size_t kModelType = 82;
constexpr size_t kName = 84;
constexpr size_t kModelCount = 156;
constexpr size_t kPlatform = 160;
constexpr size_t kPlatformWithoutModelCount = 156;
constexpr size_t kModelLength = 184;
constexpr size_t kIsUnknownModel = 193;
}  // namespace at

constexpr size_t kNameSize = 32;
constexpr size_t kPlatformSize = 20;

// One form of the partition table.
struct TableForm {
    size_t head_size;
    size_t entry_size;
    bool wide;
};

constexpr TableForm kTable32{4, 12, false};
constexpr TableForm kTable64{8, 24, true};

struct TableEntry {
    uint32_t type;
    uint64_t offset;
    uint64_t size;
};

TableEntry read_entry(Bytes file, uint64_t position, const TableForm &form) {
    const auto type = file.read<uint32_t>(position);
    if (form.wide) {
        return {type, file.read<uint64_t>(position + 8), file.read<uint64_t>(position + 16)};
    }
    return {type, file.read<uint32_t>(position + 4), file.read<uint32_t>(position + 8)};
}

std::string_view padded_text(Bytes field) {
    const std::string_view text = field.text();
    return text.substr(0, text.find('\0'));
}

// Files of the HiAI DDK share the magic and little else. Reference: om_format.md 8.4.
bool is_hiai(Bytes file, const Header &header) {
    const auto platform = padded_text(file.slice(at::kPlatformWithoutModelCount, kPlatformSize));
    if (platform.substr(0, kHiaiPlatform.size()) == kHiaiPlatform) return true;
    return header.version == kOldVersion &&
           (header.model_type == kFlowModel || header.model_type == kLiteModel);
}

void require_payload(Bytes file, const Header &header) {
    const uint64_t present = file.size - kHeaderSize;
    if (header.payload_size == present) return;
    const std::string sizes = "its header announces " + std::to_string(header.payload_size) +
                              " bytes behind it, there are " + std::to_string(present);
    throw Error(
        ErrorCode::kLengthMismatch,
        header.payload_size > present
            ? "the file is truncated (is it still being written?): " + sizes
            : "the file is longer than it should be (is it still being written?): " + sizes);
}

}  // namespace

Header Header::parse(Bytes file) {
    if (file.size < kHeaderSize) {
        throw Error(ErrorCode::kTooShort,
                    "an .om file begins with a header of 256 bytes, this has " +
                        std::to_string(file.size) + " in all (is it still being written?)");
    }
    if (file.read<uint32_t>(at::kMagicNumber) != kMagic) {
        throw Error(ErrorCode::kBadMagic,
                    "not an .om file, which begins with IMOD; one that other software has "
                    "encrypted must be decrypted first");
    }
    Header header{};
    header.version = file.read<uint32_t>(at::kVersion);
    header.model_type = file.read<uint8_t>(at::kModelType);
    header.is_encrypted = file.read<uint8_t>(at::kIsEncrypted) != 0;
    if (header.is_encrypted) {
        throw Error(ErrorCode::kEncrypted,
                    "the .om file is encrypted: compile the model without encryption");
    }
    if (is_hiai(file, header)) {
        throw Error(ErrorCode::kHiai,
                    "the .om file was made for a Kirin chip (HiAI DDK), whose files share the name "
                    "and the magic with Ascend's and are another format: compile the model for an "
                    "Ascend chip with atc");
    }
    const auto length64 = file.read<uint64_t>(at::kModelLength);
    header.payload_size = length64 != 0 ? length64 : file.read<uint32_t>(at::kLength);
    require_payload(file, header);
    const bool counted = header.version >= kVersionWithModelCount;
    header.model_count = counted ? std::max(1U, file.read<uint32_t>(at::kModelCount)) : 1;
    header.is_dynamic =
        counted && (header.model_count > 1 || file.read<uint8_t>(at::kIsUnknownModel) == 1);
    header.name = padded_text(file.slice(at::kName, kNameSize));
    header.platform_version = padded_text(
        file.slice(counted ? at::kPlatform : at::kPlatformWithoutModelCount, kPlatformSize));
    return header;
}

namespace {

// Reads the table at `position` and moves `position` behind the last partition.
ModelPartitions parse_model(Bytes file, const TableForm &form, uint64_t &position, Budget &budget) {
    if (!file.contains(position, form.head_size)) {
        throw Error(ErrorCode::kTruncated, "the file ends before a partition table");
    }
    const auto count = file.read<uint32_t>(position);
    if (count == 0 || count > kMaxPartitions) {
        throw Error(ErrorCode::kBadPartitions,
                    "a model has 1 to 8 partitions, this announces " + std::to_string(count));
    }
    const uint64_t entries = position + form.head_size;
    if (!file.contains(entries, count * form.entry_size)) {
        throw Error(ErrorCode::kTruncated, "the file ends inside a partition table");
    }
    const uint64_t base = entries + count * form.entry_size;
    const Bytes content = file.slice(base, file.size - base);
    uint64_t end = 0;
    ModelPartitions model;
    budget.reserve(model.partitions, count);
    for (uint32_t i = 0; i < count; ++i) {
        const TableEntry entry = read_entry(file, entries + i * form.entry_size, form);
        const uint64_t begin = std::max(end, entry.offset);
        if (!content.contains(begin, entry.size)) {
            throw Error(ErrorCode::kTruncated, "partition " + std::to_string(i) + " of type " +
                                                   std::to_string(entry.type) +
                                                   " runs past the end of the file");
        }
        model.partitions.push_back({entry.type, content.slice(begin, entry.size)});
        end = begin + entry.size;
    }
    position = base + end;
    return model;
}

// Whether it is a ModelDef on its own: only DDK 1.x wrote files without a partition table.
bool is_model_def(Bytes payload) noexcept {
    try {
        wire::Reader reader(payload, ErrorCode::kBadModelDef);
        wire::Field field;
        bool has_graph = false;
        while (reader.next(field)) {
            has_graph = has_graph || field.is(fields::model::kGraph, wire::Type::kBytes);
        }
        return has_graph;
    } catch (const Error &) {
        return false;
    }
}

// Throws what lies behind `error` where the file is another kind of file, and not damaged.
void explain(Bytes file, const Header &header, const Error &error) {
    require_one_model(header);
    if (is_model_def(file.slice(kHeaderSize, file.size - kHeaderSize))) {
        throw Error(ErrorCode::kOldDdk, kMadeByOldDdk);
    }
    if (header.version != kOldVersion && header.version != kVersionWithModelCount) {
        throw Error(ErrorCode::kUnknownVersion,
                    "the file is of version " + std::to_string(header.version) +
                        ", which is not known here: it may be of a newer compiler (" +
                        error.what() + ")");
    }
}

}  // namespace

Bytes ModelPartitions::find(PartitionType type) const noexcept {
    for (const Partition &partition : partitions) {
        if (partition.type == static_cast<uint32_t>(type)) return partition.bytes;
    }
    return {};
}

bool ModelPartitions::has(PartitionType type) const noexcept {
    return std::any_of(partitions.begin(), partitions.end(), [type](const Partition &partition) {
        return partition.type == static_cast<uint32_t>(type);
    });
}

void require_one_model(const Header &header) {
    const std::string way_out = ": compile each of its models into a file of its own";
    if (header.model_type == kFlowModel) {
        throw Error(ErrorCode::kFlowModel,
                    "the file holds a flow model, several models and the flow of data between "
                    "them, and not one model" +
                        way_out);
    }
    if (header.model_type == kBundle) {
        throw Error(ErrorCode::kBundle,
                    "the file holds a bundle of models, and not one model" + way_out);
    }
    if (header.model_type > kLastModelType) {
        throw Error(ErrorCode::kUnknownVersion,
                    "the file says that it is of type " + std::to_string(header.model_type) +
                        ", which is not known here: it may be of a newer compiler");
    }
}

Container Container::parse(Bytes file) {
    Container container;
    container.header_ = Header::parse(file);
    try {
        container.parse_models(file);
    } catch (const Error &error) {
        explain(file, container.header_, error);
        throw;
    }
    return container;
}

void Container::parse_models(Bytes file) {
    const bool wide =
        file.read<uint64_t>(at::kModelLength) != 0 || header_.model_type == kFlowModel;
    const TableForm &form = wide ? kTable64 : kTable32;
    // A count that the file has no room for must not size the vector.
    const size_t possible = (file.size - kHeaderSize) / (form.head_size + form.entry_size);
    Budget budget(file.size);
    budget.reserve(models_, std::min<size_t>(header_.model_count, possible));
    uint64_t position = kHeaderSize;
    for (uint32_t i = 0; i < header_.model_count; ++i) {
        ModelPartitions model = parse_model(file, form, position, budget);
        if (!model.has(PartitionType::kModelDef)) {
            throw Error(ErrorCode::kMissingModelDef,
                        "model " + std::to_string(i) + " of the file has no definition");
        }
        models_.push_back(std::move(model));
    }
    if (position != file.size) {
        throw Error(ErrorCode::kTrailingBytes,
                    std::to_string(file.size - position) + " bytes follow the last partition");
    }
    if (!header_.is_dynamic && !models_[0].has(PartitionType::kTasks)) {
        throw Error(ErrorCode::kMissingTasks,
                    "a static model without tasks (partition 2) cannot be executed");
    }
}

uint64_t Container::work_size() const {
    if (header_.is_dynamic) return 0;
    uint64_t size = 0;
    wire::Reader tasks(models_[0].find(PartitionType::kTasks), ErrorCode::kBadTasks);
    wire::Field field;
    while (tasks.next(field)) {
        if (field.is(kTaskMemorySizeField, wire::Type::kVarint)) size = field.scalar;
    }
    return size;
}

uint64_t Container::weight_size() const noexcept {
    uint64_t size = 0;
    for (const ModelPartitions &model : models_) size += model.find(PartitionType::kWeights).size;
    return size;
}

uint64_t Container::zero_copy_size() const {
    const AttrMap attrs = model_attributes(models_[0].find(PartitionType::kModelDef));
    const int64_t size = attrs.integer("zero_copy_memory_size").value_or(0);
    return size > 0 ? static_cast<uint64_t>(size) : 0;
}

}  // namespace ascendcl::om
