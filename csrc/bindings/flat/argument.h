// Python object -> C argument, one Argument<T> per C parameter type. load() answers false with a
// Python exception set. Whatever has __index__ is an int, and must fit into the C type: pyACL takes
// addresses, sizes and unsigned numbers modulo their width, so that 2^64 is a null pointer there.
// Two rules more: -1 is the highest number where an `index` is asked for (all inputs at once), and
// True and False are no addresses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>
#if PY_VERSION_HEX < 0x030B0000
#include <longintrepr.h>
#endif

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "bindings/flat/signature.h"

namespace ascendcl::flat {

// An owned reference that is released when the call is over.
class Owned {
   public:
    explicit Owned(PyObject *object = nullptr) : object_(object) {}
    Owned(const Owned &) = delete;
    Owned &operator=(const Owned &) = delete;
    ~Owned() { Py_XDECREF(object_); }
    void reset(PyObject *object) {
        Py_XDECREF(object_);
        object_ = object;
    }
    PyObject *get() const { return object_; }

   private:
    PyObject *object_;
};

namespace detail {

// The numbers of a C type that not every int fits into.
struct Range {
    long lowest;
    long highest;
    int bits;
    bool is_signed;
};
template <typename T>
inline constexpr Range range_of{static_cast<long>(std::numeric_limits<T>::min()),
                                static_cast<long>(std::numeric_limits<T>::max()),
                                static_cast<int>(8 * sizeof(T)), std::is_signed_v<T>};

bool load_within(const Range &range, PyObject *object, long &value, const Signature &signature,
                 int position);
// Sizes, counts and indices of 32 or 64 bits; addresses.
bool load_unsigned(int bits, PyObject *object, uint64_t &value, const Signature &signature,
                   int position);
bool load_address(PyObject *object, uint64_t &value, const Signature &signature, int position);

// Whether `object` is an int of 0 to `highest` and of two digits at the most, as almost all are:
// the rest is for the functions above. It reads the digits itself, because to ask CPython for the
// number and whether it fits would cost a getter 6 % of its time.
inline bool load_short(PyObject *object, uint64_t highest, uint64_t &value) {
    if (!PyLong_CheckExact(object)) return false;
    const auto *const number = reinterpret_cast<PyLongObject *>(object);
#if PY_VERSION_HEX >= 0x030C0000
    constexpr uintptr_t kNegative = 2;
    constexpr unsigned kSizeShift = 3;
    const digit *const digits = number->long_value.ob_digit;
    const uintptr_t tag = number->long_value.lv_tag;
    const uintptr_t count = (tag & kNegative) != 0 ? SIZE_MAX : tag >> kSizeShift;
#else
    const digit *const digits = number->ob_digit;
    const auto count = static_cast<size_t>(Py_SIZE(number));  // very many for a negative one
#endif
    if (count > 2) return false;
    value = count == 0 ? 0 : digits[0];
    if (count == 2) value |= static_cast<uint64_t>(digits[1]) << PyLong_SHIFT;
    return value <= highest;
}

template <typename T>
bool load_integer(PyObject *object, T &value, const Signature &signature, int position) {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) >= 4) {
        uint64_t wide = 0;
        if (!load_short(object, std::numeric_limits<T>::max(), wide) &&
            !load_unsigned(8 * sizeof(T), object, wide, signature, position)) {
            return false;
        }
        value = static_cast<T>(wide);
    } else {
        long wide = 0;
        if (!load_within(range_of<T>, object, wide, signature, position)) return false;
        value = static_cast<T>(wide);
    }
    return true;
}

// Sequences other than text and bytes: lists, tuples, arrays. Null with TypeError set otherwise.
PyObject *load_sequence(PyObject *object, const Signature &signature, int position);
// Sets TypeError for item `index` of a list argument.
void raise_wrong_item(const Signature &signature, int position, Py_ssize_t index,
                      const char *expected, PyObject *given);
// UTF-8 text, kept alive by `owner` where it has to be converted. Null with an exception set.
const char *load_text(PyObject *object, Owned &owner, const Signature &signature, int position);
const char *load_path(PyObject *object, Owned &owner, const Signature &signature, int position);

}  // namespace detail

// Integers of any width and enumerations.
template <typename T, typename = void>
struct Argument {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>, "no conversion for this type");
    T value{};
    bool load(PyObject *object, const Signature &signature, int position) {
        if constexpr (std::is_enum_v<T>) {
            int32_t number = 0;
            if (!detail::load_integer(object, number, signature, position)) return false;
            value = static_cast<T>(number);
            return true;
        } else {
            return detail::load_integer(object, value, signature, position);
        }
    }
};

template <typename T>
struct Argument<T, std::enable_if_t<std::is_floating_point_v<T>>> {
    T value{};
    bool load(PyObject *object, const Signature &signature, int position) {
        const double number = PyFloat_AsDouble(object);
        if (number == -1.0 && PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
            PyErr_Clear();
            raise_wrong_type(signature, position, "float", object);
            return false;
        }
        if (std::isfinite(number) && std::abs(number) > std::numeric_limits<T>::max()) {
            raise_out_of_range(signature, position, 8 * sizeof(T), "floating point", object);
            return false;
        }
        value = static_cast<T>(number);
        return true;
    }
};

// Addresses and handles.
template <typename T>
struct Argument<T *> {
    T *value = nullptr;
    bool load(PyObject *object, const Signature &signature, int position) {
        uint64_t number = 0;
        if (!detail::load_short(object, UINT64_MAX, number) &&
            !detail::load_address(object, number, signature, position)) {
            return false;
        }
        value = reinterpret_cast<T *>(number);
        return true;
    }
};

template <>
struct Argument<const char *> {
    const char *value = nullptr;
    Owned owner;
    bool load(PyObject *object, const Signature &signature, int position) {
        value = detail::load_text(object, owner, signature, position);
        return value != nullptr;
    }
};

// A string that names a file: also os.PathLike.
struct Path {
    const char *text = nullptr;
};
template <>
struct Argument<Path> {
    Path value;
    Owned owner;
    bool load(PyObject *object, const Signature &signature, int position) {
        value.text = detail::load_path(object, owner, signature, position);
        return value.text != nullptr;
    }
};

// A sequence of integers, addresses, floats or texts.
template <typename T>
struct Argument<std::vector<T>> {
    std::vector<T> value;
    std::vector<PyObject *> owners;  // of converted texts

    Argument() = default;
    Argument(const Argument &) = delete;
    Argument &operator=(const Argument &) = delete;
    ~Argument() {
        for (PyObject *owner : owners) Py_DECREF(owner);
    }

    bool load(PyObject *object, const Signature &signature, int position) {
        const Owned items(detail::load_sequence(object, signature, position));
        if (!items.get()) return false;
        const Py_ssize_t size = PySequence_Fast_GET_SIZE(items.get());
        value.reserve(static_cast<size_t>(size));
        for (Py_ssize_t k = 0; k < size; ++k) {
            // Converting an item may run Python code that changes the list.
            if (k >= PySequence_Fast_GET_SIZE(items.get())) break;
            PyObject *const item = PySequence_Fast_GET_ITEM(items.get(), k);
            Py_INCREF(item);
            owners.push_back(item);
            if (!check(item, signature, position, k)) return false;
            Argument<T> one;
            if (!one.load(item, signature, position)) return false;
            if constexpr (std::is_same_v<T, const char *>) {
                if (one.owner.get()) {
                    Py_INCREF(one.owner.get());
                    owners.push_back(one.owner.get());
                }
            }
            value.push_back(std::move(one.value));
        }
        return true;
    }

   private:
    template <typename U>
    struct IsVector : std::false_type {};
    template <typename U>
    struct IsVector<std::vector<U>> : std::true_type {};

    static bool check(PyObject *item, const Signature &signature, int position, Py_ssize_t k) {
        if constexpr (IsVector<T>::value) {
            return true;  // names the list itself
        } else if constexpr (std::is_same_v<T, const char *>) {
            if (PyUnicode_Check(item)) return true;
            detail::raise_wrong_item(signature, position, k, "str", item);
        } else if constexpr (std::is_floating_point_v<T>) {
            if (PyFloat_Check(item) || PyIndex_Check(item)) return true;
            detail::raise_wrong_item(signature, position, k, "float", item);
        } else {
            if (PyIndex_Check(item)) return true;
            detail::raise_wrong_item(signature, position, k, "int", item);
        }
        return false;
    }
};

// Any object, for the functions that look at it themselves.
template <>
struct Argument<pybind11::handle> {
    pybind11::handle value;
    bool load(PyObject *object, const Signature &, int) {
        value = object;
        return true;
    }
};

template <>
struct Argument<pybind11::dict> {
    pybind11::dict value{pybind11::reinterpret_borrow<pybind11::dict>(pybind11::handle())};
    bool load(PyObject *object, const Signature &signature, int position) {
        if (!PyDict_Check(object)) {
            raise_wrong_type(signature, position, "dict", object);
            return false;
        }
        value = pybind11::reinterpret_borrow<pybind11::dict>(object);
        return true;
    }
};

// A Python callable; null for None where the parameter is optional.
template <>
struct Argument<pybind11::function> {
    pybind11::function value{pybind11::reinterpret_borrow<pybind11::function>(pybind11::handle())};
    bool load(PyObject *object, const Signature &signature, int position) {
        if (!PyCallable_Check(object)) {
            raise_wrong_type(signature, position, "callable", object);
            return false;
        }
        value = pybind11::reinterpret_borrow<pybind11::function>(object);
        return true;
    }
};

}  // namespace ascendcl::flat
