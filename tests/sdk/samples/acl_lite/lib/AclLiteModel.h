// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "acl/acl.h"

// The device, for the whole of a program.
class AclLiteResource {
   public:
    ~AclLiteResource();
    bool Init();

   private:
    aclrtContext context_ = nullptr;
};

class AclLiteModel {
   public:
    explicit AclLiteModel(std::string path) : path_(std::move(path)) {}
    ~AclLiteModel();
    bool Init();
    bool Execute(const std::vector<float> &input, std::vector<float> &output);

   private:
    std::string path_;
    uint32_t id_ = 0;
    std::shared_ptr<aclmdlDesc> desc_;
};
