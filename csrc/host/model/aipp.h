// The object behind aclmdlCreateAIPP: settings as the setters leave them, checked when they are
// given to a model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"
#include "host/model/aipp_settings.h"
#include "host/runtime/live_counts.h"

struct aclmdlAIPP {
    explicit aclmdlAIPP(uint64_t batches) {
        ascendcl::host::model::AippImage image;
        image.reciprocal.fill(1);
        settings.images.assign(batches, image);
    }

    ascendcl::host::model::AippSettings settings;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kAipp> live;
};
