// A task holds on to its memory in strict mode, and never to descriptions.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/task.h"

#include <memory>
#include <utility>

#include "host/checks/holds.h"
#include "host/checks/ranges.h"
#include "host/dvpp/objects.h"
#include "host/report/report.h"
#include "host/runtime/stream.h"
#include "host/runtime/stream_table.h"

namespace ascendcl::host::dvpp {
namespace {

struct Queued {
    const char *function;
    std::vector<MemoryUse> uses;  // the names are what the token tells of
    checks::Token memory;
    std::vector<std::shared_ptr<PictureLink>> written;
    std::function<void()> work;

    void tell(aclError code) const {
        for (const std::shared_ptr<PictureLink> &link : written) {
            link->with(
                [&](acldvppPicDesc &picture) { picture.ret_code = static_cast<uint32_t>(code); });
        }
    }

    aclError run() const {
        const aclError code = guarded(function, [&] { work(); });
        tell(code);
        return code;
    }
};

checks::Token hold(const char *function, const std::vector<MemoryUse> &uses) {
    if (!checks::is_strict()) return nullptr;
    std::vector<checks::Use> held;
    for (const MemoryUse &use : uses) {
        checks::check_range({use.name, use.address, use.size, use.is_written});
        held.push_back(
            {use.address, use.size, use.name.c_str(), checks::Rule::kDeviceMemoryOfTask});
    }
    checks::deliver_reports();
    return checks::hold(function, "it was submitted", std::move(held));
}

}  // namespace

void submit(const char *function, aclrtStream stream, std::vector<MemoryUse> uses,
            const std::vector<acldvppPicDesc *> &written, std::function<void()> work) {
    const std::shared_ptr<Stream> queue = own_stream(stream);
    auto queued = std::make_shared<Queued>();
    queued->function = function;
    queued->uses = std::move(uses);
    queued->memory = hold(function, queued->uses);
    queued->work = std::move(work);
    for (acldvppPicDesc *picture : written) queued->written.push_back(picture->link.of(*picture));
    const aclError code = queue->submit([queued] { return queued->run(); });
    if (code != ACL_SUCCESS) throw Failure{code, "the stream did not take the task"};
}

}  // namespace ascendcl::host::dvpp
