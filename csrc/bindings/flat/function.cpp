// Turning tables of flat functions into attributes of a Python module.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/function.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

namespace py = pybind11;

namespace ascendcl::flat {

namespace {

// CPython keeps pointers to documentation and names for as long as the process lives.
const char *keep(const std::string &text) { return ::strdup(text.c_str()); }

// "CANN 8.0.RC1, ACL 1.13.0", as far as the library can tell.
std::string library_version() {
    std::string version;
    aclCANNPackageVersion package{};
    if (&aclsysGetCANNVersion != nullptr &&
        aclsysGetCANNVersion(ACL_PKG_NAME_CANN, &package) == ACL_SUCCESS) {
        version = "CANN " +
                  std::string(package.version, ::strnlen(package.version, sizeof package.version));
    }
    int32_t major = 0;
    int32_t minor = 0;
    int32_t patch = 0;
    if (&aclrtGetVersion != nullptr && aclrtGetVersion(&major, &minor, &patch) == ACL_SUCCESS) {
        version += (version.empty() ? "ACL " : ", ACL ") + std::to_string(major) + "." +
                   std::to_string(minor) + "." + std::to_string(patch);
    }
    return version.empty() ? "of unknown version" : version;
}

// What a function becomes whose C functions are not there; `self` is (name, C functions).
PyObject *raise_missing(PyObject *self, PyObject *const *, Py_ssize_t, PyObject *) {
    const std::string version = library_version();
    PyErr_Format(PyExc_NotImplementedError, "%U: the loaded libascendcl.so (%s) has no %U",
                 PyTuple_GET_ITEM(self, 0), version.c_str(), PyTuple_GET_ITEM(self, 1));
    return nullptr;
}

// "aclrtMalloc"
std::string c_name(const Symbol &symbol) {
    const std::string_view pretty = symbol.pretty;
    size_t start = pretty.find("F = ") + 4;
    if (pretty[start] == '&') ++start;
    return std::string(pretty.substr(start, pretty.find_first_of(";]", start) - start));
}

// "aclrtMalloc, aclrtFree": those that a function needs, or those of them that are not there.
std::string c_names(const Function &function, bool only_missing) {
    std::string names;
    for (const Symbol *symbol = function.needed; symbol->pretty; ++symbol) {
        if (only_missing && symbol->address) continue;
        names += (names.empty() ? "" : ", ") + c_name(*symbol);
    }
    return names;
}

// The first line that inspect.signature and help() read.
std::string text_signature(const Signature &signature) {
    std::string text = std::string(signature.name) + "($module, ";
    if (signature.count == 0) return text + "/, *args)";
    text += '/';
    for (int k = 0; k < signature.count; ++k) {
        text += std::string(", ") + signature.parameters[k];
        if (k >= signature.required) text += "=None";
    }
    return text + ")";
}

// Sets a Python exception for the C++ exception that is being handled.
void raise_current_exception(const Signature &signature) {
    const auto raise = [&signature](PyObject *type, const char *text) {
        PyErr_Format(type, "%s.%s: %s", signature.module, signature.name, text);
    };
    try {
        throw;
    } catch (py::error_already_set &error) {
        error.restore();
    } catch (const py::type_error &error) {
        raise(PyExc_TypeError, error.what());
    } catch (const py::value_error &error) {
        raise(PyExc_ValueError, error.what());
    } catch (const std::overflow_error &error) {
        raise(PyExc_OverflowError, error.what());
    } catch (const py::builtin_exception &error) {
        error.set_error();
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    } catch (const std::exception &error) {
        raise(PyExc_RuntimeError, error.what());
    }
}

}  // namespace

void add_functions(py::module_ &module, const char *name, Function *first, size_t count) {
    const py::object module_name = module.attr("__name__");
    for (Function *function = first; function != first + count; ++function) {
        Signature &signature = function->signature;
        if (*function->known_to_call) {
            throw std::logic_error(std::string(signature.name) + " is bound twice: use an alias");
        }
        signature.module = name;
        *function->known_to_call = &signature;
        const std::string description = c_names(*function, false) + function->answer;
        PyMethodDef &definition = function->definition;
        definition.ml_name = signature.name;
        definition.ml_flags = METH_FASTCALL | METH_KEYWORDS;
        definition.ml_doc = keep(text_signature(signature) + "\n--\n\n" + description);

        const std::string missing = c_names(*function, true);
        py::object self = module;
        if (missing.empty()) {
            definition.ml_meth =
                reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function->call));
        } else {
            self = py::make_tuple(std::string(name) + "." + signature.name, missing);
            definition.ml_meth =
                reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&raise_missing));
        }
        module.attr(signature.name) = py::reinterpret_steal<py::object>(
            PyCFunction_NewEx(&definition, self.ptr(), module_name.ptr()));
    }
}

namespace detail {

PyObject *call_body(const Signature &signature, PyObject *const *arguments, Py_ssize_t positional,
                    PyObject *keywords, PyObject *(*body)(PyObject *const *bound)) {
    PyObject *bound[kMostParameters];
    // Positional arguments of a function without parameters are ignored, as in pyACL.
    if (!keywords && signature.count == 0) positional = 0;
    if (keywords || positional != signature.count) {
        if (!bind_arguments(signature, arguments, positional, keywords, bound)) return nullptr;
        arguments = bound;
    }
    try {
        PyObject *const answer = body(arguments);
        if (answer == nullptr || !raised_in_wait()) return answer;
        Py_DECREF(answer);
        return nullptr;
    } catch (const std::exception &) {
        raise_current_exception(signature);
    }
    return nullptr;
}

}  // namespace detail

}  // namespace ascendcl::flat
