# SPDX-License-Identifier: Apache-2.0
"""Which file is which input's, in one run or in as many as folders have files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy.typing as npt

from ascendcl._array_checks import checked_inputs
from ascendcl._wrong_arguments import WrongArgumentsError
from ascendcl.feeds.pictures import ENDINGS, Picture, PictureOptions
from ascendcl.feeds.shape_choice import Shape, ShapeWishes, chosen_shapes
from ascendcl.feeds.sources import BinFile, Filling, MadeUp, NpyFile, Source

if TYPE_CHECKING:
    from ascendcl.model import Model
    from ascendcl.tensor_info import TensorInfo

Array: TypeAlias = npt.NDArray[Any]

_BARE: Final = (".bin", ".raw")
_KNOWN: Final = (".npy", *_BARE, *ENDINGS)
_BY_ENDING: Final = (
    f"what it is is told by its ending: .npy, .bin, or a picture ({', '.join(ENDINGS)})"
)


@dataclass(frozen=True)
class Run:
    """One run: what it is called, its sources and the shapes that they have in it."""

    name: str
    sources: tuple[Source, ...]
    shapes: tuple[Shape, ...]
    infos: tuple[TensorInfo, ...]

    def arrays(self) -> list[Array]:
        """Read its inputs.

        Raises
        ------
        ValueError, TypeError, OSError
            A file cannot be read, or a shape is beyond the model's range.
        """
        arrays = [
            source.read(shape) for source, shape in zip(self.sources, self.shapes, strict=True)
        ]
        return checked_inputs(arrays, self.infos)


def assigned_runs(
    model: Model,
    given: Sequence[str],
    *,
    filling: Filling | None,
    seed: int = 0,
    wishes: ShapeWishes | None = None,
    pictures: PictureOptions | None = None,
) -> list[Run]:
    """Make the runs of what a command line gives.

    Parameters
    ----------
    model
        The model.
    given
        ``FILE`` or ``NAME=FILE`` each, where a folder stands for its files, one per run.
    filling
        What inputs that are not given get; None refuses that they are missing.
    seed
        Of random numbers.
    wishes
        Shapes that were asked for.
    pictures
        How pictures become inputs.

    Raises
    ------
    ValueError, OSError, ImportError
        Something does not fit; file and input are named.
    """
    infos = model.inputs
    wishes, pictures = wishes or ShapeWishes(), pictures or PictureOptions()
    wishes.check(infos)
    files = _assigned(given, infos)
    missing = [info.name for info in infos if info.name not in files]
    if missing and filling is None:
        raise WrongArgumentsError(
            f"no file is given for input {', '.join(map(repr, missing))} (--data zeros or --data "
            "random makes it up)"
        )
    lists = {name: _files_of(path) for name, path in files.items()}
    count = _common_length(files, lists)
    runs = []
    for number in range(count):
        sources: list[Source] = []
        for index, info in enumerate(infos):
            if info.name in lists:
                of_input = lists[info.name]
                path = of_input[number] if len(of_input) > 1 else of_input[0]
                sources.append(_opened(path, info, pictures))
            else:
                assert filling is not None
                sources.append(MadeUp(filling, info, (seed, number, index)))
        shapes = chosen_shapes(model, sources, wishes)
        name = next((many[number].stem for many in lists.values() if len(many) > 1), "")
        runs.append(Run(name, tuple(sources), tuple(shapes), infos))
    return runs


def _assigned(given: Sequence[str], infos: Sequence[TensorInfo]) -> dict[str, Path]:
    """The file or folder of each input that has one, by the input's name."""
    by_name: dict[str, Path] = {}
    in_order: list[Path] = []
    for text in given:
        info, rest = _named(text, infos)
        if info is None:
            in_order.append(Path(text))
        elif info.name in by_name:
            raise WrongArgumentsError(f"--input: {info.name!r} is given twice")
        else:
            by_name[info.name] = Path(rest)
    free = [info.name for info in infos if info.name not in by_name]
    if len(in_order) > len(free):
        known = ", ".join(repr(info.name) for info in infos)
        raise WrongArgumentsError(
            f"--input: {len(given)} are given, and the model takes {len(infos)} ({known})"
        )
    found = {**by_name, **dict(zip(free, in_order, strict=False))}
    for name, path in found.items():
        if not path.exists():
            raise FileNotFoundError(f"{path}: there is no such file (input {name!r})")
        if path.is_file() and path.suffix.lower() not in _KNOWN:
            raise WrongArgumentsError(f"{path}: {_BY_ENDING}")
    return found


def _named(text: str, infos: Sequence[TensorInfo]) -> tuple[TensorInfo | None, str]:
    """The input of ``NAME=FILE``, if it is that; names and files may hold equals signs."""
    for info in infos:
        for name in (info.name, info.tensor):
            if text.startswith(f"{name}="):
                return info, text[len(name) + 1 :]
    name, equals, _ = text.partition("=")
    if equals and not Path(text).exists():
        known = ", ".join(repr(info.name) for info in infos)
        raise WrongArgumentsError(f"--input {text}: there is no input {name!r}; there are {known}")
    return None, text


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(each for each in path.iterdir() if not each.name.startswith("."))
    if not files:
        raise ValueError(f"{path}: the folder is empty")
    return files


def _common_length(files: dict[str, Path], lists: dict[str, list[Path]]) -> int:
    """How many runs there are; a single file is the same in all of them."""
    many = {name: len(found) for name, found in lists.items() if len(found) > 1}
    if len(set(many.values())) > 1:
        counts = ", ".join(f"{files[name]}: {count}" for name, count in many.items())
        raise ValueError(f"the folders have different numbers of files ({counts})")
    return max(many.values(), default=1)


def _opened(path: Path, info: TensorInfo, pictures: PictureOptions) -> Source:
    ending = path.suffix.lower()
    if path.is_dir():
        raise ValueError(f"{path}: it is a folder inside of a folder of inputs")
    if not path.is_file():
        raise ValueError(f"{path}: it is a pipe or a device, and a file is wanted")
    if ending == ".npy":
        return NpyFile(path, info)
    if ending in _BARE:
        return BinFile(path, info)
    if ending in ENDINGS:
        return Picture(path, info, pictures)
    raise ValueError(f"{path}: {_BY_ENDING}")
