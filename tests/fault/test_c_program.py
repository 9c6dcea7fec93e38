# SPDX-License-Identifier: Apache-2.0
"""<ascendcl/fault.h> from C and C++, as the package ships it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import ascendcl as acl

PROGRAM = """
#include <stdio.h>
#include <string.h>
#include "acl/acl.h"
#include "ascendcl/fault.h"

int main(void) {
    ascendclFaultCounts counts;
    if (ascendclSetFaults("aclInit:1:507000") != ACL_SUCCESS) return 1;
    if (aclInit(NULL) != 507000 || aclInit(NULL) != ACL_SUCCESS) return 2;
    if (ascendclGetFaultCounts(&counts) != ACL_SUCCESS) return 3;
    if (counts.calls != 2 || counts.faults != 1 || strcmp(counts.last, "aclInit") != 0) return 4;
    if (ascendclSetFaults("aclInti:1") != ACL_ERROR_INVALID_PARAM) return 5;
    puts(aclGetRecentErrMsg());
    return ascendclSetFaults(NULL) + aclFinalize();
}
"""


@pytest.mark.parametrize(("suffix", "compiler"), [("c", "cc"), ("cpp", "c++")])
def test_a_program(tmp_path: Path, suffix: str, compiler: str) -> None:
    source = tmp_path / f"program.{suffix}"
    source.write_text(PROGRAM)
    binary = tmp_path / "program"
    library = acl.get_library_dir()
    flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{acl.get_include()}"]
    link = [f"-L{library}", "-lascendcl", f"-Wl,-rpath,{library}"]
    subprocess.run([compiler, *flags, source, "-o", binary, *link], check=True)
    run = subprocess.run([binary], capture_output=True, text=True, check=False)
    assert run.returncode == 0
    assert "no function that can fail is called aclInti" in run.stdout
