// Constant decoding: stored layout -> logical order, then narrow floats -> f32.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/constants.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "host/engine/lower/numbers.h"
#include "host/engine/refusal.h"

namespace ascendcl::host::engine {
namespace {

constexpr int64_t kN0 = 16;  // outputs of a FRACTAL_Z tile

int64_t ceil_div(int64_t a, int64_t b) noexcept { return (a + b - 1) / b; }

// Where logical element i lies in the stored array: one entry per logical element.
using SourceIndex = std::vector<int64_t>;

[[noreturn]] void misfit(const om::TensorDesc &desc, const Shape &logical) {
    throw Refusal("stored shape " + to_string(desc.shape) + " of layout " +
                  std::string(desc.layout) + " does not fit the logical shape " +
                  to_string(logical));
}

SourceIndex from_nc1hwc0(const om::TensorDesc &desc, const LogicalTensor &logical) {
    const Shape &stored = desc.shape;
    if (stored.size() != 5) misfit(desc, logical.shape);
    Shape shape = logical.shape;
    const bool last = logical.axes == Axes::kNHWC;
    if (last) shape = {shape[0], shape[3], shape[1], shape[2]};
    shape.resize(4, 1);
    const int64_t c0 = stored[4];
    if (stored[0] != shape[0] || c0 < 1 || stored[1] != ceil_div(shape[1], c0) ||
        stored[2] != shape[2] || stored[3] != shape[3])
        misfit(desc, logical.shape);
    const int64_t n = shape[0], c = shape[1], h = shape[2], w = shape[3];
    SourceIndex index(static_cast<size_t>(n * c * h * w));
    for (int64_t in = 0; in < n; ++in)
        for (int64_t ic = 0; ic < c; ++ic)
            for (int64_t ih = 0; ih < h; ++ih)
                for (int64_t iw = 0; iw < w; ++iw) {
                    const int64_t to = last ? ((in * h + ih) * w + iw) * c + ic
                                            : ((in * c + ic) * h + ih) * w + iw;
                    index[static_cast<size_t>(to)] =
                        (((in * stored[1] + ic / c0) * h + ih) * w + iw) * c0 + ic % c0;
                }
    return index;
}

// Groups are packed E to a tile row, so that tiles are as full as the smaller of both sides allows.
SourceIndex from_fractal_z(const om::TensorDesc &desc, const LogicalTensor &logical,
                           int64_t groups) {
    const Shape &stored = desc.shape;
    Shape shape = logical.shape;
    if (stored.size() != 4 || (shape.size() != 4 && shape.size() != 2)) misfit(desc, shape);
    shape.resize(4, 1);
    const int64_t n = shape[0], c = shape[1], kh = shape[2], kw = shape[3];
    const int64_t c0 = stored[3];
    if (n < 1 || c < 1 || kh < 1 || kw < 1 || c0 < 1 || c0 > 64 || stored[2] != kN0 || groups < 1 ||
        n % groups != 0)
        misfit(desc, logical.shape);
    const int64_t per_group = n / groups;
    const int64_t packed =
        std::min(std::lcm(std::lcm(c, c0) / c, std::lcm(per_group, kN0) / per_group), groups);
    const int64_t c1 = ceil_div(packed * c, c0);
    const int64_t n1 = ceil_div(packed * per_group, kN0);
    if (stored[0] != ceil_div(groups, packed) * c1 * kh * kw || stored[1] != n1)
        misfit(desc, logical.shape);
    SourceIndex index(static_cast<size_t>(n * c * kh * kw));
    size_t to = 0;
    for (int64_t in = 0; in < n; ++in) {
        const int64_t group = in / per_group;
        const int64_t out = (group % packed) * per_group + in % per_group;
        for (int64_t ic = 0; ic < c; ++ic) {
            const int64_t channel = (group % packed) * c + ic;
            for (int64_t k = 0; k < kh * kw; ++k) {
                const int64_t row = ((group / packed) * c1 + channel / c0) * kh * kw + k;
                index[to++] = ((row * n1 + out / kN0) * kN0 + out % kN0) * c0 + channel % c0;
            }
        }
    }
    return index;
}

SourceIndex from_fractal_nz(const om::TensorDesc &desc, const LogicalTensor &logical) {
    const Shape &stored = desc.shape;
    Shape shape = logical.shape;
    // A vector is stored as one row.
    if (shape.size() == 1) shape.insert(shape.begin(), 1);
    if (shape.size() < 2 || stored.size() != shape.size() + 2) misfit(desc, logical.shape);
    const size_t batch_rank = shape.size() - 2;
    const int64_t n1 = stored[batch_rank], m1 = stored[batch_rank + 1];
    const int64_t m0 = stored[batch_rank + 2], n0 = stored[batch_rank + 3];
    const int64_t rows = shape[batch_rank], columns = shape[batch_rank + 1];
    if (m0 < 1 || n0 < 1 || m1 != ceil_div(rows, m0) || n1 != ceil_div(columns, n0) ||
        !std::equal(shape.begin(), shape.begin() + static_cast<long>(batch_rank), stored.begin()))
        misfit(desc, logical.shape);
    SourceIndex index(static_cast<size_t>(element_count(shape)));
    const int64_t batches = rows * columns == 0 ? 0 : element_count(shape) / (rows * columns);
    size_t to = 0;
    for (int64_t b = 0; b < batches; ++b)
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < columns; ++c)
                index[to++] = (((b * n1 + c / n0) * m1 + r / m0) * m0 + r % m0) * n0 + c % n0;
    return index;
}

// True when everything outside the filter's own elements is zero: what a tile has left over.
bool has_empty_rest(om::Bytes stored, const SourceIndex &index, size_t element) {
    std::vector<bool> own(stored.size / element);
    for (const int64_t at : index) own[static_cast<size_t>(at)] = true;
    for (size_t i = 0; i < own.size(); ++i) {
        if (own[i]) continue;
        const uint8_t *at = stored.data + i * element;
        if (std::any_of(at, at + element, [](uint8_t byte) { return byte != 0; })) return false;
    }
    return true;
}

// Old compilers write grouped filters without saying so: the convolution that takes the filter
// knows. The stored shape and the empty places of its tiles have to agree.
SourceIndex from_filter(const om::TensorDesc &desc, const LogicalTensor &logical, om::Bytes stored,
                        size_t element, int64_t consumed) {
    const int64_t stated = std::max<int64_t>(1, desc.sub_format());
    if (stated > 1 || consumed == 1) return from_fractal_z(desc, logical, stated);
    if (consumed == 0)
        throw Refusal("the convolutions that take it have different numbers of groups");
    SourceIndex index = from_fractal_z(desc, logical, consumed);
    if (!has_empty_rest(stored, index, element))
        throw Refusal("the filter is not stored as the " + std::to_string(consumed) +
                      " groups of the convolution that takes it");
    return index;
}

template <typename Element>
std::vector<uint8_t> gather(const uint8_t *stored, const SourceIndex &index) {
    std::vector<uint8_t> logical(index.size() * sizeof(Element));
    for (size_t i = 0; i < index.size(); ++i)
        std::memcpy(logical.data() + i * sizeof(Element),
                    stored + static_cast<size_t>(index[i]) * sizeof(Element), sizeof(Element));
    return logical;
}

std::vector<uint8_t> gather(const uint8_t *stored, const SourceIndex &index, size_t element) {
    switch (element) {
        case 1:
            return gather<uint8_t>(stored, index);
        case 2:
            return gather<uint16_t>(stored, index);
        case 4:
            return gather<uint32_t>(stored, index);
        default:
            return gather<uint64_t>(stored, index);
    }
}

// f16 and bf16 to f32; answers the type that the bytes have afterwards.
om::DataType widen(om::DataType dtype, std::vector<uint8_t> &bytes) {
    const auto convert = [&bytes](auto element, auto to_float) {
        using Element = decltype(element);
        const size_t count = bytes.size() / sizeof(Element);
        std::vector<uint8_t> wide(count * sizeof(float));
        for (size_t i = 0; i < count; ++i) {
            std::memcpy(&element, bytes.data() + i * sizeof(Element), sizeof(Element));
            const float value = to_float(element);
            std::memcpy(wide.data() + i * sizeof(float), &value, sizeof value);
        }
        bytes = std::move(wide);
    };
    switch (dtype) {
        case om::DataType::kFloat16:
            convert(uint16_t{}, half_to_float);
            return om::DataType::kFloat;
        case om::DataType::kBfloat16:
            convert(uint16_t{}, [](uint16_t bits) { return bits_to_float(uint32_t{bits} << 16); });
            return om::DataType::kFloat;
        case om::DataType::kFloat:
        case om::DataType::kDouble:
        case om::DataType::kInt8:
        case om::DataType::kInt16:
        case om::DataType::kInt32:
        case om::DataType::kInt64:
        case om::DataType::kUint8:
        case om::DataType::kUint16:
        case om::DataType::kUint32:
        case om::DataType::kUint64:
        case om::DataType::kBool:
            return dtype;
        default:
            throw Refusal(std::string("constants of type ") + om::name(dtype) +
                          " are not supported");
    }
}

}  // namespace

op::Constant decode_constant(const om::Node &node, om::Bytes weights, int64_t consumed) {
    const std::optional<om::TensorDef> value = node.attrs.tensor("value");
    if (!value || node.output_descs.empty()) throw Damage("the constant has no value");
    const om::TensorDesc &desc = node.output_descs[0];
    const LogicalTensor logical = logical_tensor(desc);
    const om::DataType dtype = value->desc.dtype;
    const size_t element = om::element_size(dtype);
    if (element == 0 || element > 8)
        throw Refusal(std::string("constants of type ") + om::name(dtype) + " are not supported");

    const uint64_t stored_bytes =
        static_cast<uint64_t>(checked_element_count(desc.shape)) * element;
    om::Bytes stored = value->data;
    if (stored.empty()) {
        const int64_t offset = value->desc.data_offset();
        if (offset < 0 || !weights.contains(static_cast<uint64_t>(offset), stored_bytes))
            throw Damage("the constant needs " + std::to_string(stored_bytes) +
                         " bytes at offset " + std::to_string(offset) + " but the weights hold " +
                         std::to_string(weights.size));
        stored = weights.slice(static_cast<uint64_t>(offset), stored_bytes);
    } else if (stored.size < stored_bytes) {
        throw Damage("the constant holds " + std::to_string(stored.size) + " bytes, its shape " +
                     to_string(desc.shape) + " needs " + std::to_string(stored_bytes));
    } else {
        stored = stored.slice(0, stored_bytes);
    }

    std::vector<uint8_t> bytes;
    switch (desc.format) {
        case om::Format::kNC1HWC0:
            bytes = gather(stored.data, from_nc1hwc0(desc, logical), element);
            break;
        case om::Format::kFractalZ:
            bytes =
                gather(stored.data, from_filter(desc, logical, stored, element, consumed), element);
            break;
        case om::Format::kFractalNz:
            bytes = gather(stored.data, from_fractal_nz(desc, logical), element);
            break;
        default:
            bytes.assign(stored.data, stored.data + stored_bytes);
    }
    return make_constant(dtype, logical.shape, std::move(bytes));
}

op::Constant make_constant(om::DataType dtype, Shape shape, std::vector<uint8_t> bytes) {
    op::Constant constant;
    constant.dtype = widen(dtype, bytes);
    constant.shape = std::move(shape);
    constant.bytes = std::make_shared<std::vector<uint8_t>>(std::move(bytes));
    return constant;
}

}  // namespace ascendcl::host::engine
