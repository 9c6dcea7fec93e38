// acl_dvpp.h: areas, and the settings of resizing, JPEG encoding and borders.
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/c_api/handed_out.h"
#include "host/c_api/plain_fields.h"
#include "host/checks/holds.h"
#include "host/dvpp/objects.h"
#include "host/report/report.h"

using namespace ascendcl::host;

acldvppRoiConfig *acldvppCreateRoiConfig(uint32_t left, uint32_t right, uint32_t top,
                                         uint32_t bottom) {
    return hand_out<acldvppRoiConfig>(acldvppRoiConfig{left, right, top, bottom, {}});
}

aclError acldvppDestroyRoiConfig(acldvppRoiConfig *roiConfig) {
    return guarded(__func__, [&] {
        require(roiConfig != nullptr, "roiConfig is null");
        checks::check_release(roiConfig, 1);
        take_back(roiConfig);
    });
}

aclError acldvppSetRoiConfig(acldvppRoiConfig *config, uint32_t left, uint32_t right, uint32_t top,
                             uint32_t bottom) {
    return guarded(__func__, [&] {
        require(config != nullptr, "config is null");
        config->left = left;
        config->right = right;
        config->top = top;
        config->bottom = bottom;
    });
}

aclError acldvppSetRoiConfigLeft(acldvppRoiConfig *config, uint32_t left) {
    return set_field(__func__, config, &acldvppRoiConfig::left, left);
}

aclError acldvppSetRoiConfigRight(acldvppRoiConfig *config, uint32_t right) {
    return set_field(__func__, config, &acldvppRoiConfig::right, right);
}

aclError acldvppSetRoiConfigTop(acldvppRoiConfig *config, uint32_t top) {
    return set_field(__func__, config, &acldvppRoiConfig::top, top);
}

aclError acldvppSetRoiConfigBottom(acldvppRoiConfig *config, uint32_t bottom) {
    return set_field(__func__, config, &acldvppRoiConfig::bottom, bottom);
}

acldvppResizeConfig *acldvppCreateResizeConfig() { return hand_out<acldvppResizeConfig>(); }

aclError acldvppDestroyResizeConfig(acldvppResizeConfig *resizeConfig) {
    return guarded(__func__, [&] {
        require(resizeConfig != nullptr, "resizeConfig is null");
        checks::check_release(resizeConfig, 1);
        take_back(resizeConfig);
    });
}

aclError acldvppSetResizeConfigInterpolation(acldvppResizeConfig *resizeConfig,
                                             uint32_t interpolation) {
    return set_field(__func__, resizeConfig, &acldvppResizeConfig::interpolation, interpolation);
}

uint32_t acldvppGetResizeConfigInterpolation(const acldvppResizeConfig *resizeConfig) {
    return get_field(resizeConfig, &acldvppResizeConfig::interpolation);
}

acldvppJpegeConfig *acldvppCreateJpegeConfig() { return hand_out<acldvppJpegeConfig>(); }

aclError acldvppDestroyJpegeConfig(acldvppJpegeConfig *jpegeConfig) {
    return guarded(__func__, [&] {
        require(jpegeConfig != nullptr, "jpegeConfig is null");
        checks::check_release(jpegeConfig, 1);
        take_back(jpegeConfig);
    });
}

aclError acldvppSetJpegeConfigLevel(acldvppJpegeConfig *jpegeConfig, uint32_t level) {
    return guarded(__func__, [&] {
        require(jpegeConfig != nullptr, "jpegeConfig is null");
        if (level > 100)
            throw invalid("a level goes from 0 to 100, given " + std::to_string(level));
        jpegeConfig->level = level;
    });
}

acldvppBorderConfig *acldvppCreateBorderConfig() { return hand_out<acldvppBorderConfig>(); }

aclError acldvppDestroyBorderConfig(acldvppBorderConfig *borderConfig) {
    return guarded(__func__, [&] {
        require(borderConfig != nullptr, "borderConfig is null");
        checks::check_release(borderConfig, 1);
        take_back(borderConfig);
    });
}

aclError acldvppSetBorderConfigValue(acldvppBorderConfig *borderConfig, uint32_t index,
                                     double value) {
    return guarded(__func__, [&] {
        require(borderConfig != nullptr, "borderConfig is null");
        if (index >= borderConfig->value.size()) {
            throw invalid("a border has the values 0 to 3 and no value " + std::to_string(index));
        }
        borderConfig->value[index] = value;
    });
}

double acldvppGetBorderConfigValue(const acldvppBorderConfig *borderConfig, uint32_t index) {
    if (borderConfig == nullptr || index >= borderConfig->value.size()) return 0;
    return borderConfig->value[index];
}

aclError acldvppSetBorderConfigBorderType(acldvppBorderConfig *borderConfig,
                                          acldvppBorderType borderType) {
    return set_field(__func__, borderConfig, &acldvppBorderConfig::type, borderType);
}

acldvppBorderType acldvppGetBorderConfigBorderType(const acldvppBorderConfig *borderConfig) {
    return get_field(borderConfig, &acldvppBorderConfig::type);
}

aclError acldvppSetBorderConfigTop(acldvppBorderConfig *borderConfig, uint32_t top) {
    return set_field(__func__, borderConfig, &acldvppBorderConfig::top, top);
}

uint32_t acldvppGetBorderConfigTop(const acldvppBorderConfig *borderConfig) {
    return get_field(borderConfig, &acldvppBorderConfig::top);
}

aclError acldvppSetBorderConfigBottom(acldvppBorderConfig *borderConfig, uint32_t bottom) {
    return set_field(__func__, borderConfig, &acldvppBorderConfig::bottom, bottom);
}

uint32_t acldvppGetBorderConfigBottom(const acldvppBorderConfig *borderConfig) {
    return get_field(borderConfig, &acldvppBorderConfig::bottom);
}

aclError acldvppSetBorderConfigLeft(acldvppBorderConfig *borderConfig, uint32_t left) {
    return set_field(__func__, borderConfig, &acldvppBorderConfig::left, left);
}

uint32_t acldvppGetBorderConfigLeft(const acldvppBorderConfig *borderConfig) {
    return get_field(borderConfig, &acldvppBorderConfig::left);
}

aclError acldvppSetBorderConfigRight(acldvppBorderConfig *borderConfig, uint32_t right) {
    return set_field(__func__, borderConfig, &acldvppBorderConfig::right, right);
}

uint32_t acldvppGetBorderConfigRight(const acldvppBorderConfig *borderConfig) {
    return get_field(borderConfig, &acldvppBorderConfig::right);
}
