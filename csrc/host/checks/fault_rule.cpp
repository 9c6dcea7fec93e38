// Reading rules, and deciding call by call.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/fault_rule.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "host/checks/entry.h"
#include "host/report/report.h"

namespace ascendcl::host::checks {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\n\r";
    const size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

// The text up to the separator; both are taken off `text`.
std::string_view take_until(std::string_view &text, std::string_view separators) {
    const size_t end = std::min(text.find_first_of(separators), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return trimmed(part);
}

bool glob(std::string_view pattern, std::string_view name) noexcept {
    size_t at = 0;
    size_t star = std::string_view::npos;  // the last '*' seen, and where its match ended
    size_t resume = 0;
    for (size_t i = 0; i < name.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            resume = i;
        } else if (at < pattern.size() && pattern[at] == name[i]) {
            ++at;
            ++i;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            i = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

[[noreturn]] void refuse(const std::string &rule, const std::string &why) {
    throw Failure{ACL_ERROR_INVALID_PARAM, "fault rule \"" + rule + "\": " + why};
}

template <typename Number>
bool read(std::string_view text, Number &number) {
    const char *const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stopped == end;
}

}  // namespace

FaultRule::FaultRule(std::string_view text) : text_(text) {
    pattern_ = take_until(text, ":");
    const bool known = std::any_of(entries, entries + entry_count, [this](const Entry &entry) {
        return entry.can_fail && glob(pattern_, entry.name);
    });
    if (!known) refuse(text_, "no function that can fail is called " + pattern_);
    const std::string_view when = take_until(text, ":");
    const bool has_code = !text.empty();
    parse_when(when);
    if (has_code && (!read(trimmed(text), code_) || code_ <= 0)) {
        refuse(text_, "the code must be a positive number");
    }
}

void FaultRule::parse_when(std::string_view when) {
    const char kind = when.empty() ? '\0' : when.front();
    if (kind == 'p') {
        when.remove_prefix(1);
        uint64_t seed = 0;
        const std::string_view probability = take_until(when, "@");
        const bool seeded = !when.empty();
        when_ = When::kRandom;
        if (!read(probability, probability_) || !(probability_ >= 0 && probability_ <= 1) ||
            (seeded && !read(when, seed))) {
            refuse(text_, "after p comes a probability from 0 to 1, then perhaps @ and a seed");
        }
        random_.seed(seed);
        return;
    }
    const bool from = !when.empty() && when.back() == '+';
    if (kind == '%') when.remove_prefix(1);
    if (kind != '%' && from) when.remove_suffix(1);
    if (!read(when, number_)) {
        refuse(text_, "which calls? N, N+, %N or pX@SEED, as in aclrtMalloc:3:207001");
    }
    when_ = kind == '%' ? When::kEvery : from ? When::kFrom : When::kOnce;
    if (number_ == 0 && when_ != When::kOnce) refuse(text_, "calls are counted from 1");
}

bool FaultRule::matches(const char *function) const noexcept { return glob(pattern_, function); }

bool FaultRule::fires() noexcept {
    switch (when_) {
        case When::kOnce:
            return calls_ == number_;  // never, for 0
        case When::kFrom:
            return calls_ >= number_;
        case When::kEvery:
            return calls_ % number_ == 0;
        case When::kRandom:
            return std::generate_canonical<double, std::numeric_limits<double>::digits>(random_) <
                   probability_;
    }
    return false;
}

aclError FaultRule::next_call() noexcept {
    ++calls_;
    return fires() ? code_ : ACL_SUCCESS;
}

std::vector<FaultRule> parse_fault_rules(std::string_view text) {
    std::vector<FaultRule> rules;
    if (trimmed(text).empty()) return rules;
    while (!text.empty()) rules.emplace_back(take_until(text, ",;"));
    return rules;
}

}  // namespace ascendcl::host::checks
