// Conversions between types, and other views of the same elements.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <limits>
#include <openvino/opsets/opset13.hpp>

#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"
#include "host/engine/translate/exact.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;
using om::DataType;

template <typename To, typename From>
To number(From value) {
    if constexpr (std::is_same_v<To, bool>) {
        return value != From{0};
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        // The first power of two that does not fit; exact in From.
        const From end = std::ldexp(From{1}, std::numeric_limits<To>::digits);
        if (value != value) return 0;
        if (value >= end) return std::numeric_limits<To>::max();
        if (value <= static_cast<From>(std::numeric_limits<To>::min()))
            return std::numeric_limits<To>::min();
        return static_cast<To>(value);
    } else {
        return static_cast<To>(value);
    }
}

template <typename From, typename To>
void convert(const ov::TensorVector &inputs, ov::Tensor &output) {
    const Stored<From> *from = elements<From>(inputs[0]);
    Stored<To> *to = elements<To>(output);
    const size_t count = shape_size(inputs[0].get_shape()) / (sizeof(Stored<From>) == 8 ? 2 : 1);
    for (size_t i = 0; i < count; ++i)
        to[i] = static_cast<Stored<To>>(number<To>(static_cast<From>(from[i])));
}

template <typename Function>
bool with_any_number(DataType dtype, Function &&function) {
    if (is_single(dtype)) return function(float{}), true;
    if (dtype == DataType::kBool) return function(bool{}), true;
    return with_number(dtype, function);
}

// OpenVINO's conversion is exact: of what fits 32 bits to f32, and of its booleans.
bool is_native(const Typed &x, DataType to) {
    const bool is_own = x.node.get_element_type() == ov::element::boolean;
    if (is_single(x.dtype)) return to == DataType::kBool;
    if (!is_single(to)) return false;
    return is_own || (!is_wide(x.dtype) && x.dtype != DataType::kUint32);
}

// A word of 16 bits of each element, as f32.
template <typename T>
TensorFunction word_of(size_t word) {
    return [word](const ov::TensorVector &inputs, ov::Tensor &output) {
        const Stored<T> *from = elements<T>(inputs[0]);
        auto *to = static_cast<float *>(output.data());
        for (size_t i = 0; i < output.get_size(); ++i) {
            uint64_t bits = 0;
            std::memcpy(&bits, &from[i], sizeof from[i]);
            to[i] = static_cast<float>((bits >> (16 * word)) & 0xffff);
        }
    };
}

template <typename T>
void join(const ov::TensorVector &words, ov::Tensor &output) {
    Stored<T> *to = elements<T>(output);
    for (size_t i = 0; i < words[0].get_size(); ++i) {
        uint64_t bits = 0;
        for (size_t word = 0; word < words.size(); ++word)
            bits |= static_cast<uint64_t>(static_cast<const float *>(words[word].data())[i])
                    << (16 * word);
        std::memcpy(&to[i], &bits, sizeof to[i]);
    }
}

}  // namespace

Typed converted(const Typed &x, DataType dtype) {
    if (x.dtype == dtype || (is_single(x.dtype) && is_single(dtype))) return x;
    if (is_native(x, dtype)) {
        const auto type = dtype == DataType::kBool ? ov::element::boolean : ov::element::f32;
        return {std::make_shared<ops::Convert>(x.node, type),
                is_single(dtype) ? DataType::kFloat : dtype};
    }
    TensorFunction function;
    const bool known = with_any_number(x.dtype, [&](auto from) {
        with_any_number(dtype, [&](auto to) { function = convert<decltype(from), decltype(to)>; });
    });
    if (!known || !function)
        throw Refusal(std::string("a conversion of ") + om::name(x.dtype) + " to " +
                      om::name(dtype) + " is not supported");
    return computed_by(std::string(om::name(x.dtype)) + " to " + om::name(dtype), {x.node}, dtype,
                       dims_of(x), std::move(function));
}

ov::Output<ov::Node> as_index(const Typed &x) {
    if (!is_wide(x.dtype) && x.dtype != DataType::kUint32) return x.node;
    TensorFunction function;
    with_number(x.dtype, [&](auto zero) {
        using T = decltype(zero);
        function = [](const ov::TensorVector &inputs, ov::Tensor &output) {
            using Limits = std::numeric_limits<int32_t>;
            const Stored<T> *from = elements<T>(inputs[0]);
            auto *to = static_cast<int32_t *>(output.data());
            for (size_t i = 0; i < output.get_size(); ++i) {
                if (from[i] > static_cast<T>(Limits::max()))
                    to[i] = Limits::max();
                else if (std::is_signed_v<T> && from[i] < static_cast<T>(Limits::min()))
                    to[i] = Limits::min();
                else
                    to[i] = static_cast<int32_t>(from[i]);
            }
        };
    });
    return computed_by(std::string("index of ") + om::name(x.dtype), {x.node}, DataType::kInt32,
                       dims_of(x), std::move(function))
        .node;
}

Typed copied(const Typed &x) {
    return computed_by("copy", {x.node}, x.dtype, dims_of(x),
                       [](const ov::TensorVector &inputs, ov::Tensor &output) {
                           std::memcpy(output.data(), inputs[0].data(), output.get_byte_size());
                       });
}

std::vector<ov::Output<ov::Node>> half_words(const Typed &x) {
    std::vector<ov::Output<ov::Node>> words;
    with_any_number(x.dtype, [&](auto zero) {
        using T = decltype(zero);
        for (size_t word = 0; word == 0 || word < sizeof(Stored<T>) / 2; ++word)
            words.push_back(computed_by("word " + std::to_string(word) + " of " + om::name(x.dtype),
                                        {x.node}, DataType::kFloat, dims_of(x), word_of<T>(word))
                                .node);
    });
    return words;
}

Typed joined(const std::vector<ov::Output<ov::Node>> &words, DataType dtype) {
    TensorFunction function;
    with_any_number(dtype, [&](auto zero) { function = join<decltype(zero)>; });
    const ov::Shape &shape = words[0].get_shape();
    return computed_by(std::string("words of ") + om::name(dtype), words, dtype,
                       {shape.begin(), shape.end()}, std::move(function));
}

}  // namespace ascendcl::host::engine
