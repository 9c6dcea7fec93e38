// Errors, texts and bytes of an .om file as Python sees them.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/om/objects.h"

namespace ascendcl::om_objects {

namespace {

// What a memoryview asks for its bytes, and holds for as long as it lives.
struct View {
    Owner owner;
    om::Bytes bytes;
};

py::object &format_error() {
    PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<py::object> storage;
    return storage
        .call_once_and_store_result([] {
            return py::reinterpret_steal<py::object>(PyErr_NewExceptionWithDoc(
                "ascendcl._acl.om.FormatError",
                "An .om file is damaged or not supported; `code` names what is wrong.",
                PyExc_ValueError, nullptr));
        })
        .get_stored();
}

}  // namespace

py::str text(std::string_view name) {
    return py::reinterpret_steal<py::str>(PyUnicode_DecodeUTF8(
        name.data(), static_cast<Py_ssize_t>(name.size()), "backslashreplace"));
}

py::list texts(const std::vector<std::string_view> &names) {
    py::list list;
    for (const std::string_view name : names) list.append(text(name));
    return list;
}

py::object view(const Owner &owner, om::Bytes bytes) {
    const py::object exporter = py::cast(View{owner, bytes});
    return py::reinterpret_steal<py::object>(PyMemoryView_FromObject(exporter.ptr()));
}

void register_errors(py::module_ &module) {
    module.attr("FormatError") = format_error();
    // NOLINTNEXTLINE(performance-unnecessary-value-param): pybind11's signature
    py::register_local_exception_translator([](std::exception_ptr pointer) {
        try {
            if (pointer) std::rethrow_exception(pointer);
        } catch (const om::Error &error) {
            py::object raised = format_error()(text(error.what()));
            raised.attr("code") = om::name(error.code());
            PyErr_SetObject(format_error().ptr(), raised.ptr());
        }
    });
}

void register_views(py::module_ &module) {
    py::class_<View>(module, "_View", py::buffer_protocol()).def_buffer([](View &self) {
        static constexpr uint8_t kNothing = 0;  // an empty buffer still needs an address
        const uint8_t *data = self.bytes.empty() ? &kNothing : self.bytes.data;
        return py::buffer_info(data, static_cast<py::ssize_t>(self.bytes.size), /*readonly=*/true);
    });
}

}  // namespace ascendcl::om_objects
