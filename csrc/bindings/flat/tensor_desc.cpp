// Tensor descriptors and versions: see tensor_desc.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/tensor_desc.h"

#include "bindings/flat/fields.h"
#include "bindings/flat/limits.h"

namespace ascendcl::flat {

py::object create_tensor_desc(aclDataType data_type, Integers &dims, aclFormat format) {
    return object_of(
        aclCreateTensorDesc(data_type, static_cast<int>(dims.size()), dims.data(), format));
}

py::object tensor_desc_dim_range(const aclTensorDesc *desc, size_t index, size_t range_num) {
    if (range_num > kMostEntries) return py::make_tuple(py::none(), ACL_ERROR_INVALID_PARAM);
    std::vector<int64_t> range(range_num);
    const aclError code = aclGetTensorDescDimRange(desc, index, range_num, range.data());
    if (code != ACL_SUCCESS) return py::make_tuple(py::none(), code);
    return py::make_tuple(numbers_of(range.data(), range.size()), code);
}

std::vector<int64_t> flatten_ranges(const std::vector<Integers> &ranges) {
    std::vector<int64_t> flat;
    for (const Integers &range : ranges) {
        if (range.size() != 2) throw py::type_error("'ranges' must be a list of [low, high]");
        flat.insert(flat.end(), range.begin(), range.end());
    }
    return flat;
}

py::object app_log(aclLogLevel level, const char *message) {
    // The line in the log names the Python code that asked for it.
    std::string function = "?";
    std::string file = "?";
    int line = 0;
    if (PyFrameObject *const frame = PyEval_GetFrame()) {
        const auto code =
            py::reinterpret_steal<py::object>(reinterpret_cast<PyObject *>(PyFrame_GetCode(frame)));
        function = py::cast<std::string>(code.attr("co_name"));
        file = py::cast<std::string>(py::repr(code.attr("co_filename")));
        line = PyFrame_GetLineNumber(frame);
    }
    without_gil([&] {
        aclAppLog(level, function.c_str(), file.c_str(), static_cast<uint32_t>(line), "%s",
                  message);
    });
    return py::none();
}

py::object cann_attribute_list() {
    const aclCannAttr *attributes = nullptr;
    size_t count = 0;
    const aclError code = aclGetCannAttributeList(&attributes, &count);
    const bool usable = code == ACL_SUCCESS && attributes;
    return py::make_tuple(numbers_of(attributes, usable ? count : 0), count, code);
}

py::object cann_version(aclCANNPackageName package) {
    aclCANNPackageVersion version{};
    const aclError code = without_gil([&] { return aclsysGetCANNVersion(package, &version); });
    py::dict fields;
    fields["version"] = text_of(version.version, sizeof version.version);
    fields["major_version"] = text_of(version.majorVersion, sizeof version.majorVersion);
    fields["minor_version"] = text_of(version.minorVersion, sizeof version.minorVersion);
    fields["release_version"] = text_of(version.releaseVersion, sizeof version.releaseVersion);
    fields["patch_version"] = text_of(version.patchVersion, sizeof version.patchVersion);
    fields["reserved"] = text_of(version.reserved, sizeof version.reserved);
    return py::make_tuple(fields, code);
}

py::object version_text(const char *package) {
    std::string name = package;  // the C function takes a char * without const
    std::vector<char> version(kLongestVersion + 1);
    const aclError code =
        without_gil([&] { return aclsysGetVersionStr(name.data(), version.data()); });
    return py::make_tuple(text_of(version.data(), version.size()), code);
}

}  // namespace ascendcl::flat
