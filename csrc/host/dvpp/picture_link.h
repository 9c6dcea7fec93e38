// A way to a description that may be destroyed before the task that is to write it has ended.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

struct acldvppPicDesc;

namespace ascendcl::host::dvpp {

class PictureLink {
   public:
    explicit PictureLink(acldvppPicDesc &picture) noexcept : picture_(&picture) {}

    // Calls `write` with the description while it is there, and not otherwise.
    template <typename Write>
    void with(Write &&write) {
        const std::lock_guard lock(mutex_);
        if (picture_ != nullptr) write(*picture_);
    }
    void cut() noexcept {
        const std::lock_guard lock(mutex_);
        picture_ = nullptr;
    }

   private:
    std::mutex mutex_;
    acldvppPicDesc *picture_;
};

// The description's own end.
class LinkEnd {
   public:
    LinkEnd() = default;
    LinkEnd(const LinkEnd &) = delete;
    LinkEnd &operator=(const LinkEnd &) = delete;
    ~LinkEnd() {
        if (link_) link_->cut();
    }

    const std::shared_ptr<PictureLink> &of(acldvppPicDesc &picture) {
        if (!link_) link_ = std::make_shared<PictureLink>(picture);
        return link_;
    }

   private:
    std::shared_ptr<PictureLink> link_;
};

}  // namespace ascendcl::host::dvpp
