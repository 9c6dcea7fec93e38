# SPDX-License-Identifier: Apache-2.0
"""Programs that keep the rules hear nothing of strict mode, in the mode that lets calls fail."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parents[1] / "clients"
PROGRAMS = sorted(
    path.stem
    for path in CLIENTS.glob("*.py")
    if not path.stem.startswith("test_") and "def main(" in path.read_text(encoding="utf-8")
)

# tests/clients/test_clients.py has their files, and runs them in this mode.
OF_FILES = {"batch_crops", "letterbox_detection", "picture_classification", "video_frames"}


def run_silently(folder: Path, *command: object) -> None:
    paths = [str(CLIENTS), str(CLIENTS.parent), *filter(None, sys.path)]
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-W", "error", *map(str, command)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "ASCENDCL_STRICT": "fail"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("program", sorted({*PROGRAMS} - OF_FILES - {"run_client"}))
def test_flat_programs(program: str, tmp_path: Path) -> None:
    run_silently(tmp_path, "-m", "run_client", program, tmp_path / "results.npy")


def test_models_that_share_memory(tmp_path: Path) -> None:
    """Two loads on two threads with one weight buffer and one workspace; copies by a stream."""
    script = tmp_path / "share.py"
    script.write_text(
        textwrap.dedent(
            """
            import threading
            import numpy as np
            import ascendcl as acl
            from ascendcl.data import DIGITS_MODEL, digits_held_out

            images = digits_held_out().images
            need = acl.query_size(DIGITS_MODEL)
            failed = []

            def run(model):
                try:
                    for image in images[:50]:
                        model(image.reshape(model.inputs[0].shape))
                except BaseException as error:
                    failed.append(error)

            with acl.Device(0), acl.DeviceBuffer(need.work) as work:
                with acl.DeviceBuffer(need.weight) as weight, acl.Stream() as stream:
                    data = np.arange(need.work, dtype=np.uint8)
                    work.copy_from(data, stream)
                    work.copy_to(data, stream)
                    with (
                        acl.Model.from_file(DIGITS_MODEL, work=work, weight=weight) as first,
                        acl.Model.from_file(DIGITS_MODEL, work=work, weight=weight) as second,
                    ):
                        threads = [threading.Thread(target=run, args=(m,)) for m in (first, second)]
                        for thread in threads:
                            thread.start()
                        for thread in threads:
                            thread.join()
            if failed:
                raise failed[0]
            """
        )
    )
    run_silently(tmp_path, script)


def test_objects_left_to_the_end_of_the_process(tmp_path: Path) -> None:
    """The package releases them in order, before it finalizes."""
    script = tmp_path / "left.py"
    script.write_text(
        textwrap.dedent(
            """
            import ascendcl as acl
            from ascendcl.data import DIGITS_MODEL

            need = acl.query_size(DIGITS_MODEL)
            work, weight = acl.DeviceBuffer(need.work), acl.DeviceBuffer(need.weight)
            model = acl.Model.from_file(DIGITS_MODEL, work=work, weight=weight)
            stream = acl.Stream()
            """
        )
    )
    run_silently(tmp_path, script)
