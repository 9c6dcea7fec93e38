// acl/acl_op.h: attributes.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl_op.h"
#include "host/c_api/handed_out.h"
#include "host/ops/attributes.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

// `message` makes the AttrDef message.
template <typename Message>
aclError set(const char *function, aclopAttr *attr, const char *name, Message &&message) {
    return guarded(function, [&] {
        require(attr != nullptr, "attr is null");
        require(name != nullptr, "attrName is null");
        attr->values[name] = message();
    });
}

template <typename T>
std::vector<T> list_of(int count, const T *values) {
    require(count >= 0, "numValues is negative");
    require(count == 0 || values != nullptr, "values is null");
    return count == 0 ? std::vector<T>{} : std::vector<T>(values, values + count);
}

}  // namespace

aclopAttr *aclopCreateAttr(void) { return hand_out<aclopAttr>(); }

void aclopDestroyAttr(const aclopAttr *attr) { take_back(attr); }

aclError aclopSetAttrBool(aclopAttr *attr, const char *attrName, uint8_t attrValue) {
    return set(__func__, attr, attrName, [&] { return ops::boolean_attribute(attrValue != 0); });
}

aclError aclopSetAttrInt(aclopAttr *attr, const char *attrName, int64_t attrValue) {
    return set(__func__, attr, attrName, [&] { return ops::integer_attribute(attrValue); });
}

aclError aclopSetAttrFloat(aclopAttr *attr, const char *attrName, float attrValue) {
    return set(__func__, attr, attrName, [&] { return ops::real_attribute(attrValue); });
}

aclError aclopSetAttrString(aclopAttr *attr, const char *attrName, const char *attrValue) {
    return set(__func__, attr, attrName, [&] {
        require(attrValue != nullptr, "attrValue is null");
        return ops::text_attribute(attrValue);
    });
}

aclError aclopSetAttrDataType(aclopAttr *attr, const char *attrName, aclDataType attrValue) {
    return set(__func__, attr, attrName, [&] { return ops::data_type_attribute(attrValue); });
}

aclError aclopSetAttrListDataType(aclopAttr *attr, const char *attrName, int numValues,
                                  const aclDataType values[]) {
    return set(__func__, attr, attrName,
               [&] { return ops::data_type_list(list_of(numValues, values)); });
}

aclError aclopSetAttrListBool(aclopAttr *attr, const char *attrName, int numValues,
                              const uint8_t *values) {
    return set(__func__, attr, attrName,
               [&] { return ops::boolean_list(list_of(numValues, values)); });
}

aclError aclopSetAttrListInt(aclopAttr *attr, const char *attrName, int numValues,
                             const int64_t *values) {
    return set(__func__, attr, attrName,
               [&] { return ops::integer_list(list_of(numValues, values)); });
}

aclError aclopSetAttrListFloat(aclopAttr *attr, const char *attrName, int numValues,
                               const float *values) {
    return set(__func__, attr, attrName,
               [&] { return ops::real_list(list_of(numValues, values)); });
}

aclError aclopSetAttrListString(aclopAttr *attr, const char *attrName, int numValues,
                                const char **values) {
    return set(__func__, attr, attrName, [&] {
        std::vector<std::string_view> texts;
        for (const char *text : list_of<const char *>(numValues, values)) {
            require(text != nullptr, "one of the values is null");
            texts.emplace_back(text);
        }
        return ops::text_list(texts);
    });
}

aclError aclopSetAttrListListInt(aclopAttr *attr, const char *attrName, int numLists,
                                 const int *numValues, const int64_t *const values[]) {
    return set(__func__, attr, attrName, [&] {
        require(numLists >= 0, "numLists is negative");
        require(numLists == 0 || (numValues != nullptr && values != nullptr), "a list is null");
        std::vector<std::vector<int64_t>> lists;
        lists.reserve(static_cast<size_t>(numLists));
        for (int i = 0; i < numLists; ++i) lists.push_back(list_of(numValues[i], values[i]));
        return ops::integer_lists(lists);
    });
}
