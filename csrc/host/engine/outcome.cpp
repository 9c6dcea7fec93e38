// One place for all handlers at the boundary: which exception is which kind of outcome.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/outcome.h"

#include <exception>
#include <new>

#include "host/engine/refusal.h"
#include "host/engine/translate/run_time_values.h"

namespace ascendcl::host::engine {
namespace {

Outcome outcome_in_words() {
    using Kind = Outcome::Kind;
    try {
        throw;
    } catch (const std::bad_alloc &) {
        return {Kind::kNoMemory, {}};
    } catch (const Refusal &refusal) {
        return {refusal.kind(), refusal.what()};
    } catch (const std::exception &error) {
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
