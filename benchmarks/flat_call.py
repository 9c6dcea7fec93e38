# SPDX-License-Identifier: Apache-2.0
"""What a flat call costs, against an extension written by hand for the same C function.

The extension is what one writes against CPython's C API: METH_VARARGS and PyArg_ParseTuple. Both
are timed in turns, so that whatever else the machine does hits both; the best of the rounds counts.

    python benchmarks/flat_call.py [--calls 200000] [--rounds 15]
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sysconfig
import tempfile
import timeit
from pathlib import Path
from types import ModuleType

from figures import Figure, Figures, best_ratio, figure
from registry import bound_text

import ascendcl

SOURCE = r"""
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* Resolved by the loader: ascendcl has put the runtime into the global scope. */
int aclrtGetDevice(int32_t *device);
int aclrtSetCurrentContext(void *context);
size_t aclmdlGetNumInputs(void *desc);

static PyObject *get_device(PyObject *self, PyObject *args) {
    int32_t device = 0;
    if (!PyArg_ParseTuple(args, "")) return NULL;
    int ret = aclrtGetDevice(&device);
    return Py_BuildValue("(ii)", device, ret);
}

static PyObject *set_context(PyObject *self, PyObject *args) {
    unsigned long long context;
    if (!PyArg_ParseTuple(args, "K", &context)) return NULL;
    return PyLong_FromLong(aclrtSetCurrentContext((void *)context));
}

static PyObject *get_num_inputs(PyObject *self, PyObject *args) {
    unsigned long long desc;
    if (!PyArg_ParseTuple(args, "K", &desc)) return NULL;
    return PyLong_FromSize_t(aclmdlGetNumInputs((void *)desc));
}

static PyMethodDef methods[] = {{"get_device", get_device, METH_VARARGS, NULL},
                                {"set_context", set_context, METH_VARARGS, NULL},
                                {"get_num_inputs", get_num_inputs, METH_VARARGS, NULL},
                                {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "by_hand", NULL, -1, methods,
                                    NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_by_hand(void) { return PyModule_Create(&module); }
"""


def compile_extension(folder: Path, text: str, *includes: Path) -> ModuleType:
    """The hand-written extension `by_hand`, compiled and imported."""
    source = folder / "by_hand.c"
    library = folder / "by_hand.so"
    source.write_text(text, encoding="utf-8")
    options = [f"-I{path}" for path in (sysconfig.get_paths()["include"], *includes)]
    command = ["cc", "-O3", "-shared", "-fPIC", *options, str(source), "-o", str(library)]
    subprocess.run(command, check=True)
    spec = importlib.util.spec_from_file_location("by_hand", library)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(calls: int = 200_000, rounds: int = 15) -> Figures:
    figures: dict[str, Figure] = {}
    ascendcl.init()
    ascendcl.rt.set_device(0)
    context, _ = ascendcl.rt.get_context()
    desc = ascendcl.mdl.create_desc()
    with tempfile.TemporaryDirectory() as folder:
        by_hand = compile_extension(Path(folder), SOURCE)
        cases = (
            ("rt.get_device()", ascendcl.rt.get_device, by_hand.get_device, ()),
            ("rt.set_context(c)", ascendcl.rt.set_context, by_hand.set_context, (context,)),
            ("mdl.get_num_inputs(d)", ascendcl.mdl.get_num_inputs, by_hand.get_num_inputs, (desc,)),
        )
        print(f"{'call':24}{'ascendcl':>12}{'by hand':>12}{'ratio':>8}")
        for name, ours, theirs, arguments in cases:
            assert ours(*arguments) == theirs(*arguments)
            call = f"f({', '.join(f'a{k}' for k in range(len(arguments)))})"
            names = {f"a{k}": value for k, value in enumerate(arguments)}
            timers = [timeit.Timer(call, globals={"f": f, **names}) for f in (ours, theirs)]
            taken: tuple[list[float], list[float]] = ([], [])
            for _ in range(rounds):
                for times, timer in zip(taken, timers, strict=True):
                    times.append(timer.timeit(calls) / calls * 1e9)
            figures[name] = figure(best_ratio, *taken)
            ours_ns, theirs_ns = map(min, taken)
            bound = bound_text(f"flat_call/{name}")
            print(f"{name:24}{ours_ns:9.1f} ns{theirs_ns:9.1f} ns{figures[name].value:8.2f}{bound}")
    ascendcl.mdl.destroy_desc(desc)
    ascendcl.rt.reset_device(0)
    ascendcl.finalize()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    measure(options.calls, options.rounds)


if __name__ == "__main__":
    main()
