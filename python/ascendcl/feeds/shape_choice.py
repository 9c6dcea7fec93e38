# SPDX-License-Identifier: Apache-2.0
"""Which shapes a model's inputs have in a run: its own, those of a gear, or any in range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ascendcl._array_checks import check_ranges
from ascendcl._wrong_arguments import WrongArgumentsError
from ascendcl.tensor_info import named_shapes

if TYPE_CHECKING:
    from ascendcl.feeds.sources import Source
    from ascendcl.model import Model
    from ascendcl.tensor_info import TensorInfo

Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class ShapeWishes:
    """What was asked for.

    Attributes
    ----------
    shapes : mapping
        Shapes by the names of inputs.
    batch : int or None
        The size of each first axis that is open.
    """

    shapes: Mapping[str, Shape] = field(default_factory=dict)
    batch: int | None = None

    def check(self, infos: Sequence[TensorInfo]) -> None:
        """Refuse names that no input has, and a batch that the model cannot have.

        Raises
        ------
        ValueError
            The name, or what the model has instead, is in the text.
        """
        names = {name for info in infos for name in (info.name, info.tensor)}
        for name in self.shapes:
            if name not in names:
                known = ", ".join(f"{info.name} {list(info.shape)}" for info in infos)
                raise WrongArgumentsError(
                    f"--input_shape: there is no input {name!r}; there are {known}"
                )
        if self.batch is None or any(info.shape[:1] == (-1,) for info in infos):
            return
        if not infos or any(info.shape[:1] != (self.batch,) for info in infos):
            known = ", ".join(f"{info.name} {list(info.shape)}" for info in infos)
            raise ValueError(
                f"--batch {self.batch}: the model has one batch, which its file sets: {known}"
            )

    def of(self, info: TensorInfo) -> Shape | None:
        """Answer the shape that was asked for of one input."""
        return self.shapes.get(info.name, self.shapes.get(info.tensor))

    def allow(self, info: TensorInfo, shape: Shape) -> bool:
        """Whether nothing else was asked for."""
        wanted = self.of(info)
        is_open = info.shape[:1] == (-1,)
        return (wanted is None or wanted == shape) and (
            self.batch is None or not is_open or shape[:1] == (self.batch,)
        )


def chosen_shapes(model: Model, sources: Sequence[Source], wishes: ShapeWishes) -> list[Shape]:
    """Answer the shape of each input in a run on these sources.

    Raises
    ------
    ValueError
        None fits, or several do; what there is is named.
    """
    infos = model.inputs
    if model.gears:
        return _of_gear(model, sources, wishes)
    shapes = []
    for info, source in zip(infos, sources, strict=True):
        shape = _open_shape(info, source, wishes) if info.ranges else info.shape
        if not wishes.allow(info, shape):
            asked = wishes.of(info)
            raise ValueError(
                f"input {info.name!r} is {list(shape)} here, and "
                + (f"--batch {wishes.batch}" if asked is None else f"--input_shape {list(asked)}")
                + " is asked for"
            )
        if info.ranges:
            check_ranges(shape, info)  # before anybody makes an array of that size
        if not source.fits(shape):
            raise ValueError(source.why_not(shape))
        shapes.append(shape)
    return shapes


def _open_shape(info: TensorInfo, source: Source, wishes: ShapeWishes) -> Shape:
    """What the file says or was asked for, in range or not."""
    shape = source.shape or wishes.of(info)
    if shape is not None:
        return shape
    sizes = [low if low == high else -1 for low, high in info.ranges]
    if wishes.batch is not None and info.shape[:1] == (-1,):
        sizes[0] = wishes.batch
    if -1 not in sizes:
        return tuple(sizes)
    limits = ",".join(
        f"{low}" if low == high else f"{low}~{'' if high is None else high}"
        for low, high in info.ranges
    )
    raise ValueError(
        f"input {info.name!r} has an open shape ({limits}), which {source.name} does not tell: "
        f"--input_shape {info.name}:..."
    )


def _of_gear(model: Model, sources: Sequence[Source], wishes: ShapeWishes) -> list[Shape]:
    infos = model.inputs
    names = [info.name for info in infos]
    allowed = [
        gear.inputs
        for gear in model.gears
        if all(wishes.allow(*each) for each in zip(infos, gear.inputs, strict=True))
    ]
    known = "; ".join(named_shapes(names, gear.inputs) for gear in model.gears)
    if not allowed:
        raise ValueError(f"no gear is what was asked for; the model was compiled for {known}")
    fitting = [
        shapes
        for shapes in allowed
        if all(source.fits(shape) for source, shape in zip(sources, shapes, strict=True))
    ]
    if len(fitting) == 1:
        return list(fitting[0])
    if fitting:
        found = "; ".join(named_shapes(names, shapes) for shapes in fitting)
        raise ValueError(f"several gears fit, --batch or --input_shape says which: {found}")
    reasons = {
        source.why_not(shape)
        for source, shape in zip(sources, allowed[-1], strict=True)
        if not source.fits(shape)
    }
    raise ValueError(f"no gear fits; the model was compiled for {known}\n" + "\n".join(reasons))
