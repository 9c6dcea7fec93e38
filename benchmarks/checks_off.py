# SPDX-License-Identifier: Apache-2.0
"""What the checks (strict rules, faults, trace) cost while they are off: an execute of digits.om.

Two builds of libascendcl.so are loaded into one C program, which executes the same model through
each in turns: the installed one, and one made from a commit before the checks came in, or any
other. Both are built alike, their engine beside them. The best of the rounds counts.

    python benchmarks/checks_off.py --baseline BUILD/_host/libascendcl.so [--rounds 400]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

import openvino
from figures import Figures, best_ratio, figure
from registry import bound_text

import ascendcl

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "acl/acl.h"

struct runtime {
    aclError (*execute)(uint32_t, const aclmdlDataset *, aclmdlDataset *);
    uint32_t model;
    aclmdlDataset *inputs, *outputs;
    double *times;
};

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (!found) { fprintf(stderr, "%s\n", dlerror()); exit(1); }
    return found;
}
#define CALL(name, ...)                                                              \
    do {                                                                             \
        aclError ret = ((__typeof__(&name))symbol(library, #name))(__VA_ARGS__);     \
        if (ret) { fprintf(stderr, #name ": %d\n", ret); exit(1); }                  \
    } while (0)
#define GET(name, ...) (((__typeof__(&name))symbol(library, #name))(__VA_ARGS__))

static aclmdlDataset *dataset(void *library, size_t size) {
    void *memory = NULL;
    CALL(aclrtMalloc, &memory, size, ACL_MEM_MALLOC_HUGE_FIRST);
    CALL(aclrtMemset, memory, size, 0, size);
    aclmdlDataset *set = GET(aclmdlCreateDataset);
    CALL(aclmdlAddDatasetBuffer, set, GET(aclCreateDataBuffer, memory, size));
    return set;
}

static struct runtime start(const char *path, const char *om) {
    struct runtime it = {0};
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) { fprintf(stderr, "%s\n", dlerror()); exit(1); }
    CALL(aclInit, NULL);
    CALL(aclrtSetDevice, 0);
    CALL(aclmdlLoadFromFile, om, &it.model);
    aclmdlDesc *desc = GET(aclmdlCreateDesc);
    CALL(aclmdlGetDesc, desc, it.model);
    it.inputs = dataset(library, GET(aclmdlGetInputSizeByIndex, desc, 0));
    it.outputs = dataset(library, GET(aclmdlGetOutputSizeByIndex, desc, 0));
    it.execute = (__typeof__(it.execute))symbol(library, "aclmdlExecute");
    return it;
}

int main(int argc, char **argv) {
    const int rounds = atoi(argv[3]), calls = 500;
    struct runtime both[2] = {start(argv[1], argv[4]), start(argv[2], argv[4])};
    for (int k = 0; k < 2; ++k) both[k].times = malloc(rounds * sizeof(double));
    for (int round = 0; round < rounds; ++round) {
        for (int k = 0; k < 2; ++k) {
            struct runtime *it = &both[(k + round) % 2];
            struct timespec a, b;
            it->execute(it->model, it->inputs, it->outputs);
            clock_gettime(CLOCK_MONOTONIC, &a);
            for (int n = 0; n < calls; ++n) it->execute(it->model, it->inputs, it->outputs);
            clock_gettime(CLOCK_MONOTONIC, &b);
            it->times[round] =
                ((b.tv_sec - a.tv_sec) * 1e6 + (b.tv_nsec - a.tv_nsec) * 1e-3) / calls;
        }
    }
    for (int round = 0; round < rounds; ++round)
        printf("%.6f %.6f\n", both[0].times[round], both[1].times[round]);
    fflush(stdout);
    _Exit(0);
}
"""


def measure(baseline: str | Path, rounds: int = 400) -> Figures:
    installed = Path(ascendcl.get_library_dir()) / "libascendcl.so"
    model = Path(ascendcl.__file__).parent / "data" / "digits.om"
    environment = dict(os.environ, LD_LIBRARY_PATH=str(Path(openvino.__file__).parent / "libs"))
    with tempfile.TemporaryDirectory() as folder:
        program, source = Path(folder) / "execute", Path(folder) / "execute.c"
        source.write_text(SOURCE, encoding="utf-8")
        command = ["cc", "-O2", f"-I{ascendcl.get_include()}", str(source), "-ldl"]
        subprocess.run([*command, "-o", str(program)], check=True)
        command = [program, installed, Path(baseline).resolve(), str(rounds), model]
        done = subprocess.run(
            command, check=True, env=environment, stdout=subprocess.PIPE, text=True
        )
    pairs = [tuple(map(float, line.split())) for line in done.stdout.splitlines()]
    ours, theirs = zip(*pairs, strict=True)
    found = figure(best_ratio, ours, theirs)
    print(
        f"installed {min(ours):.3f} us, baseline {min(theirs):.3f} us, ratio {found.value:.4f}"
        f"{bound_text('checks_off/execute')}"
    )
    return {"execute": found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--baseline", type=Path, required=True, help="the other libascendcl.so")
    parser.add_argument("--rounds", type=int, default=400)
    options = parser.parse_args()
    measure(options.baseline, options.rounds)


if __name__ == "__main__":
    main()
