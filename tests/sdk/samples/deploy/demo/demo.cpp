// demo BACKEND MODEL INPUT: opens the backend at run time, as frameworks do.
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include <cstdio>
#include <fstream>
#include <vector>

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    void *backend = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (backend == nullptr) {
        std::fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    using BestClass = int (*)(const char *, const float *, size_t);
    const auto best_class = reinterpret_cast<BestClass>(dlsym(backend, "best_class"));
    std::vector<float> input(64);
    std::ifstream(argv[3], std::ios::binary)
        .read(reinterpret_cast<char *>(input.data()),
              static_cast<std::streamsize>(input.size() * sizeof(float)));
    const int found = best_class(argv[2], input.data(), input.size());
    std::printf("class %d\n", found);
    return found < 0 ? 1 : 0;
}
