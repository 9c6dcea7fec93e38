// Header and table are copied, offsets and lengths made good.
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/mutate_om.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "fuzz/mutate_message.h"
#include "om/container.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

namespace ascendcl::fuzz {
namespace {

constexpr size_t kHeaderSize = 256;
constexpr size_t kLengthAt = 184;  // of the wide form
constexpr unsigned kRawEvery = 32;

struct StoredPartition {
    uint32_t type;
    Buffer bytes;
};

template <typename T>
void append(Buffer &to, T value) {
    const auto *bytes = reinterpret_cast<const uint8_t *>(&value);
    to.insert(to.end(), bytes, bytes + sizeof value);
}

void append_model(Buffer &file, const std::vector<StoredPartition> &partitions) {
    append(file, static_cast<uint32_t>(partitions.size()));
    append(file, uint32_t{0});
    uint64_t offset = 0;
    for (const StoredPartition &partition : partitions) {
        append(file, partition.type);
        append(file, uint32_t{0});
        append(file, offset);
        append(file, uint64_t{partition.bytes.size()});
        offset += partition.bytes.size();
    }
    for (const StoredPartition &partition : partitions)
        file.insert(file.end(), partition.bytes.begin(), partition.bytes.end());
}

bool is_message(uint32_t type) {
    return type == static_cast<uint32_t>(om::PartitionType::kModelDef) ||
           type == static_cast<uint32_t>(om::PartitionType::kTasks);
}

void change(std::vector<StoredPartition> &partitions, size_t most, Random &random) {
    // Most of what is read is the definition: every second change goes there.
    size_t chosen = random() % partitions.size();
    if (random() % 2 == 0) {
        for (size_t i = 0; i < partitions.size(); ++i)
            if (is_message(partitions[i].type)) {
                chosen = i;
                break;
            }
    }
    StoredPartition &partition = partitions[chosen];
    const om::Bytes bytes{partition.bytes.data(), partition.bytes.size()};
    switch (random() % 64) {
        case 0:
            partition.type = random() % 10;
            break;
        case 1:
            partitions.erase(partitions.begin() + static_cast<long>(chosen));
            break;
        default:
            partition.bytes = is_message(partition.type) ? mutate_message(bytes, most, random)
                                                         : mutate_bytes(bytes, bytes.size + most);
    }
}

// The file with one change; empty where it is no container.
Buffer changed_file(om::Bytes file, size_t most, Random &random) {
    Buffer result;
    try {
        const om::Container container = om::Container::parse(file);
        const size_t count = container.models().size();
        const size_t chosen = random() % count;
        result.assign(file.data, file.data + kHeaderSize);
        for (size_t i = 0; i < count; ++i) {
            std::vector<StoredPartition> partitions;
            for (const om::Partition &partition : container.models()[i].partitions)
                partitions.push_back(
                    {partition.type,
                     {partition.bytes.data, partition.bytes.data + partition.bytes.size}});
            if (i == chosen) change(partitions, most, random);
            append_model(result, partitions);
        }
        const uint64_t length = result.size() - kHeaderSize;
        std::memcpy(result.data() + kLengthAt, &length, sizeof length);
    } catch (const om::Error &) {
        result.clear();
    }
    return result;
}

}  // namespace
}  // namespace ascendcl::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                                          unsigned seed) {
    using namespace ascendcl;
    fuzz::Random random(seed);
    fuzz::Buffer changed;
    if (random() % fuzz::kRawEvery != 0) {
        // Twice the growth: a message that took another's place, and its length.
        const size_t most = max_size > size ? (max_size - size) / 2 : 0;
        changed = fuzz::changed_file({data, size}, most, random);
    }
    if (changed.empty() || changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
    std::memcpy(data, changed.data(), changed.size());
    return changed.size();
}
