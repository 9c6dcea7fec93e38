// The flat functions of acl: init, data buffers, tensor descriptors.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "bindings/flat/function.h"
#include "bindings/flat/tensor_desc.h"
#include "bindings/modules.h"

namespace ascendcl {

using namespace flat;  // a table of nothing else

void register_acl(pybind11::module_ &module) {
    static Function functions[] = {
        bind<&aclInit, kPath | kOptional>("init", "config_path"),
        bind<&aclFinalize>("finalize"),
        bind<&aclFinalizeReference>("finalize_reference"),
        bind<&aclrtGetVersion, kKeepsGil>("get_version"),
        bind<&aclrtGetSocName>("get_soc_name"),
        bind<&aclGetRecentErrMsg>("get_recent_err_msg"),
        body<&app_log, &aclAppLog>("app_log", "log_level", "msg"),
        body<&cann_attribute_list, &aclGetCannAttributeList>("get_cann_attribute_list"),
        bind<&aclGetCannAttribute, kKeepsGil>("get_cann_attribute", "attr"),
        bind<&aclGetDeviceCapability>("get_device_capability", "device_id", "info_type"),
        body<&cann_version, &aclsysGetCANNVersion>("get_cann_version", "pkg_name_enum"),
        body<&version_text, &aclsysGetVersionStr>("get_version_str", "pkg_name"),
        bind<&aclFloat16ToFloat>("float16_to_float", "bits"),
        bind<&aclFloatToFloat16>("float_to_float16", "value"),
        bind<&aclCreateDataBuffer>("create_data_buffer", "data_ptr", "size"),
        bind<&aclDestroyDataBuffer, kKeepsGil>("destroy_data_buffer", "buffer"),
        bind<&aclUpdateDataBuffer, kKeepsGil>("update_data_buffer", "buffer", "data_ptr", "size"),
        bind<&aclGetDataBufferAddr>("get_data_buffer_addr", "buffer"),
        bind<&aclGetDataBufferSize>("get_data_buffer_size", "buffer"),
        bind<&aclGetDataBufferSizeV2>("get_data_buffer_size_v2", "buffer"),
        bind<&aclDataTypeSize>("data_type_size", "data_type"),
        body<&create_tensor_desc, &aclCreateTensorDesc>("create_tensor_desc", "data_type", "dims",
                                                        "format"),
        bind<&aclDestroyTensorDesc, kKeepsGil>("destroy_tensor_desc", "desc"),
        bind<&aclGetTensorDescType>("get_tensor_desc_type", "desc"),
        bind<&aclGetTensorDescFormat>("get_tensor_desc_format", "desc"),
        bind<&aclGetTensorDescSize>("get_tensor_desc_size", "desc"),
        bind<&aclGetTensorDescElementCount>("get_tensor_desc_element_count", "desc"),
        bind<&aclGetTensorDescNumDims>("get_tensor_desc_num_dims", "desc"),
        bind<&aclGetTensorDescDim>("get_tensor_desc_dim", "desc", "index"),
        bind<&aclGetTensorDescDimV2, kKeepsGil>("get_tensor_desc_dim_v2", "desc", "index"),
        body<&tensor_desc_dim_range, &aclGetTensorDescDimRange>("get_tensor_desc_dim_range", "desc",
                                                                "index", "range_num"),
        bind<&aclGetTensorDescName>("get_tensor_desc_name", "desc"),
        bind<&aclSetTensorDescName, kKeepsGil>("set_tensor_desc_name", "desc", "name"),
        bind<&aclGetTensorDescAddress>("get_tensor_desc_address", "desc"),
        bind<&aclGetTensorDescByIndex>("get_tensor_desc_by_index", "desc", "index"),
        bind<&aclTransTensorDescFormat>("trans_tensor_desc_format", "src_desc", "format"),
        bind<&aclSetTensorStorageFormat, kKeepsGil>("set_tensor_storage_format", "desc", "format"),
        body<&set_shape<&aclSetTensorStorageShape>, &aclSetTensorStorageShape>(
            "set_tensor_storage_shape", "desc", "dims"),
        bind<&aclSetTensorFormat, kKeepsGil>("set_tensor_format", "desc", "format"),
        body<&set_shape<&aclSetTensorShape>, &aclSetTensorShape>("set_tensor_shape", "desc",
                                                                 "dims"),
        bind<&aclSetTensorOriginFormat, kKeepsGil>("set_tensor_origin_format", "desc", "format"),
        body<&set_shape<&aclSetTensorOriginShape>, &aclSetTensorOriginShape>(
            "set_tensor_origin_shape", "desc", "dims"),
        body<&set_ranges<&aclSetTensorShapeRange>, &aclSetTensorShapeRange>(
            "set_tensor_shape_range", "desc", "ranges"),
        body<&set_ranges<&aclSetTensorValueRange>, &aclSetTensorValueRange>(
            "set_tensor_value_range", "desc", "ranges"),
        bind<&aclSetTensorDynamicInput, kKeepsGil>("set_tensor_dynamic_input", "desc", "name"),
        bind<&aclSetTensorConst>("set_tensor_const", "desc", "data_ptr", "size"),
        bind<&aclSetTensorPlaceMent, kKeepsGil>("set_tensor_place_ment", "desc", "mem_type"),
    };
    add_functions(module, "acl", functions);
}

}  // namespace ascendcl
