// The plain graph: what lowering yields and translation reads. Every value is in its logical
// layout, every fused node is taken apart, every attribute is typed. No OpenVINO here and nothing
// of GE's storage formats.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "om/types.h"

namespace ascendcl::host::engine {

using Shape = std::vector<int64_t>;
using ValueId = int32_t;
using Pair = std::array<int64_t, 2>;  // height, width

namespace op {

// A model input in the descriptor's dtype and dims.
struct Parameter {
    om::DataType dtype;
    Shape dims;
};

// float16 and bfloat16 are kept as float32; other types as they are stored.
struct Constant {
    om::DataType dtype;
    Shape shape;
    std::shared_ptr<std::vector<uint8_t>> bytes;
};

// Inputs: x, filter (out, in/groups, kh, kw), bias (1-D) if there is one.
struct Convolution {
    Pair strides, dilations, pads_begin, pads_end;
    int64_t groups;
    bool channels_last;
};

// Inputs: x, filter (in, out/groups, kh, kw), bias (1-D) if there is one.
struct TransposedConvolution {
    Pair strides, dilations, pads_begin, pads_end, output_padding;
    int64_t groups;
    bool channels_last;
};

enum class PoolKind { kMax, kAverage };
struct Pool {
    PoolKind kind;
    Pair kernel, strides, pads_begin, pads_end;
    bool exclude_padding;
    bool channels_last;
};

enum class UnaryKind {
    kAbs,
    kAcos,
    kAcosh,
    kAsin,
    kAsinh,
    kAtan,
    kAtanh,
    kCeil,
    kClamp,  // alpha = lower bound, beta = upper bound
    kCos,
    kCosh,
    kElu,  // alpha
    kErf,
    kExp,
    kFloor,
    kGelu,
    kGeluTanh,
    kHardSigmoid,  // alpha, beta
    kHardSwish,
    kLeakyRelu,  // alpha = negative slope
    kLog,
    kLogicalNot,
    kMish,
    kNegative,
    kReciprocal,
    kRelu,
    kRound,  // half to even
    kRsqrt,
    kSelu,
    kSigmoid,
    kSign,
    kSin,
    kSinh,
    kSoftplus,
    kSoftsign,
    kSqrt,
    kSquare,
    kSwish,  // alpha = beta of x * sigmoid(beta * x)
    kTan,
    kTanh,
};
struct Unary {
    UnaryKind kind;
    float alpha = 0;
    float beta = 0;
};

enum class BinaryKind {
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kMaximum,
    kMinimum,
    kPower,
    kFloorDivide,
    kFloorModulo,
    kModulo,  // with the sign of the dividend
    kSquaredDifference,
    kEqual,
    kNotEqual,
    kGreater,
    kGreaterEqual,
    kLess,
    kLessEqual,
    kLogicalAnd,
    kLogicalOr,
};
struct Binary {
    BinaryKind kind;
};

// Inputs: condition, then, else.
struct Select {};

// Inputs: x, slope (one element, or one per channel of axis 1, or broadcastable).
struct PRelu {};

struct MatMul {
    bool transpose_a, transpose_b;
};

enum class ReduceKind { kMean, kMax, kMin, kSum, kProduct, kAll, kAny };
struct Reduce {
    ReduceKind kind;
    std::vector<int64_t> axes;
    bool keep_dims;
};

struct Softmax {
    std::vector<int64_t> axes;
    bool logarithm;
};

// Index of the largest (or smallest) element along the axis; the axis is dropped.
struct ArgExtreme {
    int64_t axis;
    bool largest;
    om::DataType dtype;
};

// The largest (or smallest) elements along the axis in their order, and their indices.
struct TopK {
    int64_t axis, count;
    bool largest;
    om::DataType dtype;  // of the indices
};

struct CumulativeSum {
    int64_t axis;
    bool exclusive, reverse;
};

// Inputs: indices, value where they point, value elsewhere. An index out of range points nowhere.
struct OneHot {
    int64_t axis, depth;
    bool wraps_negative;  // whether negative ones count from the end
};

enum class ResizeMode { kLinear, kNearest };
enum class ResizeCoordinates {
    kAsymmetric,
    kAlignCorners,
    kHalfPixel,
    kPytorchHalfPixel,
    kTensorFlowHalfPixel
};
enum class NearestRounding { kFloor, kCeil, kHalfDown, kHalfUp };
struct Resize {
    ResizeMode mode;
    ResizeCoordinates coordinates;
    NearestRounding rounding;  // of kNearest
    int64_t height, width;
    bool channels_last;
    // By which coordinates are computed; absent: the ratios of the sizes.
    std::optional<std::array<float, 2>> scales;
};

struct Reshape {
    Shape shape;
};
struct Transpose {
    std::vector<int64_t> permutation;
};
struct Concat {
    int64_t axis;
};
struct Split {
    int64_t axis;
    std::vector<int64_t> lengths;
};
// Masks are bit sets, bit i for entry i of begin/end/strides, as in TensorFlow.
struct StridedSlice {
    std::vector<int64_t> begin, end, strides;
    int64_t begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0,
            shrink_axis_mask = 0;
};
// Inputs: x, offsets of its rank, and, if they have to be confirmed, sizes (-1: up to the end).
// What lies at offsets that are known when it runs.
struct SliceAt {
    Shape size;
};
// Inputs: x, integers. x itself, once the integers are found to be `values`.
struct Require {
    std::vector<int64_t> values;
    std::string what;  // the integers are, for messages
};
enum class PadMode { kConstant, kReflect, kEdge, kSymmetric };
struct Pad {
    std::vector<int64_t> begin, end;
    PadMode mode;
    double value;
};
// Inputs: data, indices.
struct Gather {
    int64_t axis;
    int64_t batch_dims;
};
// Inputs: data, indices of its rank.
struct GatherElements {
    int64_t axis;
};
// Inputs: data, indices whose last axis holds coordinates.
struct GatherNd {};
struct Tile {
    std::vector<int64_t> repeats;
};
struct Broadcast {
    Shape shape;
};
struct DepthToSpace {
    int64_t block;
    bool depth_first;  // CRD order
    bool channels_last;
};
struct SpaceToDepth {
    int64_t block;
    bool channels_last;
};
struct Cast {
    om::DataType dtype;
};
// Normalisation over `axes` without scale and shift.
struct MeanVarianceNormalization {
    std::vector<int64_t> axes;
    float epsilon;
    bool epsilon_in_root = true;
};
// x / (bias + alpha * sum of squares of the neighbouring channels) ^ beta
struct LocalResponse {
    int64_t radius;
    float alpha, beta, bias;
    bool channels_last;
};
struct RandomNormal {
    Shape shape;
    int64_t seed;
};

}  // namespace op

using Op =
    std::variant<op::Parameter, op::Constant, op::Convolution, op::TransposedConvolution, op::Pool,
                 op::Unary, op::Binary, op::Select, op::PRelu, op::MatMul, op::Reduce, op::Softmax,
                 op::ArgExtreme, op::TopK, op::CumulativeSum, op::OneHot, op::Resize, op::Reshape,
                 op::Transpose, op::Concat, op::Split, op::StridedSlice, op::SliceAt, op::Require,
                 op::Pad, op::Gather, op::GatherElements, op::GatherNd, op::Tile, op::Broadcast,
                 op::DepthToSpace, op::SpaceToDepth, op::Cast, op::MeanVarianceNormalization,
                 op::LocalResponse, op::RandomNormal>;

struct PlainNode {
    std::string name;  // of the GE node it comes from
    std::string type;  // of the GE node, for messages
    Op op;
    std::vector<ValueId> inputs;
    ValueId first_output = 0;
    int32_t output_count = 1;
    // The logical shape the file declares for output 0; absent inside a fused node.
    std::optional<Shape> declared;
};

struct PlainResult {
    ValueId value;
    std::string name;
    om::DataType dtype;
    std::optional<Shape> dims;  // absent: whatever is computed
    bool keeps_type = false;    // true: only between floats of several widths it is converted
};

class PlainGraph {
   public:
    ValueId add(std::string name, std::string type, Op operation, std::vector<ValueId> inputs,
                std::optional<Shape> declared = std::nullopt, int32_t outputs = 1) {
        const ValueId first = static_cast<ValueId>(producer_.size());
        nodes_.push_back({std::move(name), std::move(type), std::move(operation), std::move(inputs),
                          first, outputs, std::move(declared)});
        producer_.insert(producer_.end(), static_cast<size_t>(outputs), nodes_.size() - 1);
        return first;
    }

    const std::vector<PlainNode> &nodes() const noexcept { return nodes_; }
    size_t value_count() const noexcept { return producer_.size(); }
    const PlainNode &producer(ValueId value) const {
        return nodes_[producer_[static_cast<size_t>(value)]];
    }
    // Null when the value is not a constant.
    const op::Constant *constant(ValueId value) const {
        return std::get_if<op::Constant>(&producer(value).op);
    }
    void declare(ValueId value, const Shape &shape) {
        nodes_[producer_[static_cast<size_t>(value)]].declared = shape;
    }

    std::vector<ValueId> parameters;  // in descriptor order
    std::vector<PlainResult> results;

   private:
    std::vector<PlainNode> nodes_;  // in execution order
    std::vector<size_t> producer_;  // value -> index of its node
};

}  // namespace ascendcl::host::engine
