// A rule of fault injection: which functions, which of their calls, which code. The grammar stands
// in ascendcl/fault.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "acl/acl.h"

namespace ascendcl::host::checks {

class FaultRule {
   public:
    // Throws Failure when the text is no rule or its pattern matches no function that can fail.
    explicit FaultRule(std::string_view text);

    bool matches(const char *function) const noexcept;
    // One more matching call: the code that it fails with, or ACL_SUCCESS.
    aclError next_call() noexcept;

    const std::string &text() const noexcept { return text_; }
    uint64_t calls() const noexcept { return calls_; }

   private:
    enum class When { kOnce, kFrom, kEvery, kRandom };

    void parse_when(std::string_view when);
    bool fires() noexcept;

    std::string text_;
    std::string pattern_;
    When when_ = When::kOnce;
    uint64_t number_ = 0;
    double probability_ = 0;
    std::mt19937_64 random_;
    aclError code_ = ACL_ERROR_INTERNAL_ERROR;
    uint64_t calls_ = 0;
};

// Throws Failure unless the text is a list of rules; an empty one is.
std::vector<FaultRule> parse_fault_rules(std::string_view text);

}  // namespace ascendcl::host::checks
