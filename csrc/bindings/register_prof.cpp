// The flat functions of acl.prof: profiling.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl_prof.h"
#include "bindings/flat/function.h"
#include "bindings/flat/profiling.h"
#include "bindings/modules.h"

namespace ascendcl {

using namespace flat;  // a table of nothing else

void register_prof(pybind11::module_ &module) {
    static Function functions[] = {
        body<&prof_init, &aclprofInit>("init", "result_path"),
        bind<&aclprofFinalize>("finalize"),
        body<&prof_create_config, &aclprofCreateConfig>(
            "create_config", "device_ids", "aicore_metrics", "aicore_events", "data_type_config"),
        bind<&aclprofDestroyConfig>("destroy_config", "config"),
        bind<&aclprofStart>("start", "config"),
        bind<&aclprofStop>("stop", "config"),
        body<&prof_set_config, &aclprofSetConfig>("set_config", "config_type", "value"),
        bind<&aclprofModelSubscribe>("model_subscribe", "model_id", "sub_config"),
        bind<&aclprofModelUnSubscribe>("model_unsubscribe", "model_id"),
        body<&prof_create_subscribe_config, &aclprofCreateSubscribeConfig>(
            "create_subscribe_config", "time_info_switch", "aicore_metrics", "fd"),
        bind<&aclprofDestroySubscribeConfig>("destroy_subscribe_config", "config"),
        bind<&aclprofGetOpDescSize, kKeepsGil>("get_op_desc_size"),
        bind<&aclprofGetOpNum, kKeepsGil>("get_op_num", "op_info", "len"),
        body<&prof_op_type, &aclprofGetOpType>("get_op_type", "op_info", "len", "index",
                                               "type_len"),
        body<&prof_op_name, &aclprofGetOpName>("get_op_name", "op_info", "len", "index",
                                               "name_len"),
        body<&prof_op_type_v2, &aclprofGetOpTypeLen, &aclprofGetOpType>("get_op_type_v2", "op_info",
                                                                        "len", "index"),
        body<&prof_op_name_v2, &aclprofGetOpNameLen, &aclprofGetOpName>("get_op_name_v2", "op_info",
                                                                        "len", "index"),
        bind<&aclprofGetOpTypeLen, kKeepsGil>("get_op_type_len", "op_info", "len", "index"),
        bind<&aclprofGetOpNameLen, kKeepsGil>("get_op_name_len", "op_info", "len", "index"),
        bind<&aclprofGetOpStart>("get_op_start", "op_info", "len", "index"),
        bind<&aclprofGetOpEnd>("get_op_end", "op_info", "len", "index"),
        bind<&aclprofGetOpDuration>("get_op_duration", "op_info", "len", "index"),
        bind<&aclprofGetModelId>("get_model_id", "op_info", "len", "index"),
        bind<&aclprofCreateStepInfo>("create_step_info"),
        bind<&aclprofDestroyStepInfo, kKeepsGil>("destroy_step_info", "step_info"),
        bind<&aclprofGetStepTimestamp>("get_step_timestamp", "step_info", "tag", "stream"),
        bind<&aclprofCreateStamp>("create_stamp"),
        bind<&aclprofDestroyStamp, kKeepsGil>("destroy_stamp", "stamp"),
        bind<&aclprofPush>("push", "stamp"),
        bind<&aclprofPop>("pop"),
        bind<&aclprofRangeStart>("range_start", "stamp"),
        bind<&aclprofRangeStop>("range_stop", "range_id"),
        bind<&aclprofSetStampTraceMessage>("set_stamp_trace_message", "stamp", "msg", "msg_len"),
        bind<&aclprofMark>("mark", "stamp"),
        body<&prof_mark_ex, &aclprofMarkEx>("mark_ex", "msg", "stream"),
    };
    add_functions(module, "acl.prof", functions);
    module.attr("model_un_subscribe") =
        module.attr("model_unsubscribe");  // as older programs spell it
}

}  // namespace ascendcl
