// SPDX-License-Identifier: Apache-2.0
#include "host/model/kept_file.h"

#include <cstring>
#include <map>
#include <mutex>
#include <new>

#include "om/container.h"

namespace ascendcl::host::model {

FileCopy::FileCopy(om::Bytes file, om::Bytes left_out)
    // Large blocks of zeros take no memory until something is written to them.
    : data_(static_cast<uint8_t *>(std::calloc(file.size, 1))), size_(file.size) {
    if (!data_) throw std::bad_alloc();
    const size_t begin =
        left_out.empty() ? file.size : static_cast<size_t>(left_out.data - file.data);
    const size_t end = left_out.empty() ? file.size : begin + left_out.size;
    std::memcpy(data_.get(), file.data, begin);
    std::memcpy(data_.get() + end, file.data + end, file.size - end);
}

KeptFile kept_file(const ContentKey &key, om::Bytes file, const Description &description) {
    struct Kept {
        std::mutex mutex;
        std::map<ContentKey, std::weak_ptr<const FileCopy>> files;
    };
    static Kept &kept = *new Kept;  // leaked: models may outlive static destructors
    std::lock_guard lock(kept.mutex);
    for (auto it = kept.files.begin(); it != kept.files.end();) {
        it = it->second.expired() ? kept.files.erase(it) : std::next(it);
    }
    std::weak_ptr<const FileCopy> &found = kept.files[key];
    if (KeptFile copy = found.lock()) return copy;
    om::Bytes weights;
    if (description.carries_ir)
        weights = om::Container::parse(file).models().front().find(om::PartitionType::kWeights);
    const auto copy = std::make_shared<const FileCopy>(file, weights);
    found = copy;
    return copy;
}

}  // namespace ascendcl::host::model
