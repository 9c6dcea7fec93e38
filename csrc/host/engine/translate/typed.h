// A value of the translation: an OpenVINO output, and what its elements are. OpenVINO's CPU plugin
// knows 8 and 32 bits only and computes much of it in f32, so that it moves integers here and never
// computes with them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "host/engine/plain_graph.h"
#include "om/types.h"

namespace ascendcl::host::engine {

// How elements are kept in the OpenVINO graph:
//   float32, float16, bfloat16   f32
//   int8, uint8, int32           as they are
//   int16, uint16                i32, the number itself
//   uint32                       i32, the same bits
//   int64, uint64, float64       i32 with one more dim of two: the words, the lower one first
//   bool                         boolean, or u8 of 0 and 1 where functions of ours made it
struct Typed {
    ov::Output<ov::Node> node;
    om::DataType dtype;
};
using TypedList = std::vector<Typed>;

inline bool is_wide(om::DataType dtype) noexcept {
    return dtype == om::DataType::kInt64 || dtype == om::DataType::kUint64 ||
           dtype == om::DataType::kDouble;
}

// f32 in the graph.
inline bool is_single(om::DataType dtype) noexcept {
    return om::is_floating(dtype) && dtype != om::DataType::kDouble;
}

inline bool is_integer(om::DataType dtype) noexcept {
    return !om::is_floating(dtype) && dtype != om::DataType::kBool;
}

// The dims without those of the words.
Shape dims_of(const Typed &value);

// The value in other dims of as many elements.
Typed reshaped(const Typed &value, const Shape &dims);

// What OpenVINO's own op gave: `dtype` where it moved elements of that type.
TypedList typed(const ov::OutputVector &outputs, om::DataType dtype);
// The type by OpenVINO's.
TypedList typed(const ov::OutputVector &outputs);

// As an element of the graph is kept in memory; T is bool, or a number.
template <typename T>
using Stored = std::conditional_t<
    std::is_same_v<T, bool>, uint8_t,
    std::conditional_t<std::is_same_v<T, int16_t> || std::is_same_v<T, uint16_t>, int32_t, T>>;

// Calls `function` with a zero of the C++ type of `dtype`, an integer or float64. Answers false for
// other types.
template <typename Function>
bool with_number(om::DataType dtype, Function &&function) {
    switch (dtype) {
        case om::DataType::kInt8:
            function(int8_t{});
            return true;
        case om::DataType::kUint8:
            function(uint8_t{});
            return true;
        case om::DataType::kInt16:
            function(int16_t{});
            return true;
        case om::DataType::kUint16:
            function(uint16_t{});
            return true;
        case om::DataType::kInt32:
            function(int32_t{});
            return true;
        case om::DataType::kUint32:
            function(uint32_t{});
            return true;
        case om::DataType::kInt64:
            function(int64_t{});
            return true;
        case om::DataType::kUint64:
            function(uint64_t{});
            return true;
        case om::DataType::kDouble:
            function(double{});
            return true;
        default:
            return false;
    }
}

// A function of ours from `inputs` to elements of `dtype` in `dims`; `name` is for who reads the
// graph.
using TensorFunction = std::function<void(const ov::TensorVector &, ov::Tensor &)>;
Typed computed_by(const std::string &name, const ov::OutputVector &inputs, om::DataType dtype,
                  const Shape &dims, TensorFunction function);

template <typename T>
const Stored<T> *elements(const ov::Tensor &tensor) {
    return static_cast<const Stored<T> *>(tensor.data());
}
template <typename T>
Stored<T> *elements(ov::Tensor &tensor) {
    return static_cast<Stored<T> *>(tensor.data());
}

}  // namespace ascendcl::host::engine
