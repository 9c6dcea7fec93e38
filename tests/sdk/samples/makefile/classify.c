/* classify MODEL INPUT: the likeliest class, in plain C. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "acl/acl.h"

#define PIXELS 64
#define CLASSES 10

static int fail(const char *what, int code) {
    fprintf(stderr, "%s: %d: %s\n", what, code, aclGetRecentErrMsg());
    return 1;
}

static aclmdlDataset *dataset_of(void *memory, size_t size) {
    aclmdlDataset *dataset = aclmdlCreateDataset();
    (void)aclmdlAddDatasetBuffer(dataset, aclCreateDataBuffer(memory, size));
    return dataset;
}

static void destroy(aclmdlDataset *dataset) {
    (void)aclDestroyDataBuffer(aclmdlGetDatasetBuffer(dataset, 0));
    (void)aclmdlDestroyDataset(dataset);
}

int main(int argc, char **argv) {
    float pixels[PIXELS], scores[CLASSES];
    void *input = NULL, *output = NULL;
    aclmdlDataset *inputs, *outputs;
    uint32_t id;
    int best = 0, i, code;
    FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
    if (file == NULL || fread(pixels, sizeof pixels, 1, file) != 1) return 2;
    fclose(file);

    if ((code = aclInit(NULL)) != ACL_SUCCESS) return fail("aclInit", code);
    if ((code = aclrtSetDevice(0)) != ACL_SUCCESS) return fail("aclrtSetDevice", code);
    if ((code = aclmdlLoadFromFile(argv[1], &id)) != ACL_SUCCESS) return fail(argv[1], code);
    if ((code = aclrtMalloc(&input, sizeof pixels, ACL_MEM_MALLOC_HUGE_FIRST)) != ACL_SUCCESS ||
        (code = aclrtMalloc(&output, sizeof scores, ACL_MEM_MALLOC_HUGE_FIRST)) != ACL_SUCCESS) {
        return fail("aclrtMalloc", code);
    }
    inputs = dataset_of(input, sizeof pixels);
    outputs = dataset_of(output, sizeof scores);
    if ((code = aclrtMemcpy(input, sizeof pixels, pixels, sizeof pixels,
                            ACL_MEMCPY_HOST_TO_DEVICE)) != ACL_SUCCESS ||
        (code = aclmdlExecute(id, inputs, outputs)) != ACL_SUCCESS ||
        (code = aclrtMemcpy(scores, sizeof scores, output, sizeof scores,
                            ACL_MEMCPY_DEVICE_TO_HOST)) != ACL_SUCCESS) {
        return fail("run", code);
    }
    for (i = 1; i < CLASSES; ++i) {
        if (scores[i] > scores[best]) best = i;
    }
    printf("class %d\n", best);

    destroy(inputs);
    destroy(outputs);
    (void)aclrtFree(input);
    (void)aclrtFree(output);
    (void)aclmdlUnload(id);
    (void)aclrtResetDevice(0);
    return aclFinalize();
}
