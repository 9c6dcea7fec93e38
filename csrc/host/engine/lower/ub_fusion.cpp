// The pattern table and the stack machine.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/ub_fusion.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "host/engine/lower/activations.h"
#include "host/engine/lower/cube.h"
#include "host/engine/lower/fused_scalars.h"
#include "host/engine/lower/written_out.h"

namespace ascendcl::host::engine {
namespace {

using op::BinaryKind;
using op::UnaryKind;

std::vector<FusedStep> without_passes(const std::vector<FusedStep> &steps) {
    std::vector<FusedStep> kept;
    for (const FusedStep &step : steps)
        if (step.kind != StepKind::kPass) kept.push_back(step);
    return kept;
}

bool is_unary(const FusedStep &step) noexcept {
    return step.kind == StepKind::kElementwise && step.elementwise->is_unary();
}
bool is_binary(const FusedStep &step) noexcept {
    return step.kind == StepKind::kEltwise ||
           (step.kind == StepKind::kElementwise && !step.elementwise->is_unary());
}

// Inputs that a step takes besides the value of the chain.
size_t extra_inputs(const FusedStep &step) noexcept {
    switch (step.kind) {
        case StepKind::kElementwise:
            return step.elementwise->is_unary() ? 0 : 1;
        case StepKind::kPRelu:
        case StepKind::kBiasAdd:
        case StepKind::kEltwise:
            return 1;
        case StepKind::kClip:
        case StepKind::kBatchNormInference:
            return 2;
        default:
            return 0;
    }
}

// Pattern table of branched fusions: ops, number of inputs, which inputs are one value, and how
// they are wired.
using Inputs = std::vector<Operand>;
struct BranchedPattern {
    std::array<std::string_view, 4> tokens;
    size_t inputs;
    std::array<size_t, 2> same;  // these two inputs are the same value
    ValueId (*build)(NodeView &, const Inputs &);
};

// c1 * x + c2 * |x|: a leaky Relu written out.
ValueId build_two_slopes(NodeView &view, const Inputs &in) {
    constexpr std::string_view kQuantity = "wiring of its ops";
    const std::string value = "c1 * x + c2 * |x|";
    const auto first = constant_number(view.graph(), in[1]);
    const auto second = constant_number(view.graph(), in[3]);
    // Of a leaky Relu they are (1 + slope) / 2 and (1 - slope) / 2.
    if (first && second && *first >= *second && std::fabs(*first + *second - 1) < 1e-2f)
        view.checked(kQuantity, value, "by a pattern; the factors are those of a leaky Relu");
    else
        view.assumed(kQuantity, value, "by a pattern alone");
    const ValueId linear = view.add(op::Binary{BinaryKind::kMultiply}, {in[0].value, in[1].value});
    const ValueId magnitude = view.add(op::Unary{UnaryKind::kAbs}, {in[2].value});
    const ValueId folded = view.add(op::Binary{BinaryKind::kMultiply}, {magnitude, in[3].value});
    return view.add(op::Binary{BinaryKind::kAdd}, {linear, folded});
}

constexpr std::array kBranched = {
    BranchedPattern{{"abs", "mul", "mul", "add"}, 4, {0, 2}, build_two_slopes},
};

const BranchedPattern *find_branched(const std::vector<FusedStep> &steps, const Inputs &inputs) {
    for (const BranchedPattern &pattern : kBranched) {
        if (steps.size() != pattern.tokens.size() || inputs.size() != pattern.inputs) continue;
        if (!std::equal(
                steps.begin(), steps.end(), pattern.tokens.begin(),
                [](const FusedStep &step, std::string_view token) { return step.token == token; }))
            continue;
        if (inputs[pattern.same[0]].same_source(inputs[pattern.same[1]])) return &pattern;
    }
    return nullptr;
}

// Refuses chains whose wiring the file leaves open. Constants are certain: ops between constants
// would have been folded, so a constant always meets the chain.
void require_linear(NodeView &view, const std::vector<FusedStep> &steps, const Inputs &inputs) {
    const auto joins = static_cast<size_t>(std::count_if(steps.begin(), steps.end(), is_binary));
    if (joins < 2) return;
    std::vector<Operand> variable;
    for (const Operand &input : inputs)
        if (!input.is_constant) variable.push_back(input);
    for (size_t i = 0; i < variable.size(); ++i)
        for (size_t j = 0; j < i; ++j)
            if (variable[i].same_source(variable[j]))
                view.refuse("'" + std::string(variable[i].source) +
                            "' enters the fusion twice: its wiring is not known");
    if (joins >= 3 && variable.size() > 2)
        view.refuse("the fusion may branch: its wiring is not known");
}

// A name without what separates words, in small letters: "hard_swish/HardSigmoid_7" has
// "hardsigmoid".
std::string letters_of(std::string_view text) {
    std::string letters;
    for (const char c : text.substr(text.rfind('/') + 1))
        if (std::isalpha(static_cast<unsigned char>(c)) != 0)
            letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return letters;
}

// The list of source nodes has the ops of the kernel's name, in their order.
bool sources_agree(const NodeView &view, const std::vector<FusedStep> &steps) {
    const auto names = view.attrs().texts("_datadump_original_op_names");
    size_t next = 0;
    for (const FusedStep &step : steps) {
        if (step.kind == StepKind::kPass || step.is_cube()) continue;
        std::string token = letters_of(step.token);
        if (step.kind == StepKind::kClip) token = "clip";
        if (step.kind == StepKind::kEltwise) token = "add";
        if (step.kind == StepKind::kBatchNormInference) token = "batchnorm";
        while (next < names.size() && letters_of(names[next]).find(token) == std::string::npos)
            ++next;
        if (next++ >= names.size()) return false;
    }
    return true;
}

void tell_chain(NodeView &view, const std::vector<FusedStep> &steps) {
    std::string chain;
    for (const FusedStep &step : steps) {
        if (!chain.empty()) chain += ", ";
        chain += step.token;
    }
    constexpr std::string_view kQuantity = "order of its ops";
    if (sources_agree(view, steps))
        view.checked(kQuantity, std::move(chain),
                     "by the kernel's name; the source nodes' names agree");
    else
        view.assumed(kQuantity, std::move(chain), "by the kernel's name alone");
}

class StackMachine {
   public:
    // `is_transformed`: an operand's layout is changed before the first op.
    StackMachine(NodeView &view, const std::vector<FusedStep> &steps, Inputs inputs,
                 bool is_transformed)
        : view_(view),
          steps_(steps),
          inputs_(std::move(inputs)),
          is_transformed_(is_transformed),
          scalars_(view) {}

    ValueId run() {
        size_t first = 0;
        if (steps_[0].is_cube()) {
            value_ = cube();
            first = 1;
        } else {
            value_ = take().value;
            shape_ = inputs_[0].shape();
            axes_ = inputs_[0].axes();
        }
        for (size_t i = first; i < steps_.size(); ++i) apply(steps_[i], i);
        if (next_ != inputs_.size())
            view_.refuse("the fusion has " + std::to_string(inputs_.size()) +
                         " inputs, its ops take " + std::to_string(next_));
        return view_.in_output_axes(value_, axes_);
    }

   private:
    const Operand &take() {
        if (next_ >= inputs_.size())
            view_.refuse("the fusion has " + std::to_string(inputs_.size()) +
                         " inputs, its ops take more");
        return inputs_[next_++];
    }

    // Has the cube op a bias? The ops behind it tell how many inputs are left for it.
    bool has_bias() {
        if (inputs_.size() < 2) view_.refuse("the fused cube op lacks inputs");
        const size_t left = inputs_.size() - 2;
        size_t needed = 0, closable = 0;
        for (size_t i = 1; i < steps_.size(); ++i) {
            needed += extra_inputs(steps_[i]);
            closable += is_binary(steps_[i]) && i > 1 && is_unary(steps_[i - 1]);
        }
        // `closable` binary ops may take the value before the unary op instead of an input.
        const auto possible = [&](size_t bias) {
            return left <= needed + bias && left + closable >= needed + bias;
        };
        if (possible(0) && possible(1)) {
            // A vector of channels behind the filter is a bias.
            const Operand &third = inputs_[std::min<size_t>(2, inputs_.size() - 1)];
            const Shape &out = view_.output_shape();
            if (out.empty()) return false;
            const auto axis = out.size() == 4
                                  ? static_cast<size_t>(channel_axis(view_.output().axes))
                                  : out.size() - 1;
            const bool biased = left > 0 && third.is_constant && third.rank() == 1 &&
                                element_count(third.shape()) == out[axis];
            view_.assumed("bias", biased ? "the third input" : "none",
                          "the number of its inputs leaves both open");
            return biased;
        }
        return possible(1);
    }

    ValueId cube() {
        std::optional<Operand> bias;
        const bool biased = has_bias();
        const Operand first = take();
        const Operand second = take();
        if (biased) bias = take();
        shape_ = view_.output_shape();
        axes_ = view_.output().axes;
        return lower_fused_cube(view_, steps_[0].kind, first, second, bias, is_transformed_);
    }

    void apply(const FusedStep &step, size_t index) {
        if (is_unary(step)) {
            before_unaries_.push_back(value_);
            value_ =
                view_.add(step.exact ? *step.exact : scalars_.unary(*step.elementwise), {value_});
            return;
        }
        switch (step.kind) {
            case StepKind::kElementwise:
                binary(step, step.elementwise->binary(), index);
                break;
            case StepKind::kEltwise:
                view_.assumed("mode of Eltwise", "a sum with factors of 1",
                              "its default; the file does not keep it");
                binary(step, BinaryKind::kAdd, index);
                break;
            case StepKind::kBiasAdd:
                value_ = view_.binary(BinaryKind::kAdd, value_,
                                      view_.per_channel(shape_, axes_, take()));
                break;
            case StepKind::kPRelu:
                value_ = add_prelu(view_, value_, shape_, axes_, take());
                break;
            case StepKind::kClip: {
                const Operand low = take(), high = take();
                const auto from = constant_number(view_.graph(), low);
                const auto to = constant_number(view_.graph(), high);
                if (from && to && *from > *to)
                    view_.refuse_undecided(
                        "the bounds of its clip are swapped: its wiring is not known");
                if (from && to)
                    view_.checked("bounds of its clip", "the lower one first",
                                  "by the order of the inputs; the numbers agree");
                else
                    view_.assumed("bounds of its clip", "the lower one first",
                                  "by the order of the inputs alone");
                value_ = add_clip(view_, value_, low, high);
                break;
            }
            case StepKind::kBatchNormInference: {
                // y = (x + mean') * var', folded on the host.
                const Operand first = take(), second = take();
                tell_batch_norm(first, second);
                const ValueId mean = view_.per_channel(shape_, axes_, first);
                const ValueId variance = view_.per_channel(shape_, axes_, second);
                value_ = view_.binary(BinaryKind::kMultiply,
                                      view_.binary(BinaryKind::kAdd, value_, mean), variance);
                break;
            }
            default:
                view_.refuse("'" + std::string(step.token) + "' inside a fusion is not supported");
        }
        before_unaries_.clear();
    }

    // A factor folded out of a variance is rarely negative, an offset out of a mean often is.
    void tell_batch_norm(const Operand &mean, const Operand &variance) {
        const auto has_negative = [this](const Operand &operand) -> std::optional<bool> {
            const auto numbers = constant_numbers(view_.graph(), operand);
            if (!numbers) return std::nullopt;
            return std::any_of(numbers->begin(), numbers->end(), [](float x) { return x < 0; });
        };
        constexpr std::string_view kQuantity = "parameters of its batch normalisation";
        if (has_negative(mean) == true && has_negative(variance) == false)
            view_.checked(kQuantity, "offset, then factor",
                          "by the order of the inputs; their signs agree");
        else
            view_.assumed(kQuantity, "offset, then factor", "by the order of the inputs alone");
    }

    void binary(const FusedStep &step, BinaryKind kind, size_t index) {
        if (next_ == inputs_.size() && !before_unaries_.empty()) {
            if (!is_commutative(kind)) refuse_order(step);
            // Of several unary ops in a row only Mish, x * tanh(softplus(x)), is certain.
            if (before_unaries_.size() > 1 &&
                (before_unaries_.size() > 2 || kind != BinaryKind::kMultiply ||
                 steps_[index - 2].token != "softplus" || steps_[index - 1].token != "tanh"))
                view_.refuse("which of several values its '" + std::string(step.token) +
                             "' takes is not known");
            value_ = view_.binary(kind, value_, before_unaries_[0]);
            return;
        }
        // Only the first op of a fusion shows its operand order, and not where one of the operands
        // is transformed before it.
        if ((index > 0 || is_transformed_) && !is_commutative(kind)) refuse_order(step);
        if (index == 0 && !is_commutative(kind))
            view_.read("order of the operands", "as they stand", "the first op's inputs");
        const Operand &other = take();
        grow(other);
        value_ = view_.binary(kind, value_, in_chain_axes(other));
    }

    // NC1HWC0 operands meet along the stored axes, whatever their logical ones are called.
    ValueId in_chain_axes(const Operand &other) {
        const auto order = axis_permutation(other.axes(), axes_);
        if (!order || other.logical.stored != om::Format::kNC1HWC0) return other.value;
        return view_.transpose(other.value, *order);
    }

    [[noreturn]] void refuse_order(const FusedStep &step) {
        view_.refuse_undecided("the file does not keep the operand order of its '" +
                               std::string(step.token) + "'");
    }

    // The chain's shape after meeting `other`, as far as PRelu needs it.
    void grow(const Operand &other) {
        if (element_count(other.shape()) <= element_count(shape_)) return;
        shape_ = other.shape();
        axes_ = other.axes();
    }

    NodeView &view_;
    const std::vector<FusedStep> &steps_;
    const Inputs inputs_;
    const bool is_transformed_;
    FusedScalars scalars_;
    size_t next_ = 0;
    ValueId value_ = 0;
    std::vector<ValueId> before_unaries_;  // of the unary ops directly before this one
    Shape shape_;
    Axes axes_ = Axes::kNone;
};

}  // namespace

ValueId lower_ub_fusion(NodeView &view, const std::vector<FusedStep> &all) {
    if (view.output_count() != 1)
        view.refuse("a fusion with " + std::to_string(view.output_count()) +
                    " outputs: its wiring is not known");
    std::vector<FusedStep> steps = without_passes(all);
    Inputs inputs = view.connected();
    if (inputs.empty()) view.refuse("the fusion has no inputs");
    fold_hard_sigmoid(view.graph(), steps, inputs);
    if (steps.empty()) {
        const ValueId value = view.in_output_axes(inputs[0].value, inputs[0].axes());
        return value != inputs[0].value
                   ? value
                   : view.reshape(value, inputs[0].shape(), view.output_shape());
    }
    if (const BranchedPattern *pattern = find_branched(steps, inputs))
        return pattern->build(view, inputs);
    require_linear(view, steps, inputs);
    tell_chain(view, all);
    return StackMachine(view, steps, inputs, begins_with_transformation(all)).run();
}

}  // namespace ascendcl::host::engine
