// The constants 3, 0, 6 and 6 (or 1/6) in a row are what tells it: their place among the inputs is
// that of their ops among the steps.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/written_out.h"

#include <algorithm>
#include <cmath>

#include "host/engine/lower/activations.h"

namespace ascendcl::host::engine {
namespace {

constexpr float kSixth = 1.0f / 6.0f;
constexpr float kHalfPrecision = 1e-3f;  // of a constant kept in 16 bits, relative

bool is_number(const PlainGraph &graph, const std::vector<Operand> &inputs, size_t at,
               float wanted) {
    if (at >= inputs.size()) return false;
    const auto number = constant_number(graph, inputs[at]);
    return number && std::fabs(*number - wanted) <= kHalfPrecision * wanted;
}

bool is_step(const std::vector<FusedStep> &steps, size_t at, std::string_view token) {
    return at < steps.size() && steps[at].token == token;
}

// Steps `at` divides by 6, the divisor being input `input`.
bool divides_by_six(const PlainGraph &graph, const std::vector<FusedStep> &steps, size_t at,
                    const std::vector<Operand> &inputs, size_t input) {
    return (is_step(steps, at, "real_div") && is_number(graph, inputs, input, 6)) ||
           (is_step(steps, at, "mul") && is_number(graph, inputs, input, kSixth));
}

}  // namespace

void fold_hard_sigmoid(const PlainGraph &graph, std::vector<FusedStep> &steps,
                       std::vector<Operand> &inputs) {
    size_t first = 0;
    while (first < steps.size() &&
           !(is_step(steps, first, "add") && is_step(steps, first + 1, "clip_by_value")))
        ++first;
    size_t input = 0;
    while (input < inputs.size() &&
           !(is_number(graph, inputs, input, 3) && is_number(graph, inputs, input + 1, 0) &&
             is_number(graph, inputs, input + 2, 6)))
        ++input;
    if (first == steps.size() || input == 0 || input == inputs.size()) return;
    const size_t third = first + 2, divisor = input + 3;
    const bool names_x_again =
        first == 0 && divisor < inputs.size() && inputs[divisor].same_source(inputs[0]);
    const auto drop = [](auto &list, size_t from, size_t count) {
        const auto begin = list.begin() + static_cast<long>(from);
        list.erase(begin, begin + static_cast<long>(count));
    };
    if (divides_by_six(graph, steps, third, inputs, divisor)) {
        drop(steps, third, 1);
        drop(inputs, divisor, 1);
    } else if (is_step(steps, third, "mul") &&
               divides_by_six(graph, steps, third + 1, inputs, divisor + (names_x_again ? 1 : 0))) {
        drop(steps, third + 1, 1);
        drop(inputs, divisor + (names_x_again ? 1 : 0), 1);
    } else {
        return;
    }
    drop(inputs, input, 3);
    drop(steps, first, 1);
    FusedStep &step = steps[first];
    step = {StepKind::kElementwise, "hard_sigmoid", elementwise_by_token("hard_sigmoid"), {}};
    step.exact = op::Unary{op::UnaryKind::kHardSigmoid, kSixth, 0.5f};
}

}  // namespace ascendcl::host::engine
