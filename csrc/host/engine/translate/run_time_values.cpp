// Checks and slices by integers that are known only when a program runs.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/run_time_values.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"

namespace ascendcl::host::engine {
namespace {

constexpr std::string_view kBegin = "<ascendcl<", kEnd = ">ascendcl>";

// Reads the integers of a tensor of the type that the value has.
using Reader = std::vector<int64_t> (*)(const ov::Tensor &);

Reader reader_of(const Typed &value) {
    Reader reader = nullptr;
    with_number(value.dtype, [&](auto zero) {
        using T = decltype(zero);
        if constexpr (std::is_integral_v<T>)
            reader = [](const ov::Tensor &tensor) {
                const size_t count = tensor.get_byte_size() / sizeof(Stored<T>);
                return std::vector<int64_t>(elements<T>(tensor), elements<T>(tensor) + count);
            };
    });
    if (reader == nullptr)
        throw Refusal(std::string("integers are expected where it has ") + om::name(value.dtype));
    return reader;
}

std::string text_of(const PlainNode &node) {
    return "node '" + node.name + "' (" + node.type + ")";
}

// Copies the part of `from`, whose dims are `whole`, that begins at `offsets` and has dims `part`.
void copy_part(const uint8_t *from, const Shape &whole, const Shape &offsets, uint8_t *to,
               const Shape &part, size_t element) {
    const size_t row = static_cast<size_t>(part.back()) * element;
    Shape position(part.size());
    for (int64_t left = element_count(part) / part.back(); left > 0; --left, to += row) {
        int64_t at = 0;
        for (size_t i = 0; i < part.size(); ++i) at = at * whole[i] + position[i] + offsets[i];
        std::memcpy(to, from + static_cast<size_t>(at) * element, row);
        // The next row: as an odometer counts.
        for (size_t i = part.size() - 1; i-- > 0;) {
            if (++position[i] < part[i]) break;
            position[i] = 0;
        }
    }
}

// Throws RunTimeRefusal. `sizes` may be none.
void require_part(const std::string &node, const Shape &whole, const Shape &part,
                  const Shape &offsets, const Shape &sizes) {
    for (size_t i = 0; i < whole.size(); ++i) {
        const auto fail = [&](const std::string &what) {
            throw RunTimeRefusal(node + ": in dim " + std::to_string(i) + " of " +
                                 std::to_string(whole[i]) + ", " + what);
        };
        const std::string at = "from offset " + std::to_string(offsets[i]) + " on";
        if (offsets[i] < 0 || offsets[i] > whole[i] - part[i])
            fail(std::to_string(part[i]) + " elements " + at + " are out of range");
        if (sizes.empty()) continue;
        const int64_t size = sizes[i] == -1 ? whole[i] - offsets[i] : sizes[i];
        if (size != part[i])
            fail("its size is " + std::to_string(sizes[i]) + " " + at +
                 ", its output was declared for " + std::to_string(part[i]));
    }
}

}  // namespace

RunTimeRefusal::RunTimeRefusal(const std::string &words)
    : std::runtime_error(std::string(kBegin) + words + std::string(kEnd)) {}

std::string words_of_run_time_refusal(const std::string &text) {
    const size_t begin = text.find(kBegin), end = text.rfind(kEnd);
    if (begin == std::string::npos || end == std::string::npos || end < begin + kBegin.size())
        return text;
    return text.substr(begin + kBegin.size(), end - begin - kBegin.size());
}

Typed sliced_at_run_time(const op::SliceAt &slice, const PlainNode &node, const TypedList &inputs) {
    const std::string text = text_of(node);
    const Shape whole = dims_of(inputs[0]), part = slice.size;
    if (part.empty()) return inputs[0];
    ov::OutputVector nodes;
    for (const Typed &input : inputs) nodes.push_back(input.node);
    const Reader offsets_of = reader_of(inputs[1]), sizes_of = reader_of(inputs.back());
    return computed_by(text + " slice " + to_string(part), nodes, inputs[0].dtype, part,
                       [=](const ov::TensorVector &given, ov::Tensor &output) {
                           const Shape offsets = offsets_of(given[1]);
                           require_part(text, whole, part, offsets,
                                        given.size() > 2 ? sizes_of(given[2]) : Shape{});
                           const size_t element =
                               output.get_byte_size() / static_cast<size_t>(element_count(part));
                           copy_part(static_cast<const uint8_t *>(given[0].data()), whole, offsets,
                                     static_cast<uint8_t *>(output.data()), part, element);
                       });
}

Typed required_at_run_time(const op::Require &require, const PlainNode &node,
                           const TypedList &inputs) {
    const std::string text = text_of(node) + ": its " + require.what + " is ";
    const std::vector<int64_t> values = require.values;
    const Reader read = reader_of(inputs[1]);
    return computed_by(text + to_string(values), {inputs[0].node, inputs[1].node}, inputs[0].dtype,
                       dims_of(inputs[0]), [=](const ov::TensorVector &given, ov::Tensor &output) {
                           const std::vector<int64_t> actual = read(given[1]);
                           if (actual != values)
                               throw RunTimeRefusal(text + to_string(actual) +
                                                    ", its output was declared for " +
                                                    to_string(values));
                           std::memcpy(output.data(), given[0].data(), output.get_byte_size());
                       });
}

}  // namespace ascendcl::host::engine
