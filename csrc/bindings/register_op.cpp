// The flat functions of acl.op: single operators.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl_dump.h"
#include "acl/acl_op_compiler.h"
#include "bindings/flat/callbacks.h"
#include "bindings/flat/function.h"
#include "bindings/flat/op_lists.h"
#include "bindings/modules.h"

namespace ascendcl {

using namespace flat;  // a table of nothing else

void register_op(pybind11::module_ &module) {
    static Function functions[] = {
        bind<&aclopSetModelDir, kPath>("set_model_dir", "dir"),
        bind<&aclopLoad>("load", "model_ptr", "size"),
        body<&op_execute, &aclopExecute>("execute", "op_type", "in_desc", "inputs", "out_desc",
                                         "outputs", "attr", "stream"),
        body<&op_execute_v2, &aclopExecuteV2>("execute_v2", "op_type", "in_desc", "inputs",
                                              "out_desc", "outputs", "attr", "stream"),
        body<&op_execute_with_handle, &aclopExecWithHandle>("execute_with_handle", "handle",
                                                            "inputs", "outputs", "stream"),
        body<&op_create_handle, &aclopCreateHandle>("create_handle", "op_type", "in_desc",
                                                    "out_desc", "attr"),
        bind<&aclopDestroyHandle>("destroy_handle", "handle"),
        bind<&aclopCast>("cast", "src_desc", "src_buf", "dst_desc", "dst_buf", "truncate",
                         "stream"),
        bind<&aclopCreateHandleForCast>("create_handle_for_cast", "src_desc", "dst_desc",
                                        "truncate"),
        bind<&aclopCreateAttr>("create_attr"),
        bind<&aclopDestroyAttr, kKeepsGil>("destroy_attr", "attr"),
        bind<&aclopSetAttrBool, kKeepsGil>("set_attr_bool", "attr", "name", "value"),
        bind<&aclopSetAttrInt, kKeepsGil>("set_attr_int", "attr", "name", "value"),
        bind<&aclopSetAttrFloat, kKeepsGil>("set_attr_float", "attr", "name", "value"),
        bind<&aclopSetAttrString, kKeepsGil>("set_attr_string", "attr", "name", "value"),
        bind<&aclopSetAttrDataType, kKeepsGil | kEchoes>("set_attr_data_type", "attr", "name",
                                                         "data_type"),
        body<&set_attr_list<uint8_t, const uint8_t *, &aclopSetAttrListBool>,
             &aclopSetAttrListBool>("set_attr_list_bool", "attr", "name", "values"),
        body<&set_attr_list<int64_t, const int64_t *, &aclopSetAttrListInt>, &aclopSetAttrListInt>(
            "set_attr_list_int", "attr", "name", "values"),
        body<&set_attr_list<float, const float *, &aclopSetAttrListFloat>, &aclopSetAttrListFloat>(
            "set_attr_list_float", "attr", "name", "values"),
        body<&set_attr_list<const char *, const char **, &aclopSetAttrListString>,
             &aclopSetAttrListString>("set_attr_list_string", "attr", "name", "values"),
        body<&set_attr_list_data_type, &aclopSetAttrListDataType>("set_attr_list_data_type", "attr",
                                                                  "name", "values"),
        body<&set_attr_list_list_int, &aclopSetAttrListListInt>("set_attr_list_list_int", "attr",
                                                                "name", "values"),
        body<&op_infer_shape, &aclopInferShape>("infer_shape", "op_type", "in_desc", "inputs",
                                                "num_outputs", "out_desc", "attr"),
        body<&op_update_params, &aclopUpdateParams>("update_params", "op_type", "in_desc",
                                                    "out_desc", "attr"),
        body<&op_register_compile_func, &aclopRegisterCompileFunc>("register_compile_func",
                                                                   "op_type", "fn"),
        body<&op_unregister_compile_func, &aclopUnregisterCompileFunc>("unregister_compile_func",
                                                                       "op_type"),
        body<&op_create_kernel, &aclopCreateKernel>("create_kernel", "op_type", "kernel_id",
                                                    "kernel_name", "bin_ptr", "bin_size",
                                                    "engine_type", "deallocator_flag"),
        bind<&aclopSetKernelArgs>("set_kernel_args", "kernel_desc", "kernel_id", "block_dim",
                                  "args_ptr", "args_size"),
        bind<&aclopSetKernelWorkspaceSizes, kKeepsGil | kAddresses>(
            "set_kernel_workspace_sizes", "kernel_desc", "num", "sizes_ptr"),
        bind<&aclopSetMaxOpQueueNum>("set_max_op_queue_num", "num"),
        bind<&aclopStartDumpArgs, kPath>("start_dump_args", "dump_type", "path"),
        bind<&aclopStopDumpArgs>("stop_dump_args", "dump_type"),
    };
    add_functions(module, "acl.op", functions);
}

}  // namespace ascendcl
