/* load_program MODEL: "loaded", or what the runtime says. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "acl/acl.h"

int main(int argc, char **argv) {
    uint32_t id = 0;
    /* The loader may have found the library by a relative path. */
    if (argc != 2 || chdir("/") != 0) return 2;
    if (aclInit(NULL) != ACL_SUCCESS || aclrtSetDevice(0) != ACL_SUCCESS ||
        aclmdlLoadFromFile(argv[1], &id) != ACL_SUCCESS) {
        const char *said = aclGetRecentErrMsg();
        printf("%s\n", said != NULL ? said : "nothing said");
        return 1;
    }
    printf("loaded\n");
    (void)aclmdlUnload(id);
    (void)aclrtResetDevice(0);
    return aclFinalize();
}
