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
#include <iterator>
#include <type_traits>

#include "acl/acl.h"
#include "bindings/flat/argument.h"
#include "bindings/flat/result.h"
#include "bindings/flat/signature.h"
#include "bindings/flat/slices.h"
#include "bindings/signals.h"
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

// A C function that another needs.
struct Symbol {
    const char *pretty = nullptr;   // a text that holds its name (pretty_name)
    const void *address = nullptr;  // null where the library lacks it
};

// One entry of a module's table: constants, but for what add_functions fills in. Lives in static
// storage, because CPython and the calls keep pointers into it.
struct Function {
    Signature signature;
    const Signature **known_to_call = nullptr;  // where `call` finds the signature
    FastCall call = nullptr;
    const Symbol *needed = nullptr;  // up to one without a name
    const char *answer = "";         // " -> (value, ret)", for __doc__
    PyMethodDef definition{};
};

// Adds `functions` to the module as attributes. `name` is what errors call the module: "acl.rt".
void add_functions(pybind11::module_ &module, const char *name, Function *first, size_t count);

template <size_t N>
void add_functions(pybind11::module_ &module, const char *name, Function (&functions)[N]) {
    add_functions(module, name, functions, N);
}

namespace detail {

// "... F = aclrtMalloc ...": every compiler has its own way to write it.
template <auto F>
constexpr const char *pretty_name() {
    return __PRETTY_FUNCTION__;
}

template <auto... Needed>
inline const Symbol symbols[] = {{pretty_name<Needed>(), reinterpret_cast<const void *>(Needed)}...,
                                 {}};

// All that depends on no type is in function.cpp: these templates are made some hundred times.

// Calls `body` with one argument per parameter; what it throws becomes a Python exception,
// TypeError and ValueError with the function's name in front.
PyObject *call_body(const Signature &signature, PyObject *const *arguments, Py_ssize_t positional,
                    PyObject *keywords, PyObject *(*body)(PyObject *const *bound));

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

// What a parameter is converted with, and what is then passed on. take() reads the next of the
// arguments, give() adds a result to the answers.
template <typename P, unsigned Flags>
struct In : Argument<std::conditional_t<(Flags & kPath) != 0, Path, P>> {
    bool take(PyObject *const *arguments, const Signature &signature, int &next) {
        const int position = next++;
        PyObject *const object = arguments[position];
        if constexpr (Flags & kOptional) {
            const bool is_left_out = !object || object == Py_None;
            if (position >= signature.required && is_left_out) return true;
        }
        return this->load(object, signature, position);
    }
    P pass() {
        if constexpr (Flags & kPath) {
            return this->value.text;
        } else {
            return this->value;
        }
    }
    void give(PyObject **, int &) {}
};
template <typename P>
struct Out {
    std::remove_pointer_t<P> value{};
    bool take(PyObject *const *, const Signature &, int &) { return true; }
    P pass() { return &value; }
    void give(PyObject **answers, int &count) { answers[count++] = to_python(value); }
};
template <typename P, unsigned Flags>
using Slot = std::conditional_t<
    is_result<P, Flags>(), Out<P>,
    In<P, Flags &(std::is_same_v<P, const char *> ? kPath | kOptional : kOptional)>>;

template <auto F, unsigned Flags, typename T = decltype(F)>
struct Bound;

template <auto F, unsigned Flags, typename R, typename... P>
struct Bound<F, Flags, R (*)(P...)> {
    static constexpr int kInputs = (0 + ... + (is_result<P, Flags>() ? 0 : 1));
    static constexpr int kResults = static_cast<int>(sizeof...(P)) - kInputs;
    static constexpr bool kReturnsCode = std::is_same_v<R, aclError>;
    static_assert(kResults == 0 || kReturnsCode, "results come with a code");
    // Functions that answer a value are getters and constructors of small objects.
    static constexpr bool kReleasesGil =
        !(Flags & kKeepsGil) && (kReturnsCode || std::is_void_v<R>);
    static constexpr const Symbol *kNeeded = symbols<F>;

    static inline const Signature *signature;

    static constexpr const char *answer() {
        constexpr const char *kWithResults[] = {" -> ret", " -> (value, ret)",
                                                " -> (value, value, ret)",
                                                " -> (value, value, value, ret)"};
        static_assert(kResults < static_cast<int>(std::size(kWithResults)));
        return std::is_void_v<R> ? " -> None"
               : !kReturnsCode   ? " -> value"
               : Flags & kEchoes ? " -> (handle, ret)"
                                 : kWithResults[kResults];
    }

    static PyObject *call(PyObject *, PyObject *const *arguments, Py_ssize_t positional,
                          PyObject *keywords) {
        PyObject *bound[kInputs + 1];
        if constexpr (kInputs == 0) {
            // Positional arguments of a function without parameters are ignored, as in pyACL.
            if (keywords && !bind_arguments(*signature, arguments, 0, keywords, bound)) {
                return nullptr;
            }
        } else if (keywords || positional != kInputs) {
            if (!bind_arguments(*signature, arguments, positional, keywords, bound)) return nullptr;
            arguments = bound;
        }
        return call_with(arguments, Slot<P, Flags>()...);
    }

   private:
    static PyObject *call_with([[maybe_unused]] PyObject *const *arguments,
                               Slot<P, Flags>... slots) {
        [[maybe_unused]] int next = 0;
        if (!(slots.take(arguments, *signature, next) && ...)) return nullptr;
        if constexpr (std::is_void_v<R>) {
            invoke(slots.pass()...);
            if (kReleasesGil && raised_in_wait()) return nullptr;
            Py_RETURN_NONE;
        } else {
            const R result = invoke(slots.pass()...);
            if (kReleasesGil && raised_in_wait()) return nullptr;
            if constexpr (Flags & kEchoes) {
                return tuple_of(first(slots...), to_python(result));
            } else if constexpr (kResults == 0) {
                return to_python(result);
            } else {
                PyObject *answers[kResults + 1];
                int count = 0;
                (slots.give(answers, count), ...);
                answers[count] = to_python(result);
                return tuple_from(answers);
            }
        }
    }

    static R invoke(P... parameters) {
        if constexpr (kReleasesGil) {
            const WithoutGil released;
            if constexpr (Slices<F>::kAny) {
                if (Slices<F>::possible()) return Slices<F>::wait(parameters...);
            }
            return F(parameters...);
        } else {
            return F(parameters...);
        }
    }

    template <typename First, typename... Others>
    static PyObject *first(First &slot, Others &...) {
        return to_python(slot.value);
    }
};

// A C++ function pybind11::object(arguments...) that runs with the GIL and may throw.
template <auto F, unsigned Flags, typename T, auto... Needed>
struct Body;

template <auto F, unsigned Flags, typename... P, auto... Needed>
struct Body<F, Flags, pybind11::object (*)(P...), Needed...> {
    static constexpr int kInputs = static_cast<int>(sizeof...(P));
    static constexpr const Symbol *kNeeded = symbols<Needed...>;

    static inline const Signature *signature;

    static constexpr const char *answer() { return ""; }

    static PyObject *call(PyObject *, PyObject *const *arguments, Py_ssize_t positional,
                          PyObject *keywords) {
        return call_body(*signature, arguments, positional, keywords, [](PyObject *const *bound) {
            return call_with(bound, In<std::decay_t<P>, Flags & kOptional>()...);
        });
    }

   private:
    static PyObject *call_with([[maybe_unused]] PyObject *const *bound,
                               In<std::decay_t<P>, Flags & kOptional>... slots) {
        [[maybe_unused]] int next = 0;
        if (!(slots.take(bound, *signature, next) && ...)) return nullptr;
        return F(slots.value...).release().ptr();
    }
};

// `names` of the parameters in the order of the C function, results left out.
template <typename Target, unsigned Flags, typename... Names>
constexpr Function describe(const char *name, Names... names) {
    static_assert(sizeof...(Names) == Target::kInputs, "one name per parameter");
    const int required = Target::kInputs - (Flags & kOptional ? 1 : 0);
    return {{nullptr, name, {names...}, Target::kInputs, required},
            &Target::signature,
            &Target::call,
            Target::kNeeded,
            Target::answer(),
            {}};
}

}  // namespace detail

template <auto F, unsigned Flags = kNone, typename... Names>
constexpr Function bind(const char *name, Names... names) {
    return detail::describe<detail::Bound<F, Flags>, Flags>(name, names...);
}

template <auto F, auto... Needed>
struct WithBody {
    template <unsigned Flags, typename... Names>
    static constexpr Function describe(const char *name, Names... names) {
        return detail::describe<detail::Body<F, Flags, decltype(F), Needed...>, Flags>(name,
                                                                                       names...);
    }
};

template <auto F, auto... Needed, typename... Names>
constexpr Function body(const char *name, Names... names) {
    return WithBody<F, Needed...>::template describe<kNone>(name, names...);
}

// The last parameter may be left out or be None: its value is then a default-made one.
template <auto F, auto... Needed, typename... Names>
constexpr Function body_optional(const char *name, Names... names) {
    return WithBody<F, Needed...>::template describe<kOptional>(name, names...);
}

}  // namespace ascendcl::flat
