# SPDX-License-Identifier: Apache-2.0
"""The options of ``run`` and ``bench`` that say what a model is run on."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from ascendcl._wrong_arguments import WrongArgumentsError
from ascendcl.cli.option_numbers import divisors, not_negative, numbers, positive
from ascendcl.cli.paths import named_path_text

if TYPE_CHECKING:
    from ascendcl.feeds import Run
    from ascendcl.model import Model

# What does not fit, cannot be read or written, or is not installed: told without a traceback.
REFUSALS: Final = (
    ValueError,
    TypeError,
    OSError,
    ImportError,
    NotImplementedError,
    MemoryError,
    OverflowError,
)


def add_feeding_options(parser: argparse.ArgumentParser, *, made_up: str | None) -> None:
    """Add them; `made_up` is what inputs without a file get by default."""
    add = parser.add_argument
    add(
        "--input",
        type=named_path_text,
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help=".npy, .bin or a picture, or a folder of them for as many runs; in the order of the "
        "inputs, or by name",
    )
    add(
        "--data",
        choices=("random", "zeros"),
        default=made_up,
        help="make up inputs without a file"
        + (f" (default: {made_up})" if made_up else ", which are an error unless it is given"),
    )
    add("--seed", type=not_negative, default=0, help="of random data (0)")
    add("--input_shape", default="", metavar="SHAPES", help="name:1,3,64,64;other:8 of open shapes")
    add("--batch", type=positive, help="size of the open first axis of each input")
    add("--layout", choices=("NCHW", "NHWC"), help="of inputs that take pictures, if not told")
    add("--bgr", action="store_true", help="pictures with blue before red")
    add("--mean", type=numbers, default=(0.0,), help="of pixels, for a float input: R,G,B (0)")
    add("--std", type=divisors, default=(1.0,), help="(pixel - mean) / std: R,G,B (1)")


def given_shapes(text: str) -> dict[str, tuple[int, ...]]:
    """Read ``--input_shape``.

    Raises
    ------
    WrongArgumentsError
        It is not of its form, or has no sizes.
    """
    from ascendcl.om.runnable import shapes_of
    from ascendcl.om.shapes import parse_input_shape

    try:
        return shapes_of(parse_input_shape(text)) if text else {}
    except ValueError as error:
        raise WrongArgumentsError(str(error)) from error


def runs_of(arguments: argparse.Namespace, model: Model) -> list[Run]:
    """Make the runs that the options ask for.

    Raises
    ------
    ValueError, OSError, ImportError
        Something does not fit.
    """
    from ascendcl.feeds import PictureOptions, ShapeWishes, assigned_runs

    return assigned_runs(
        model,
        arguments.input,
        filling=arguments.data,
        seed=arguments.seed,
        wishes=ShapeWishes(given_shapes(arguments.input_shape), arguments.batch),
        pictures=PictureOptions(
            layout=arguments.layout, bgr=arguments.bgr, mean=arguments.mean, std=arguments.std
        ),
    )


def described_inputs(run: Run) -> list[dict[str, object]]:
    """Answer name, dtype, shape and source of each input."""
    return [
        {
            "name": info.name,
            "dtype": str(info.dtype),
            "shape": list(shape),
            "source": source.name,
        }
        for info, shape, source in zip(run.infos, run.shapes, run.sources, strict=True)
    ]
