// What the host runtime tells of a model, as warnings: what it assumes (ascendcl/findings.h), and
// what it runs in its place (ascendcl/substitution.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ascendcl::objects {

// While it stands, this thread's reports are kept: a load warns of them when it is done, where a
// filter may make an exception of the warning. Elsewhere they are given at once. Not nested.
class ReportCapture {
   public:
    ReportCapture() noexcept;
    ~ReportCapture();
    ReportCapture(const ReportCapture &) = delete;
    ReportCapture &operator=(const ReportCapture &) = delete;

    // Throws what a filter makes of it.
    void warn();

    void keep(const char *category, const char *report) { reports_.emplace_back(category, report); }

   private:
    std::vector<std::pair<const char *, std::string>> reports_;
};

}  // namespace ascendcl::objects
