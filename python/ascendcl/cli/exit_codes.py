# SPDX-License-Identifier: Apache-2.0
"""What each command's exit code means; docs/cli.md shows this table, and ``--help`` a row of it."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
FOUND: Final = 1
NOT_POSSIBLE: Final = 2  # argparse's own, too
INTERRUPTED: Final = 130
UNREAD: Final = 141

EXIT_CODES: Final[dict[str, dict[int, str]]] = {
    "inspect": {
        DONE: "the file was read, and the host runtime would refuse nothing that was looked at",
        FOUND: "the file was read, and the host runtime would refuse it, or did not look at it",
        NOT_POSSIBLE: "the file cannot be read or is no .om file, a picture cannot be written, or "
        "the arguments are wrong",
    },
    "run": {
        DONE: "all runs are done, and their outputs written",
        FOUND: "a file does not fit, or something fails",
        NOT_POSSIBLE: "the arguments are wrong: a name, an ending, a value, a missing input",
    },
    "bench": {
        DONE: "measured, and with `--compare` every output is within `--bound`",
        FOUND: "something does not fit or fails, or with `--compare` an output is beyond `--bound`",
        NOT_POSSIBLE: "the arguments are wrong, as of `run`",
    },
    "compile": {
        DONE: "the .om file is written, and verified unless it is said not to be",
        FOUND: "the model cannot be read, compiled or verified, or the file cannot be written",
        NOT_POSSIBLE: "the arguments are wrong, or a value that they name cannot be read",
    },
    "compare": {
        DONE: "every output is within `--bound`",
        FOUND: "an output is beyond `--bound`",
        NOT_POSSIBLE: "they cannot be compared, or the arguments are wrong",
    },
    "doctor": {
        DONE: "nothing is wrong",
        FOUND: "something is: each problem is told with what to do about it",
        NOT_POSSIBLE: "the arguments are wrong",
    },
    "config": {
        DONE: "what was asked for is printed",
        NOT_POSSIBLE: "nothing is asked for, or the arguments are wrong",
    },
    "sdk": {
        DONE: "the folder is made, or brought up to date",
        FOUND: "something is in the way, or cannot be written",
        NOT_POSSIBLE: "the arguments are wrong, or the folder has a colon in its path",
    },
    "demo": {
        DONE: "the digits are told apart as well as they should be",
        FOUND: "they are not, or the model cannot be run",
        NOT_POSSIBLE: "the arguments are wrong",
    },
    "any": {
        FOUND: "standard output cannot be written, or the runtime fails",
        INTERRUPTED: "Ctrl-C: runs that are under way end, nothing is left half-written",
        UNREAD: "nobody reads the output any more, as in `ascendcl bench model.om \\| head -1`",
    },
}


def told(command: str) -> str:
    """The codes of a command as a sentence for ``--help``."""
    return "Exit codes: " + "; ".join(
        f"{code}: {text}" for code, text in EXIT_CODES[command].items()
    )
