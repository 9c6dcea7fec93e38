// The MODEL_INOUT_INFO partition: a stream of type, length, value. Reference: om_format.md 3.1.
// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "om/budget.h"
#include "om/descriptors.h"
#include "om/gear_outputs.h"

namespace ascendcl::om {

namespace {

enum class Block : uint32_t {
    kInputs = 0,
    kOutputs = 1,
    kDynamicBatch = 2,
    kDynamicImage = 3,
    kDynamicDims = 4,
    kDynamicOutputShapes = 5,
    kUserInputOrder = 6,
};

constexpr size_t kMinDescriptorSize = 32;  // the record without name and dims

// Reads one block's value from front to back.
class Cursor {
   public:
    explicit Cursor(Bytes bytes) noexcept : rest_(bytes) {}

    template <typename T>
    T scalar() {
        return take(sizeof(T)).read<T>(0);
    }

    Bytes take(uint64_t size) {
        if (!rest_.contains(0, size)) {
            throw Error(ErrorCode::kBadInOutInfo, "the in/out info ends inside a record");
        }
        const Bytes taken = rest_.slice(0, size);
        rest_ = rest_.slice(size, rest_.size - size);
        return taken;
    }

    // A count of records that take at least `record_size` bytes each.
    uint32_t count(size_t record_size) {
        const auto value = scalar<uint32_t>();
        if (value > rest_.size / record_size) {
            throw Error(ErrorCode::kBadInOutInfo, "the in/out info announces more than it holds");
        }
        return value;
    }

    bool at_end() const noexcept { return rest_.empty(); }

    void expect_end() const {
        if (!at_end()) {
            throw Error(ErrorCode::kBadInOutInfo, "a block of the in/out info is longer than told");
        }
    }

   private:
    Bytes rest_;
};

std::vector<int64_t> read_integers(Bytes bytes, Budget &budget) {
    if (bytes.size % sizeof(int64_t) != 0) {
        throw Error(ErrorCode::kBadInOutInfo, "a list of dims in the in/out info is cut");
    }
    std::vector<int64_t> values;
    budget.reserve(values, bytes.size / sizeof(int64_t));
    for (size_t at = 0; at < bytes.size; at += sizeof(int64_t)) {
        values.push_back(bytes.read<int64_t>(at));
    }
    return values;
}

std::vector<std::pair<int64_t, int64_t>> read_ranges(Bytes bytes, Budget &budget) {
    const std::vector<int64_t> limits = read_integers(bytes, budget);
    if (limits.size() % 2 != 0) {
        throw Error(ErrorCode::kBadInOutInfo, "a list of ranges in the in/out info is cut");
    }
    std::vector<std::pair<int64_t, int64_t>> ranges;
    budget.reserve(ranges, limits.size() / 2);
    for (size_t i = 0; i < limits.size(); i += 2) ranges.emplace_back(limits[i], limits[i + 1]);
    return ranges;
}

std::vector<IoDescriptor> read_descriptors(Cursor block, Budget &budget) {
    std::vector<IoDescriptor> descriptors;
    const uint32_t count = block.count(kMinDescriptorSize);
    budget.reserve(descriptors, count);
    for (uint32_t i = 0; i < count; ++i) {
        IoDescriptor io;
        io.size = block.scalar<uint64_t>();
        io.format = static_cast<Format>(block.scalar<int32_t>());
        io.dtype = static_cast<DataType>(block.scalar<int32_t>());
        const auto name_size = block.scalar<uint32_t>();
        const auto dims_size = block.scalar<uint32_t>();
        const auto dims_v2_size = block.scalar<uint32_t>();
        const auto ranges_size = block.scalar<uint32_t>();
        budget.charge(name_size, 1);
        io.name = block.take(name_size).text();
        io.dims = read_integers(block.take(dims_size), budget);
        io.dims_v2 = read_integers(block.take(dims_v2_size), budget);
        io.ranges = read_ranges(block.take(ranges_size), budget);
        descriptors.push_back(std::move(io));
    }
    block.expect_end();
    return descriptors;
}

std::vector<std::vector<int64_t>> read_batches(Cursor block, Budget &budget) {
    std::vector<std::vector<int64_t>> gears;
    const uint32_t count = block.count(sizeof(int64_t));
    budget.reserve(gears, count);
    for (uint32_t i = 0; i < count; ++i) {
        gears.push_back(read_integers(block.take(sizeof(int64_t)), budget));
    }
    block.expect_end();
    return gears;
}

// All counts first, then all values.
std::vector<std::vector<int64_t>> read_gears(Cursor block, Budget &budget) {
    std::vector<std::vector<int64_t>> gears;
    const uint32_t count = block.count(sizeof(uint32_t));
    budget.reserve(gears, count);
    Cursor counts(block.take(count * sizeof(uint32_t)));
    while (!counts.at_end()) {
        const uint64_t values = counts.scalar<uint32_t>();
        gears.push_back(read_integers(block.take(values * sizeof(int64_t)), budget));
    }
    block.expect_end();
    return gears;
}

std::vector<std::string> read_texts(Cursor block, Budget &budget) {
    std::vector<std::string> texts;
    const uint32_t count = block.count(sizeof(uint32_t));
    budget.reserve(texts, count);
    Cursor sizes(block.take(count * sizeof(uint32_t)));
    while (!sizes.at_end()) {
        const Bytes text = block.take(sizes.scalar<uint32_t>());
        budget.charge(text.size, 1);
        texts.emplace_back(text.text());
    }
    block.expect_end();
    return texts;
}

}  // namespace

Descriptors descriptors_from_tlv(Bytes partition) {
    Budget budget(partition.size);
    Descriptors descriptors;
    std::vector<std::string> output_shapes;
    Cursor stream(partition);
    while (!stream.at_end()) {
        const auto type = stream.scalar<uint32_t>();
        const auto size = stream.scalar<uint32_t>();
        const Cursor block(stream.take(size));
        switch (static_cast<Block>(type)) {
            case Block::kInputs:
                descriptors.inputs = read_descriptors(block, budget);
                break;
            case Block::kOutputs:
                descriptors.outputs = read_descriptors(block, budget);
                break;
            case Block::kDynamicBatch:
                descriptors.gear_kind = GearKind::kBatch;
                descriptors.gears = read_batches(block, budget);
                break;
            case Block::kDynamicImage:
                descriptors.gear_kind = GearKind::kImage;
                descriptors.gears = read_gears(block, budget);
                break;
            case Block::kDynamicDims:
                descriptors.gear_kind = GearKind::kDims;
                descriptors.gears = read_gears(block, budget);
                break;
            case Block::kDynamicOutputShapes:
                output_shapes = read_texts(block, budget);
                break;
            case Block::kUserInputOrder:
                descriptors.user_input_order = read_texts(block, budget);
                break;
            default:
                break;  // newer blocks
        }
    }
    const std::vector<std::string_view> shapes(output_shapes.begin(), output_shapes.end());
    descriptors.gear_output_dims =
        parse_gear_outputs(shapes, descriptors.gears.size(), descriptors.outputs.size(), budget);
    return descriptors;
}

}  // namespace ascendcl::om
