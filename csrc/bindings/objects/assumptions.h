// What the host runtime assumes of a model, as warnings (ascendcl/findings.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ascendcl::objects {

// While it stands, this thread's reports are kept: a load warns of them when it is done, where a
// filter may make an exception of the warning. Elsewhere they are given at once. Not nested.
class AssumptionCapture {
   public:
    AssumptionCapture() noexcept;
    ~AssumptionCapture();
    AssumptionCapture(const AssumptionCapture &) = delete;
    AssumptionCapture &operator=(const AssumptionCapture &) = delete;

    // Throws what a filter makes of it.
    void warn();

    void keep(const char *report) { report_ += report; }

   private:
    std::string report_;
};

}  // namespace ascendcl::objects
