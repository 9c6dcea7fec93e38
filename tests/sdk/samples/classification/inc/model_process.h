// A model, its description and its data sets, one after another as the samples make them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "acl/acl.h"

#define ERROR_LOG(fmt, ...) fprintf(stderr, "[ERROR] " fmt "\n", ##__VA_ARGS__)

typedef enum Result { SUCCESS = 0, FAILED = 1 } Result;

class ModelProcess {
   public:
    ~ModelProcess();
    Result LoadModelFromFile(const std::string &path);
    Result CreateInput(const std::vector<char> &bytes);
    Result CreateOutput();
    Result Execute();
    int BestClass() const;

   private:
    static void DestroyDataset(aclmdlDataset *dataset);

    uint32_t modelId_ = 0;
    bool loaded_ = false;
    aclmdlDesc *desc_ = nullptr;
    aclmdlDataset *input_ = nullptr;
    aclmdlDataset *output_ = nullptr;
};
