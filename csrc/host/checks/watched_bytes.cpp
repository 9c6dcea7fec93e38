// The program's own memory gives no sign when it is freed or written to: whether it is
// there is asked, and a hash compared.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/watched_bytes.h"

#include <cstring>
#include <functional>
#include <string_view>

#include "host/checks/process_memory.h"
#include "host/report/report.h"

namespace ascendcl::host::checks {
namespace {

constexpr char kMagic[] = {'I', 'M', 'O', 'D'};
constexpr char kEarlier[] = "its address was set";

uint64_t hash_of_bytes(const void *data, size_t size) {
    return std::hash<std::string_view>()({static_cast<const char *>(data), size});
}

}  // namespace

void WatchedBytes::watch(const void *data, size_t size) {
    *this = {};
    if (!is_strict() || size < sizeof kMagic || !is_accessible(data, size, Access::kRead)) return;
    if (std::memcmp(data, kMagic, sizeof kMagic) != 0) return;
    data_ = data;
    size_ = size;
    hash_ = hash_of_bytes(data, size);
    site_ = here();
    hold_ = hold("a configuration", kEarlier,
                 {{data, size, "the bytes of a model to load", Rule::kModelBytesGone}});
}

void WatchedBytes::check() const {
    if (data_ == nullptr || !is_strict()) return;
    const bool mapped = is_accessible(data_, size_, Access::kRead);
    if (mapped && hash_of_bytes(data_, size_) == hash_) return;
    const Violation violation{
        Rule::kModelBytesGone,
        std::string("the bytes of the model to load were ") + (mapped ? "overwritten" : "freed"),
        kEarlier, site_};
    violated(violation);
    if (!mapped) throw Failure{text_of(violation.rule).code, violation.objects};
}

}  // namespace ascendcl::host::checks
