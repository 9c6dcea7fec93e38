# SPDX-License-Identifier: Apache-2.0
"""Programs in C and C++, built against the package's headers and library."""

import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

import ascendcl

COMPILERS = {".c": ("CC", "cc"), ".cpp": ("CXX", "c++")}


@pytest.fixture(scope="session")
def build() -> Callable[[Path, Path], None]:
    """Compile and link a source file into a program, with Python's own compilers."""

    def run(source: Path, program: Path) -> None:
        variable, default = COMPILERS[source.suffix]
        command = (sysconfig.get_config_var(variable) or default).split()[0]
        library = ascendcl.get_library_dir()
        compile_and_link = [command, "-Wall", "-Wextra", "-Werror", source, "-o", program]
        use = [f"-I{ascendcl.get_include()}", f"-L{library}", "-lascendcl", f"-Wl,-rpath,{library}"]
        subprocess.run([*compile_and_link, "-pthread", "-Wl,--enable-new-dtags", *use], check=True)

    return run
