# SPDX-License-Identifier: Apache-2.0
"""A C program as the public samples of VDEC and VENC are, with a codec of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import acl
import ascendcl

SOURCE = Path(__file__).parent / "video_program.c"
FAILED = 500001
DECODED = f"""\
decoded 2 {FAILED} 0x0 7 7 7 1
decoded 0 0 128x128 10 11 12 1
decoded 1 0 128x128 20 21 22 1
decoded 3 0 128x128 40 41 42 1
decoded 4 0 128x128 50 51 52 1
decoded 5 0 128x128 60 61 62 1
after the end: 6 callbacks
"""
ENCODED = f"""\
encoded 2 {FAILED} 0 0 1 1
encoded 0 0 1 20 1 1
encoded 1 0 1 40 1 1
encoded 3 0 1 80 1 1
encoded 4 0 1 100 1 1
encoded 5 0 1 120 1 1
after the end: 6 callbacks
"""
EXPECTED = 2 * DECODED + 2 * ENCODED + "without a codec: 200001\n"


@pytest.mark.skipif(acl.runtime_info().kind != "host", reason="it brings a codec")
@pytest.mark.skipif(shutil.which("cc") is None, reason="no cc")
@pytest.mark.parametrize("strict", ["off", "fail"])
def test_video_program(tmp_path: Path, strict: str) -> None:
    library = ascendcl.get_library_dir()
    flags = ["-Wall", "-Wextra", "-Werror", f"-I{ascendcl.get_include()}", "-pthread"]
    link = [f"-L{library}", "-lascendcl", f"-Wl,-rpath,{library}", "-Wl,--enable-new-dtags"]
    program = tmp_path / "program"
    subprocess.run(["cc", *flags, SOURCE, "-o", program, *link], check=True)
    run = subprocess.run(
        [program],
        env={**os.environ, "ASCENDCL_STRICT": strict, "ASCENDCL_LOG": "off"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.stdout.startswith(EXPECTED), run.stdout + run.stderr
    assert 'pip install "ascendcl[media]"' in run.stdout
    assert (run.returncode, run.stderr) == (0, "")
