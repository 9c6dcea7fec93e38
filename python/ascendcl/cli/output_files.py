# SPDX-License-Identifier: Apache-2.0
"""Where outputs go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ascendcl._whole_files import written_whole
from ascendcl._wrong_arguments import WrongArgumentsError
from ascendcl.cli.paths import refuse_overwriting

if TYPE_CHECKING:
    from ascendcl.tensor_info import TensorInfo

Array: TypeAlias = npt.NDArray[Any]

ENDINGS: Final = (".npy", ".bin")
_NO_FOLDERS: Final = (".txt", ".npz", ".raw", ".csv", ".json")  # whoever writes these means files


class OutputFiles:
    """The files of each run.

    Parameters
    ----------
    given
        What ``--output`` gives: one folder, or a file per output, in order or by name; nothing
        keeps nothing.
    ending
        Of files in a folder.
    infos
        The outputs.
    names
        Of the runs: files of one run in a folder are called by the outputs, those of many by run
        and number, ``image_0.npy``.
    sources
        Files and folders that are read, in whose place nothing is written.

    Raises
    ------
    ValueError
        They cannot all be written there; a WrongArgumentsError where what is given says so.
    """

    def __init__(
        self,
        given: Sequence[str],
        ending: str,
        infos: Sequence[TensorInfo],
        names: Sequence[str],
        sources: Sequence[str | Path] = (),
    ) -> None:
        self._paths: list[list[Path | None]]
        if not given:
            self._paths = [[None] * len(infos) for _ in names]
            return
        is_folder = [not _is_file(text, infos) for text in given]
        if any(is_folder):
            if len(given) > 1:
                raise WrongArgumentsError(
                    "--output is one folder, or files that end in .npy or .bin: " + ", ".join(given)
                )
            folder = Path(given[0])
            if folder.exists() and not folder.is_dir():
                raise ValueError(f"--output {folder}: it is there and is no folder")
            refuse_overwriting("--output", folder, sources)
            self._paths = _in_folder(folder, ending, infos, names)
        else:
            if len(names) > 1:
                raise WrongArgumentsError(
                    f"--output has to be a folder: there are {len(names)} runs"
                )
            self._paths = [_by_file(given, infos)]
        for path in filter(None, (path for paths in self._paths for path in paths)):
            if path.exists():
                refuse_overwriting("--output", path, sources)

    def write(self, run: int, outputs: Sequence[Array]) -> list[Path | None]:
        """Write the outputs of one run; answers where, None of what is not kept.

        Raises
        ------
        OSError
            It cannot be written; what was there of that name is still there.
        """
        paths = self._paths[run]
        for path, array in zip(paths, outputs, strict=True):
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(path, array)
        return paths


def _is_file(text: str, infos: Sequence[TensorInfo]) -> bool:
    names = [name for info in infos for name in (info.name, info.tensor)]
    suffix = Path(text).suffix
    if suffix in ENDINGS:
        return True
    if suffix in _NO_FOLDERS or any(text.startswith(f"{name}=") for name in names):
        raise WrongArgumentsError(f"--output {text}: files are .npy or .bin")
    return False


def _in_folder(
    folder: Path, ending: str, infos: Sequence[TensorInfo], names: Sequence[str]
) -> list[list[Path | None]]:
    if len(names) == 1:
        stems = [re.sub(r"[^\w.+-]+", "_", info.tensor).strip(".") or "output" for info in infos]
        if len({stem.lower() for stem in stems}) < len(stems):  # some file systems fold case
            stems = [f"{stem}_{index}" for index, stem in enumerate(stems)]
        return [[folder / f"{stem}{ending}" for stem in stems]]
    if len({name.lower() for name in names}) < len(names):
        twice = next(name for name in names if [n.lower() for n in names].count(name.lower()) > 1)
        raise ValueError(f"--output {folder}: two inputs are called {twice!r}, and so would files")
    return [[folder / f"{name}_{index}{ending}" for index in range(len(infos))] for name in names]


def _by_file(given: Sequence[str], infos: Sequence[TensorInfo]) -> list[Path | None]:
    known = ", ".join(repr(info.name) for info in infos)
    found: dict[int, Path] = {}
    in_order = []
    for text in given:
        index, path = _named(text, infos)
        if index is None:
            in_order.append(Path(path))
        elif index in found:
            raise WrongArgumentsError(f"--output: {infos[index].name!r} is given twice")
        else:
            found[index] = Path(path)
    free = [index for index in range(len(infos)) if index not in found]
    if len(in_order) > len(free):
        raise WrongArgumentsError(
            f"--output: {len(given)} files are given, and the model has {len(infos)} outputs "
            f"({known})"
        )
    found |= dict(zip(free, in_order, strict=False))
    if len({path.absolute() for path in found.values()}) < len(found):
        raise WrongArgumentsError("--output: two outputs go to one file")
    return [found.get(index) for index in range(len(infos))]


def _named(text: str, infos: Sequence[TensorInfo]) -> tuple[int | None, str]:
    for index, info in enumerate(infos):
        for name in (info.name, info.tensor):
            if text.startswith(f"{name}="):
                return index, text[len(name) + 1 :]
    name, equals, _ = text.partition("=")
    if equals:
        known = ", ".join(repr(info.name) for info in infos)
        raise WrongArgumentsError(
            f"--output {text}: there is no output {name!r}; there are {known}"
        )
    return None, text


def _write(path: Path, array: Array) -> None:
    with written_whole(path) as part:
        if path.suffix == ".npy":
            np.save(part, array)
        else:
            part.write_bytes(np.ascontiguousarray(array).tobytes())
