// Flat functions: C functions of ACL as Python functions, at the price of a hand-written extension.
// One line binds one function:
//
//     bind<&aclrtMalloc>("malloc", "size", "policy")
//
// What goes in, what comes out and in which shape is deduced from the C signature; flags say the
// rest. A C++ function takes the place of the C one where arguments or results are dicts or lists:
//
//     body<&dims<&aclmdlGetInputDims>, &aclmdlGetInputDims>("get_input_dims", "desc", "index")
//
// The C functions are weak references (CMakeLists.txt): one that the installed CANN lacks is null
// here, and its Python function raises NotImplementedError.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <new>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "acl/acl.h"
#include "bindings/flat/argument.h"
#include "bindings/flat/result.h"
#include "bindings/flat/signature.h"
#include "bindings/without_gil.h"

namespace ascendcl::flat {

enum Flag : unsigned {
    kNone = 0,
    kKeepsGil = 1,   // returns within a microsecond and takes no lock that a callback may hold
    kPath = 2,       // its text is the name of a file
    kAddresses = 4,  // pointers to numbers are addresses given by the caller, not results
    kEchoes = 8,     // answers (first argument, ret)
    kOptional = 16,  // the last parameter may be left out or be None
};

using FastCall = PyObject *(*)(PyObject *self, PyObject *const *arguments, Py_ssize_t positional,
                               PyObject *keywords);

// One entry of a module's table. Lives in static storage, because CPython keeps pointers into it.
struct Function {
    Signature *signature = nullptr;
    FastCall call = nullptr;
    std::string (*missing)() = nullptr;      // the needed C functions that are not there, or ""
    std::string (*description)() = nullptr;  // for __doc__
    PyMethodDef definition{};
};

// Adds `functions` to the module as attributes. `name` is what errors call the module: "acl.rt".
void add_functions(pybind11::module_ &module, const char *name, Function *first, size_t count);

template <size_t N>
void add_functions(pybind11::module_ &module, const char *name, Function (&functions)[N]) {
    add_functions(module, name, functions, N);
}

namespace detail {

// Sets a Python exception for the C++ exception that is being handled; TypeError and ValueError get
// the function's name in front.
void raise_current_exception(const Signature &signature);

// "aclrtMalloc": the name of a function given as template argument.
template <auto F>
std::string name_of() {
    const std::string pretty = __PRETTY_FUNCTION__;
    const size_t start = pretty.find("F = ") + 4;
    return pretty.substr(pretty[start] == '&' ? start + 1 : start,
                         pretty.find_first_of(";]", start) - start);
}

template <auto... Needed>
std::string names_of() {
    std::string names;
    ((names += (names.empty() ? "" : ", ") + name_of<Needed>()), ...);
    return names;
}

template <auto... Needed>
std::string missing_of() {
    std::string names;
    [[maybe_unused]] const auto note = [&names](const void *address, const std::string &name) {
        if (!address) names += (names.empty() ? "" : ", ") + name;
    };
    (note(reinterpret_cast<const void *>(Needed), name_of<Needed>()), ...);
    return names;
}

// Numbers, handles and enumerations that the C function writes through a pointer.
template <typename P, unsigned Flags>
constexpr bool is_result() {
    if constexpr (!std::is_pointer_v<P>) {
        return false;
    } else {
        using Pointee = std::remove_pointer_t<P>;
        if constexpr (std::is_const_v<Pointee>) {
            return false;
        } else if constexpr (std::is_pointer_v<Pointee>) {
            return true;
        } else {
            static_assert(!std::is_same_v<Pointee, char>, "a text result needs a body");
            return !(Flags & kAddresses) &&
                   (std::is_arithmetic_v<Pointee> || std::is_enum_v<Pointee>);
        }
    }
}

// What a parameter is converted with, and what is then passed on.
template <typename P, unsigned Flags>
struct In : Argument<P> {
    P pass() { return this->value; }
    PyObject *answer() { return to_python(this->value); }
};
template <>
struct In<const char *, kPath> : Argument<Path> {
    const char *pass() { return value.text; }
};
template <typename P>
struct Out {
    std::remove_pointer_t<P> value{};
    P pass() { return &value; }
    PyObject *answer() { return to_python(value); }
};
template <typename P, unsigned Flags>
using Slot = std::conditional_t<is_result<P, Flags>(), Out<P>,
                                In<P, std::is_same_v<P, const char *> ? Flags & kPath : 0>>;

template <auto F, unsigned Flags, typename T = decltype(F)>
struct Bound;

template <auto F, unsigned Flags, typename R, typename... P>
struct Bound<F, Flags, R (*)(P...)> {
    using Slots = std::tuple<Slot<P, Flags>...>;
    static constexpr int kInputs = (0 + ... + (is_result<P, Flags>() ? 0 : 1));
    static constexpr int kResults = static_cast<int>(sizeof...(P)) - kInputs;
    static constexpr bool kReturnsCode = std::is_same_v<R, aclError>;
    static_assert(kResults == 0 || kReturnsCode, "results come with a code");
    // Functions that answer a value are getters and constructors of small objects.
    static constexpr bool kReleasesGil =
        !(Flags & kKeepsGil) && (kReturnsCode || std::is_void_v<R>);

    static inline const char *parameters[kInputs + 1];
    static inline Signature signature;

    static PyObject *call(PyObject *, PyObject *const *arguments, Py_ssize_t positional,
                          PyObject *keywords) {
        return call_with(arguments, positional, keywords, std::index_sequence_for<P...>());
    }

    static std::string missing() { return missing_of<F>(); }

    static std::string description() {
        std::string shape;
        for (int k = 0; k < kResults; ++k) shape += "value, ";
        if (Flags & kEchoes) shape += "handle, ";
        return name_of<F>() + (std::is_void_v<R> ? " -> None"
                               : !kReturnsCode   ? " -> value"
                               : shape.empty()   ? " -> ret"
                                                 : " -> (" + shape + "ret)");
    }

   private:
    template <size_t... I>
    static PyObject *call_with(PyObject *const *arguments, Py_ssize_t positional,
                               PyObject *keywords, std::index_sequence<I...>) {
        PyObject *bound[kInputs + 1];
        if constexpr (kInputs == 0) {
            // Positional arguments of a function without parameters are ignored, as in pyACL.
            if (keywords && !bind_arguments(signature, arguments, 0, keywords, bound)) {
                return nullptr;
            }
        } else if (keywords || positional != kInputs) {
            if (!bind_arguments(signature, arguments, positional, keywords, bound)) return nullptr;
            arguments = bound;
        }
        Slots slots;
        if (!(load<I>(std::get<I>(slots), arguments) && ...)) return nullptr;
        if constexpr (std::is_void_v<R>) {
            invoke(slots, std::index_sequence<I...>());
            Py_RETURN_NONE;
        } else {
            const R result = invoke(slots, std::index_sequence<I...>());
            if constexpr (Flags & kEchoes) {
                return tuple_of(std::get<0>(slots).answer(), to_python(result));
            } else if constexpr (kResults == 0) {
                return to_python(result);
            } else {
                return pack(slots, result);
            }
        }
    }

    // Which of the Python arguments parameter I is.
    static constexpr int input(size_t index) {
        constexpr bool kIsResult[] = {is_result<P, Flags>()..., false};
        int position = 0;
        for (size_t k = 0; k < index; ++k) position += kIsResult[k] ? 0 : 1;
        return position;
    }

    template <size_t I, typename S>
    static bool load(S &slot, PyObject *const *arguments) {
        if constexpr (is_result<std::tuple_element_t<I, std::tuple<P...>>, Flags>()) {
            return true;
        } else {
            constexpr int kPosition = input(I);
            PyObject *const object = arguments[kPosition];
            if constexpr ((Flags & kOptional) && kPosition == kInputs - 1) {
                if (!object || object == Py_None) return true;
            }
            return slot.load(object, signature, kPosition);
        }
    }

    template <size_t... I>
    static R invoke(Slots &slots, std::index_sequence<I...>) {
        if constexpr (kReleasesGil) {
            const WithoutGil released;
            return F(std::get<I>(slots).pass()...);
        } else {
            return F(std::get<I>(slots).pass()...);
        }
    }

    static PyObject *pack(Slots &slots, aclError code) {
        PyObject *const tuple = PyTuple_New(kResults + 1);
        if (!tuple) return nullptr;
        Py_ssize_t next = 0;
        bool complete = true;
        const auto add = [&](PyObject *object) {
            complete = complete && object;
            PyTuple_SET_ITEM(tuple, next++, object);
        };
        std::apply(
            [&](auto &...slot) {
                const auto add_result = [&](auto &one) {
                    if constexpr (IsOut<std::decay_t<decltype(one)>>::value) add(one.answer());
                };
                (add_result(slot), ...);
            },
            slots);
        add(to_python(code));
        if (complete) return tuple;
        Py_DECREF(tuple);
        return nullptr;
    }

    template <typename S>
    struct IsOut : std::false_type {};
    template <typename Q>
    struct IsOut<Out<Q>> : std::true_type {};
};

// A C++ function pybind11::object(arguments...) that runs with the GIL and may throw.
template <auto F, unsigned Flags, typename T, auto... Needed>
struct Body;

template <auto F, unsigned Flags, typename... P, auto... Needed>
struct Body<F, Flags, pybind11::object (*)(P...), Needed...> {
    static constexpr int kInputs = static_cast<int>(sizeof...(P));
    static inline const char *parameters[kInputs + 1];
    static inline Signature signature;

    static PyObject *call(PyObject *, PyObject *const *arguments, Py_ssize_t positional,
                          PyObject *keywords) {
        PyObject *bound[kInputs + 1];
        if constexpr (kInputs == 0) {
            if (!keywords) positional = 0;
        }
        if (!bind_arguments(signature, arguments, positional, keywords, bound)) return nullptr;
        try {
            return call_with(bound, std::index_sequence_for<P...>());
        } catch (const std::exception &) {
            raise_current_exception(signature);
        }
        return nullptr;
    }

    static std::string missing() { return missing_of<Needed...>(); }
    static std::string description() { return names_of<Needed...>(); }

   private:
    template <size_t... I>
    static PyObject *call_with(PyObject *const *bound, std::index_sequence<I...>) {
        std::tuple<Argument<std::decay_t<P>>...> slots;
        [[maybe_unused]] const auto load = [bound](auto &slot, int position) {
            if (!bound[position] ||
                (position >= signature.required && bound[position] == Py_None)) {
                return true;
            }
            return slot.load(bound[position], signature, position);
        };
        if (!(load(std::get<I>(slots), static_cast<int>(I)) && ...)) return nullptr;
        return F(std::get<I>(slots).value...).release().ptr();
    }
};

// `names` of the parameters in the order of the C function, results left out.
template <typename Target, unsigned Flags, typename... Names>
Function describe(const char *name, Names... names) {
    static_assert(sizeof...(Names) == Target::kInputs, "one name per parameter");
    int position = 0;
    ((Target::parameters[position++] = names), ...);
    Target::signature.name = name;
    Target::signature.parameters = Target::parameters;
    Target::signature.count = Target::kInputs;
    Target::signature.required = Target::kInputs - (Flags & kOptional ? 1 : 0);
    return {&Target::signature, &Target::call, &Target::missing, &Target::description, {}};
}

}  // namespace detail

template <auto F, unsigned Flags = kNone, typename... Names>
Function bind(const char *name, Names... names) {
    return detail::describe<detail::Bound<F, Flags>, Flags>(name, names...);
}

template <auto F, auto... Needed>
struct WithBody {
    template <unsigned Flags, typename... Names>
    static Function describe(const char *name, Names... names) {
        return detail::describe<detail::Body<F, Flags, decltype(F), Needed...>, Flags>(name,
                                                                                       names...);
    }
};

template <auto F, auto... Needed, typename... Names>
Function body(const char *name, Names... names) {
    return WithBody<F, Needed...>::template describe<kNone>(name, names...);
}

// The last parameter may be left out or be None: its value is then a default-made one.
template <auto F, auto... Needed, typename... Names>
Function body_optional(const char *name, Names... names) {
    return WithBody<F, Needed...>::template describe<kOptional>(name, names...);
}

}  // namespace ascendcl::flat
