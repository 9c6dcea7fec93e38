# SPDX-License-Identifier: Apache-2.0
"""``ascendcl bench``: how long a model takes, what it needs, and what others take for the same."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ascendcl._wrong_arguments import WrongArgumentsError
from ascendcl.cli.exit_codes import DONE, FOUND, NOT_POSSIBLE, told
from ascendcl.cli.feeding import REFUSALS, add_feeding_options, given_shapes, runs_of
from ascendcl.cli.json_text import json_text
from ascendcl.cli.model_files import refuse_om, require_om
from ascendcl.cli.option_numbers import (
    MOST_THREADS,
    bound,
    not_negative,
    percent,
    positive,
    positive_to,
    seconds,
)
from ascendcl.cli.paths import named_files, path, path_text, refuse_overwriting
from ascendcl.cli.progress_bar import progress_bar

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    from ascendcl.cli.bench_report import Report

_THREADS = "ASCENDCL_HOST_THREADS"
_SECONDS = 3.0


def run(arguments: argparse.Namespace) -> int:
    """Measure; 1 where something does not fit, fails, or computes something else."""
    from ascendcl.cli.bench_report import as_json, print_report

    try:
        report = _measured(arguments)
    except REFUSALS as error:
        print(f"ascendcl bench: {error}", file=sys.stderr)
        return NOT_POSSIBLE if isinstance(error, WrongArgumentsError) else FOUND
    if arguments.json:
        print(json_text(as_json(report)))
    else:
        print_report(report)
    problems = report.problems(arguments.bound)
    for problem in problems:
        print(f"ascendcl bench: {problem}", file=sys.stderr)
    if problems:
        files = shlex.join([arguments.model, str(arguments.compare)])
        print(
            f"ascendcl bench: `ascendcl compare {files} --bisect` tells where they depart",
            file=sys.stderr,
        )
    return FOUND if problems else DONE


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what can be told before anything is loaded."""
    from ascendcl.bench.histogram import check_plot
    from ascendcl.cli.bench_report import check_times_file

    sources = [arguments.model, *named_files(arguments.input)]
    sources += [arguments.compare] if arguments.compare else []
    if arguments.plot:
        check_plot(arguments.plot)
        refuse_overwriting("--plot", arguments.plot, sources)
        sources.append(arguments.plot)
    if arguments.times:
        check_times_file(arguments.times)
        refuse_overwriting("--times", arguments.times, sources)
    if arguments.compare and not arguments.compare.is_file():
        raise FileNotFoundError(f"--compare {arguments.compare}: there is no such file")
    given_shapes(arguments.input_shape)
    require_om(arguments.model)
    if arguments.compare:
        refuse_om(
            arguments.compare,
            ": --compare takes what it was compiled from, and ascendcl compare takes two of them",
        )


def _measured(arguments: argparse.Namespace) -> Report:
    from ascendcl.bench import Duration, run_load
    from ascendcl.bench.contest import hold_contest
    from ascendcl.bench.histogram import plot
    from ascendcl.bench.loaded import LoadedModels
    from ascendcl.bench.memory_held import MemoryHeld
    from ascendcl.bench.operators import operator_times
    from ascendcl.cli.bench_report import Report, facts_of, write_times

    _check(arguments)
    duration = Duration(arguments.iterations, arguments.seconds)
    if duration == Duration():
        duration = Duration(seconds=_SECONDS)
    if duration.runs is not None and duration.runs < arguments.threads:
        raise WrongArgumentsError(
            f"--iterations {duration.runs}: there are {arguments.threads} threads, each of which "
            "runs once at least"
        )
    count = arguments.threads
    with _compute_threads(arguments) as compute_threads:
        before = MemoryHeld.now(arguments.device)
        with LoadedModels(arguments.model, count, arguments.memory, arguments.device) as loaded:
            runs = runs_of(arguments, loaded.models[0])
            sets = [each.arrays() for each in runs]
            copies = not arguments.no_copies
            if not copies and loaded.is_dynamic:
                raise ValueError("--no-copies: with dynamic shapes the runtime copies in its call")
            if not copies and len(sets) > 1:
                raise ValueError("--no-copies: inputs are copied once, and several sets are given")
            cycles = [
                loaded.cycle(number, sets, copies=copies, pinned=arguments.pinned)
                for number in range(count)
            ]
            with progress_bar("measuring", duration, quiet=arguments.quiet) as tell:
                load = run_load(cycles, duration, warm_up=arguments.warmup, tell=tell)
            after = MemoryHeld.now(arguments.device, loaded.nbytes_of_arrays)
            model = loaded.models[0]
            operators = contest = None
            if arguments.profile:
                operators = operator_times(model, lambda: model.run(*sets[0]))
            if arguments.compare:
                with progress_bar("comparing", duration, quiet=arguments.quiet) as tell:
                    contest = hold_contest(
                        Path(arguments.model),
                        model,
                        arguments.compare,
                        sets[0],
                        threads=compute_threads or _processors(),
                        duration=duration,
                        tell=tell,
                    )
    report = Report(
        model=arguments.model,
        device=arguments.device,
        management=arguments.memory,
        is_pinned=arguments.pinned,
        compute_threads=compute_threads,
        warm_up=arguments.warmup,
        runs=tuple(runs),
        step_names=loaded.step_names(copies=copies),
        load=load,
        before=before,
        after=after,
        percents=tuple(arguments.percentile),
        operators=None if operators is None else tuple(operators),
        contest=contest,
    )
    if arguments.times:
        write_times(arguments.times, report)
    if arguments.plot:
        plot(arguments.plot, f"{arguments.model}: latency", load.latencies, facts_of(report))
    return report


@contextmanager
def _compute_threads(arguments: argparse.Namespace) -> Iterator[int | None]:
    """Have an execution on the host use as many threads as asked for, or as others get."""
    before = os.environ.get(_THREADS)
    count = arguments.compute_threads
    is_chosen = before is None or before == "0"  # by the runtime
    if count is None and arguments.compare and is_chosen:
        count = _processors()
    if count is None:
        yield int(before) if before and before.isdecimal() and not is_chosen else None
        return
    os.environ[_THREADS] = str(count)
    try:
        yield count
    finally:
        del os.environ[_THREADS]
        if before is not None:
            os.environ[_THREADS] = before


def _processors() -> int:
    return len(os.sched_getaffinity(0))


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "measure a model: latency, throughput, memory, operators"
    parser = commands.add_parser(
        "bench",
        help=text,
        description=f"{text}.",
        epilog=told("bench"),
    )
    add = parser.add_argument
    add("model", type=path_text, metavar="X.om")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--iterations", type=positive, metavar="N", help="runs in all")
    length.add_argument(
        "--seconds", type=seconds, metavar="S", help=f"begin runs for so long ({_SECONDS:g})"
    )
    add("--warmup", type=not_negative, default=10, metavar="N", help="untimed runs first (10)")
    add(
        "--threads",
        type=positive_to(MOST_THREADS),
        default=1,
        metavar="N",
        help="a load of the model on each (1)",
    )
    add(
        "--compute-threads",
        type=positive_to(MOST_THREADS),
        metavar="N",
        help=f"of one execution on the host runtime, and of those of --compare ({_THREADS})",
    )
    add(
        "--memory",
        choices=("user", "system"),
        default="user",
        help="who manages work memory and weights (user: one buffer of weights for all threads)",
    )
    add("--pinned", action="store_true", help="copy from and to page-locked memory")
    add("--no-copies", action="store_true", help="copy inputs once, and time the compute alone")
    add_feeding_options(parser, made_up="random")
    add("--device", type=not_negative, default=0, help="number of the device (0)")
    add(
        "--percentile",
        type=percent,
        action="append",
        default=[],
        metavar="P",
        help="besides 50, 90 and 99",
    )
    add("--profile", action="store_true", help="how long each operator takes, in runs of their own")
    add("--plot", type=path, metavar="FILE", help="a histogram of latencies: .html or .png")
    add("--times", type=path, metavar="FILE.csv", help="every run's times, in nanoseconds")
    add(
        "--compare",
        type=path,
        metavar="MODEL",
        help="ONNX, by OpenVINO and ONNX Runtime; or what else OpenVINO reads",
    )
    add(
        "--bound",
        type=bound,
        default=1e-2,
        help="greatest relative L2 of an output in --compare (0.01)",
    )
    add("--json", action="store_true", help="for machines")
    add("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run)
