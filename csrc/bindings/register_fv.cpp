// The flat functions of acl.fv: feature retrieval.
// SPDX-License-Identifier: Apache-2.0
#include "acl/ops/acl_fv.h"
#include "bindings/flat/function.h"
#include "bindings/modules.h"

namespace ascendcl {

using namespace flat;  // a table of nothing else

void register_fv(pybind11::module_ &module) {
    static Function functions[] = {
        bind<&aclfvCreateInitPara, kAddresses>("create_init_para", "fs_num"),
        bind<&aclfvDestroyInitPara, kKeepsGil | kAddresses>("destroy_init_para", "para"),
        bind<&aclfvSet1NTopNum, kKeepsGil | kAddresses>("set_1n_top_num", "para", "num"),
        bind<&aclfvSetNMTopNum, kKeepsGil | kAddresses>("set_nm_top_num", "para", "num"),
        bind<&aclfvInit, kAddresses>("init", "para"),
        bind<&aclfvRelease, kAddresses>("release"),
        bind<&aclfvCreateFeatureInfo, kAddresses>("create_feature_info", "id0", "id1", "offset",
                                                  "feature_len", "feature_count", "data",
                                                  "data_len"),
        bind<&aclfvDestroyFeatureInfo, kKeepsGil | kAddresses>("destroy_feature_info", "info"),
        bind<&aclfvCreateRepoRange, kAddresses>("create_repo_range", "id0_min", "id0_max",
                                                "id1_min", "id1_max"),
        bind<&aclfvDestroyRepoRange, kKeepsGil | kAddresses>("destroy_repo_range", "range"),
        bind<&aclfvRepoAdd, kAddresses>("repo_add", "type", "info"),
        bind<&aclfvRepoDel, kAddresses>("repo_del", "type", "range"),
        bind<&aclfvDel, kAddresses>("delete", "info"),
        bind<&aclfvModify, kAddresses>("modify", "info"),
        bind<&aclfvCreateQueryTable, kAddresses>("create_query_table", "query_count", "table_len",
                                                 "data", "data_len"),
        bind<&aclfvDestroyQueryTable, kKeepsGil | kAddresses>("destroy_query_table", "table"),
        bind<&aclfvCreateSearchInput, kAddresses>("create_search_input", "table", "range", "topk"),
        bind<&aclfvDestroySearchInput, kKeepsGil | kAddresses>("destroy_search_input", "input"),
        bind<&aclfvCreateSearchResult, kAddresses>("create_search_result", "query_count",
                                                   "result_num", "result_num_len", "id0", "id1",
                                                   "offset", "distance", "data_len"),
        bind<&aclfvDestroySearchResult, kKeepsGil | kAddresses>("destroy_search_result", "result"),
        bind<&aclfvSearch, kAddresses>("search", "type", "input", "result"),
    };
    add_functions(module, "acl.fv", functions);
    module.attr("destory_init_para") =
        module.attr("destroy_init_para");  // as older programs spell it
}

}  // namespace ascendcl
