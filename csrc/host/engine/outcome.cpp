// One place for all handlers at the boundary: which exception is which kind of outcome.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/outcome.h"

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <string_view>
#include <system_error>

#include "host/engine/refusal.h"
#include "host/engine/translate/run_time_values.h"
#include "om/error.h"

namespace ascendcl::host::engine {
namespace {

// OpenVINO and what it is made of say it in words, mostly: bad_alloc, an allocation of the
// kernel's, of a JIT compiler, of a thread's stack.
bool says_no_memory(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 8> kWords = {
        "bad_alloc",
        "annot allocate memory",
        "ut of memory",
        "ould not allocate",
        "ailed to allocate",
        "can't alloc",
        "esource temporarily unavailable",
        "ailed to map segment",  // of a plugin that is opened
    };
    return std::any_of(kWords.begin(), kWords.end(), [text](std::string_view words) {
        return text.find(words) != std::string_view::npos;
    });
}

bool tells_of_no_memory(const std::exception &error) noexcept {
    const auto *system = dynamic_cast<const std::system_error *>(&error);
    if (system != nullptr && (system->code() == std::errc::not_enough_memory ||
                              system->code() == std::errc::resource_unavailable_try_again))
        return true;
    return says_no_memory(error.what());
}

Outcome outcome_in_words() {
    using Kind = Outcome::Kind;
    try {
        throw;
    } catch (const std::bad_alloc &) {
        return {Kind::kNoMemory, {}};
    } catch (const Refusal &refusal) {
        if (says_no_memory(refusal.reason())) return {Kind::kNoMemory, {}};
        return {refusal.kind(), refusal.what()};
    } catch (const om::Error &error) {
        return {Kind::kDamaged, std::string(om::name(error.code())) + ": " + error.what()};
    } catch (const std::exception &error) {
        if (tells_of_no_memory(error)) return {Kind::kNoMemory, {}};
        return {Kind::kFailed, words_of_run_time_refusal(error.what())};
    } catch (...) {
        return {Kind::kFailed, "unknown exception"};
    }
}

}  // namespace

Outcome outcome_of_exception() noexcept {
    try {
        return outcome_in_words();
    } catch (...) {  // no memory for the words
        return {Outcome::Kind::kNoMemory, {}};
    }
}

}  // namespace ascendcl::host::engine
