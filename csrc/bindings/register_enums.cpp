// The enumerations that users write, as enum.IntEnum: members are ints, so flat functions take
// them.
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>

#include "acl/acl.h"
#include "bindings/modules.h"

namespace py = pybind11;

namespace ascendcl {

void register_enums(py::module_ &module) {
    const char *const kind = "enum.IntEnum";

    py::native_enum<aclrtMemcpyKind>(module, "MemcpyKind", kind, "From where to where a copy goes.")
        .value("HOST_TO_HOST", ACL_MEMCPY_HOST_TO_HOST)
        .value("HOST_TO_DEVICE", ACL_MEMCPY_HOST_TO_DEVICE)
        .value("DEVICE_TO_HOST", ACL_MEMCPY_DEVICE_TO_HOST)
        .value("DEVICE_TO_DEVICE", ACL_MEMCPY_DEVICE_TO_DEVICE)
        .value("DEFAULT", ACL_MEMCPY_DEFAULT)
        .value("HOST_TO_BUF_TO_DEVICE", ACL_MEMCPY_HOST_TO_BUF_TO_DEVICE)
        .value("INNER_DEVICE_TO_DEVICE", ACL_MEMCPY_INNER_DEVICE_TO_DEVICE)
        .value("INTER_DEVICE_TO_DEVICE", ACL_MEMCPY_INTER_DEVICE_TO_DEVICE)
        .finalize();

    py::native_enum<aclrtMemMallocPolicy>(module, "MallocPolicy", kind,
                                          "Which pages device memory is made of.")
        .value("HUGE_FIRST", ACL_MEM_MALLOC_HUGE_FIRST)
        .value("HUGE_ONLY", ACL_MEM_MALLOC_HUGE_ONLY)
        .value("NORMAL_ONLY", ACL_MEM_MALLOC_NORMAL_ONLY)
        .value("HUGE_FIRST_P2P", ACL_MEM_MALLOC_HUGE_FIRST_P2P)
        .value("HUGE_ONLY_P2P", ACL_MEM_MALLOC_HUGE_ONLY_P2P)
        .value("NORMAL_ONLY_P2P", ACL_MEM_MALLOC_NORMAL_ONLY_P2P)
        .value("HUGE1G_ONLY", ACL_MEM_MALLOC_HUGE1G_ONLY)
        .value("HUGE1G_ONLY_P2P", ACL_MEM_MALLOC_HUGE1G_ONLY_P2P)
        .finalize();

    py::native_enum<aclDataType>(module, "DataType", kind, "Element types of tensors.")
        .value("UNDEFINED", ACL_DT_UNDEFINED)
        .value("FLOAT", ACL_FLOAT)
        .value("FLOAT16", ACL_FLOAT16)
        .value("INT8", ACL_INT8)
        .value("INT32", ACL_INT32)
        .value("UINT8", ACL_UINT8)
        .value("INT16", ACL_INT16)
        .value("UINT16", ACL_UINT16)
        .value("UINT32", ACL_UINT32)
        .value("INT64", ACL_INT64)
        .value("UINT64", ACL_UINT64)
        .value("DOUBLE", ACL_DOUBLE)
        .value("BOOL", ACL_BOOL)
        .value("STRING", ACL_STRING)
        .value("COMPLEX64", ACL_COMPLEX64)
        .value("COMPLEX128", ACL_COMPLEX128)
        .value("BF16", ACL_BF16)
        .value("INT4", ACL_INT4)
        .value("UINT1", ACL_UINT1)
        .value("COMPLEX32", ACL_COMPLEX32)
        .value("HIFLOAT8", ACL_HIFLOAT8)
        .value("FLOAT8_E5M2", ACL_FLOAT8_E5M2)
        .value("FLOAT8_E4M3FN", ACL_FLOAT8_E4M3FN)
        .value("FLOAT8_E8M0", ACL_FLOAT8_E8M0)
        .value("FLOAT6_E3M2", ACL_FLOAT6_E3M2)
        .value("FLOAT6_E2M3", ACL_FLOAT6_E2M3)
        .value("FLOAT4_E2M1", ACL_FLOAT4_E2M1)
        .value("FLOAT4_E1M2", ACL_FLOAT4_E1M2)
        .finalize();

    py::native_enum<aclFormat>(module, "Format", kind, "Memory layouts of tensors.")
        .value("UNDEFINED", ACL_FORMAT_UNDEFINED)
        .value("NCHW", ACL_FORMAT_NCHW)
        .value("NHWC", ACL_FORMAT_NHWC)
        .value("ND", ACL_FORMAT_ND)
        .value("NC1HWC0", ACL_FORMAT_NC1HWC0)
        .value("FRACTAL_Z", ACL_FORMAT_FRACTAL_Z)
        .value("NC1HWC0_C04", ACL_FORMAT_NC1HWC0_C04)
        .value("HWCN", ACL_FORMAT_HWCN)
        .value("NDHWC", ACL_FORMAT_NDHWC)
        .value("FRACTAL_NZ", ACL_FORMAT_FRACTAL_NZ)
        .value("NCDHW", ACL_FORMAT_NCDHW)
        .value("NDC1HWC0", ACL_FORMAT_NDC1HWC0)
        .value("FRACTAL_Z_3D", ACL_FRACTAL_Z_3D)
        .value("NC", ACL_FORMAT_NC)
        .value("NCL", ACL_FORMAT_NCL)
        .value("FRACTAL_NZ_C0_16", ACL_FORMAT_FRACTAL_NZ_C0_16)
        .value("FRACTAL_NZ_C0_32", ACL_FORMAT_FRACTAL_NZ_C0_32)
        .value("FRACTAL_NZ_C0_2", ACL_FORMAT_FRACTAL_NZ_C0_2)
        .value("FRACTAL_NZ_C0_4", ACL_FORMAT_FRACTAL_NZ_C0_4)
        .value("FRACTAL_NZ_C0_8", ACL_FORMAT_FRACTAL_NZ_C0_8)
        .finalize();

    py::native_enum<aclrtRunMode>(module, "RunMode", kind, "Where the program itself runs.")
        .value("DEVICE", ACL_DEVICE)
        .value("HOST", ACL_HOST)
        .finalize();

    py::native_enum<aclrtMemAttr>(module, "MemAttr", kind, "Kinds of device memory.")
        .value("DDR", ACL_DDR_MEM)
        .value("HBM", ACL_HBM_MEM)
        .value("DDR_HUGE", ACL_DDR_MEM_HUGE)
        .value("DDR_NORMAL", ACL_DDR_MEM_NORMAL)
        .value("HBM_HUGE", ACL_HBM_MEM_HUGE)
        .value("HBM_NORMAL", ACL_HBM_MEM_NORMAL)
        .finalize();

    py::native_enum<aclrtCallbackBlockType>(module, "CallbackBlockType", kind,
                                            "Whether the stream waits for a callback.")
        .value("NO_BLOCK", ACL_CALLBACK_NO_BLOCK)
        .value("BLOCK", ACL_CALLBACK_BLOCK)
        .finalize();
}

}  // namespace ascendcl
