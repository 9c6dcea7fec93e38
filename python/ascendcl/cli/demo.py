# SPDX-License-Identifier: Apache-2.0
"""``ascendcl demo``: a small model in memory of our own, twice, on digits it has not seen."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import ascendcl as acl
from ascendcl.cli.exit_codes import told
from ascendcl.cli.option_numbers import not_negative
from ascendcl.cli.table import print_table
from ascendcl.data import DIGITS_MODEL, digits_held_out

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

REQUIRED_ACCURACY = 0.97


def classify(
    models: list[acl.Model], images: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Run one image at a time, the models by turns.

    Returns
    -------
    digits, milliseconds : numpy.ndarray
        The likeliest digit of each image, and how long its run took.
    """
    for model in models:
        model(images[:1])  # the first run of a model is not a typical one
    digits = np.empty(len(images), np.int64)
    milliseconds = np.empty(len(images))
    for i in range(len(images)):
        start = time.perf_counter()
        probabilities = models[i % len(models)](images[i : i + 1])
        milliseconds[i] = (time.perf_counter() - start) * 1e3
        digits[i] = probabilities.argmax()
    return digits, milliseconds


def run(arguments: argparse.Namespace) -> int:
    """Classify the held-out digits; fails below the accuracy that the model is known to have."""
    held_out = digits_held_out()
    size = acl.query_size(DIGITS_MODEL)
    with (
        acl.Device(arguments.device) as device,
        acl.DeviceBuffer(size.work, device) as work,
        acl.DeviceBuffer(size.weight, device) as weight,
        acl.Model.from_file(DIGITS_MODEL, work=work, weight=weight) as first,
        acl.Model.from_file(DIGITS_MODEL, work=work, weight=weight) as second,
    ):
        digits, milliseconds = classify([first, second], held_out.images)

    accuracy = float(np.mean(digits == held_out.labels))
    runtime = acl.runtime_info()
    print_table(
        "digits.om, loaded twice into one work and one weight buffer",
        [
            ("runtime", f"{runtime.kind} ({runtime.soc or 'unknown chip'}), {runtime.library}"),
            ("work memory", f"{size.work} bytes, shared by both instances"),
            ("weight memory", f"{size.weight} bytes, shared by both instances"),
            ("digits", f"{len(digits)}, none of them seen in training"),
            ("accuracy", f"{accuracy:.2%}"),
            ("latency, median", f"{np.median(milliseconds):.3f} ms"),
            ("latency, p99", f"{np.percentile(milliseconds, 99):.3f} ms"),
        ],
    )
    if accuracy < REQUIRED_ACCURACY:
        print(f"failed: the accuracy should be at least {REQUIRED_ACCURACY:.0%}")
        return 1
    return 0


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "classify digits with a small model in user-managed memory"
    parser = commands.add_parser("demo", help=text, description=text, epilog=told("demo"))
    parser.add_argument(
        "--device", type=not_negative, default=0, help="number of the device (default: 0)"
    )
    parser.set_defaults(run=run)
