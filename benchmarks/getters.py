# SPDX-License-Identifier: Apache-2.0
"""The mean cost of a flat getter, against an extension written by hand for the same C functions.

Every pyACL getter that takes nothing or one integer and answers scalars or a string is timed; the
other side is what one writes against CPython's C API (METH_VARARGS, PyArg_ParseTuple,
Py_BuildValue), made here from the headers. Both are timed in turns and the best of the rounds
counts. Getters that fail here (no such feature on the host runtime) are left out.

    python benchmarks/getters.py [--calls 50000] [--rounds 9]
"""

from __future__ import annotations

import argparse
import csv
import re
import statistics
import sys
import tempfile
import timeit
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from figures import Figures, figure
from flat_call import compile_extension
from registry import bound_text

import ascendcl

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "cmake"), str(ROOT / "tools")]

from acl_declarations import Function, functions_of  # noqa: E402
from support_table import bound_functions  # noqa: E402

HEADERS = ROOT / "third_party" / "cann" / "include"

HANDLE = ("K", "unsigned long long")
# The letter that PyArg_ParseTuple and Py_BuildValue know a C type by, and the type to hold it in.
LETTERS = {
    "size_t": HANDLE,
    "uint64_t": HANDLE,
    "int64_t": ("L", "long long"),
    "uint32_t": ("I", "unsigned int"),
    "int32_t": ("i", "int"),
    "int": ("i", "int"),
    "float": ("f", "float"),
    "aclFloat16": ("H", "unsigned short"),
    "const char *": ("s", "const char *"),
    "void *": HANDLE,
    "aclrtContext": HANDLE,
    "aclrtStream": HANDLE,
    "aclrtEvent": HANDLE,
}
for header in HEADERS.rglob("*.h"):
    for name in re.findall(r"typedef enum\b[^}]*\}\s*(acl\w+);", header.read_text("utf-8")):
        LETTERS[name] = ("i", "int")


class Getter(NamedTuple):
    """A flat getter and the C function that it asks."""

    python: str
    call: Callable[..., Any]
    function: Function
    c_parameters: list[str]
    takes: int


def base_type(parameter: str) -> str:
    """`const aclmdlDesc *` of `const aclmdlDesc *modelDesc`."""
    return re.sub(r"\s*\w+\s*$", "", parameter).strip()


def getters() -> list[Getter]:
    bound = bound_functions()
    declared = {function.name: function for function in functions_of(HEADERS)}
    found = []
    with (ROOT / "tests" / "data" / "pyacl.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            parameters = row["parameters"].split()
            kinds = [parameter.partition(":")[2].rstrip("?") for parameter in parameters]
            names = bound[row["module"], row["name"]]
            if kinds not in ([], ["int"]) or len(names) != 1 or names[0] not in declared:
                continue
            if not re.search(r"(^|_)(get|query|is|size)(_|$)", row["name"]):
                continue
            function = declared[names[0]]
            c_parameters = [p.strip() for p in function.parameters.split(",")]
            c_parameters = [p for p in c_parameters if p not in ("", "void")]
            path = [*row["module"].split(".")[1:], row["name"]]
            call: Any = ascendcl
            for part in path:
                call = getattr(call, part)
            found.append(Getter(".".join(path), call, function, c_parameters, len(kinds)))
    return found


def body(getter: Getter) -> str:
    """The hand-written function's text; KeyError where it would not be a plain getter."""
    inputs, outputs = getter.c_parameters[: getter.takes], getter.c_parameters[getter.takes :]
    lines, arguments, pattern, addresses = [], [], "", ""
    for k, parameter in enumerate(map(base_type, inputs)):
        pointer = parameter not in LETTERS and parameter.endswith("*")
        found, held_in = HANDLE if pointer else LETTERS[parameter]
        lines.append(f"{held_in} in{k};")
        arguments.append(f"({parameter})in{k}")
        pattern += found
        addresses += f", &in{k}"
    lines.append(f'if (!PyArg_ParseTuple(args, "{pattern}"{addresses})) return NULL;')
    letters, results = "", ""
    for k, parameter in enumerate(map(base_type, outputs)):
        found, held_in = LETTERS[parameter.removesuffix("*").strip()]
        lines.append(f"{held_in} out{k} = 0;")
        arguments.append(f"(void *)&out{k}")
        letters += found
        results += f"out{k}, "
    found, held_in = LETTERS[getter.function.returns.replace("aclError", "int")]
    name = getter.function.name
    lines.append(f"{held_in} ret = ({held_in}){name}({', '.join(arguments)});")
    letters += found
    if letters == "i":
        lines.append("return PyLong_FromLong(ret);")
    else:
        wrapped = f"({letters})" if results else letters
        lines.append(f'return Py_BuildValue("{wrapped}", {results}ret);')
    text = "\n    ".join(lines)
    return f"static PyObject *py_{name}(PyObject *self, PyObject *args) {{\n    {text}\n}}\n"


def extension_text(bodies: dict[str, str]) -> str:
    methods = "".join(f'{{"{name}", py_{name}, METH_VARARGS, NULL}},\n' for name in bodies)
    headers = sorted(str(path.relative_to(HEADERS)) for path in HEADERS.rglob("*.h"))
    return "\n".join(
        [
            "#define PY_SSIZE_T_CLEAN",
            "#include <Python.h>",
            *(f'#include "{header}"' for header in headers),
            *bodies.values(),
            f"static PyMethodDef methods[] = {{{methods}{{NULL, NULL, 0, NULL}}}};",
            'static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "by_hand", NULL, -1,',
            "                                    methods, NULL, NULL, NULL, NULL};",
            "PyMODINIT_FUNC PyInit_by_hand(void) { return PyModule_Create(&module); }",
        ]
    )


def objects() -> dict[str, int]:
    """A living object of each kind, by the C type of the parameter that takes it."""
    acl = ascendcl
    model_id, ret = acl.mdl.load_from_file(str(Path(acl.__file__).parent / "data" / "digits.om"))
    assert ret == 0
    desc = acl.mdl.create_desc()
    assert acl.mdl.get_desc(desc, model_id) == 0
    pointer, ret = acl.rt.malloc(64, 0)
    assert ret == 0
    dataset, buffer = acl.mdl.create_dataset(), acl.create_data_buffer(pointer, 64)
    acl.mdl.add_dataset_buffer(dataset, buffer)
    tensor = acl.create_tensor_desc(0, [2, 3], 2)
    stream, event = acl.rt.create_stream()[0], acl.rt.create_event()[0]
    return {
        "aclmdlDesc *": desc,
        "aclmdlDataset *": dataset,
        "aclDataBuffer *": buffer,
        "aclTensorDesc *": tensor,
        "aclrtStream": stream,
        "aclrtEvent": event,
        "uint32_t": model_id,
        "size_t": 0,
    }


def ratio_of_sums(*columns: Sequence[float]) -> float:
    """Of the quickest rounds: a column of ours and one of theirs for each getter."""
    best = [min(column) for column in columns]
    return sum(best[::2]) / sum(best[1::2])


def measure(calls: int = 50_000, rounds: int = 9) -> Figures:
    ascendcl.init()
    ascendcl.rt.set_device(0)
    values = objects()
    chosen, bodies = [], {}
    for getter in getters():
        try:
            text = body(getter)
        except KeyError:  # a structure, or a list
            continue
        arguments: tuple[int, ...] = ()
        if getter.takes:
            c_type = base_type(getter.c_parameters[0]).removeprefix("const ")
            arguments = (values.get(c_type, 0),)
        ascendcl.get_recent_err_msg()
        answer = getter.call(*arguments)
        failed = answer[-1] != 0 if isinstance(answer, tuple) else answer is None
        if failed or ascendcl.get_recent_err_msg() is not None:
            continue
        chosen.append((getter, arguments))
        bodies[getter.function.name] = text
    columns: list[list[float]] = []
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        by_hand = compile_extension(Path(folder), extension_text(bodies), HEADERS)
        print(f"{'getter':44}{'ascendcl':>12}{'by hand':>12}{'ratio':>8}")
        for getter, arguments in chosen:
            by_hand_call = getattr(by_hand, getter.function.name)
            call = "f(a)" if arguments else "f()"
            timers = [
                timeit.Timer(call, globals={"f": f, "a": arguments[0] if arguments else None})
                for f in (getter.call, by_hand_call)
            ]
            taken: tuple[list[float], list[float]] = ([], [])
            for _ in range(rounds):
                for times, timer in zip(taken, timers, strict=True):
                    times.append(timer.timeit(calls) / calls * 1e9)
            columns += taken
            ours, theirs = map(min, taken)
            ratios.append(ours / theirs)
            print(f"{getter.python:44}{ours:9.1f} ns{theirs:9.1f} ns{ratios[-1]:8.2f}")
    mean = figure(ratio_of_sums, *columns)
    print(
        f"{len(ratios)} getters: mean cost {mean.value:.2f} of the hand-written extension"
        f"{bound_text('getters/mean')}"
    )
    print(f"ratio of each: median {statistics.median(ratios):.2f}, highest {max(ratios):.2f}")
    return {"mean": mean}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    measure(options.calls, options.rounds)


if __name__ == "__main__":
    main()
