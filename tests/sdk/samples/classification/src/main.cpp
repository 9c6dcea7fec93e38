// main MODEL INPUT: the likeliest class, with a configuration file beside the sources.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <fstream>
#include <iterator>

#include "model_process.h"

int main(int argc, char *argv[]) {
    if (argc != 3) return 2;
    const char *aclConfigPath = "../src/acl.json";
    if (aclInit(aclConfigPath) != ACL_SUCCESS) {
        ERROR_LOG("acl init failed: %s", aclGetRecentErrMsg());
        return FAILED;
    }
    aclrtContext context = nullptr;
    aclrtStream stream = nullptr;
    if (aclrtSetDevice(0) != ACL_SUCCESS || aclrtCreateContext(&context, 0) != ACL_SUCCESS ||
        aclrtCreateStream(&stream) != ACL_SUCCESS) {
        return FAILED;
    }
    aclrtRunMode runMode;
    if (aclrtGetRunMode(&runMode) != ACL_SUCCESS) return FAILED;
    {
        std::ifstream file(argv[2], std::ios::binary);
        const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                      std::istreambuf_iterator<char>());
        ModelProcess process;
        if (process.LoadModelFromFile(argv[1]) != SUCCESS ||
            process.CreateInput(bytes) != SUCCESS || process.CreateOutput() != SUCCESS ||
            process.Execute() != SUCCESS) {
            return FAILED;
        }
        printf("class %d\n", process.BestClass());
    }
    (void)aclrtDestroyStream(stream);
    (void)aclrtDestroyContext(context);
    (void)aclrtResetDevice(0);
    return aclFinalize();
}
