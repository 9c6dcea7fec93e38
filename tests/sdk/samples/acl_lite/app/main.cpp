// main MODEL INPUT: the likeliest class.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "AclLiteModel.h"

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    AclLiteResource resource;
    if (!resource.Init()) return 1;
    std::vector<float> input(64), output;
    std::ifstream(argv[2], std::ios::binary)
        .read(reinterpret_cast<char *>(input.data()),
              static_cast<std::streamsize>(input.size() * sizeof(float)));
    AclLiteModel model(argv[1]);
    if (!model.Init() || !model.Execute(input, output)) {
        fprintf(stderr, "%s\n", aclGetRecentErrMsg());
        return 1;
    }
    printf("class %td\n", std::max_element(output.begin(), output.end()) - output.begin());
    return 0;
}
