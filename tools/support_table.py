#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/support.md: which flat functions the host runtime supports, read off the sources.

python tools/support_table.py            writes it
python tools/support_table.py --check    answers 1 when it is not up to date
"""

from __future__ import annotations

import ast
import csv
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

from generated_document import write_or_check

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "cmake"))

from acl_declarations import defined_functions, functions_of  # noqa: E402

TARGET = ROOT / "docs" / "support.md"

_NO_CANN = "no package of CANN is installed"

# What a body in c_api does not tell. REFUSED: checks its arguments and then supports nothing.
REFUSED = {
    "aclmdlBundleGetModelId": "no bundle can be loaded",
    "aclmdlBundleGetModelNum": "no bundle can be loaded",
    "aclmdlBundleLoadFromFile": "no bundle can be loaded",
    "aclmdlBundleLoadFromMem": "no bundle can be loaded",
    "aclmdlBundleUnload": "no bundle can be loaded",
    "aclmdlLoadFromFileWithQ": "there are no queues",
    "aclmdlLoadFromMemWithQ": "there are no queues",
    "aclmdlSetDump": "nothing can be dumped",
    "aclsysGetCANNVersion": _NO_CANN,
    "aclsysGetVersionStr": _NO_CANN,
}
_POLICY = "the policy of huge or normal pages is ignored"
_OPTION = "the value is kept and has no effect"
_LIMIT = "the limit is kept and has no effect"
_ALLOCATOR = "what is registered is kept and never asked for memory: no operator needs a workspace"
_ONE_GROUP = "there is one group, of all cores"
_TIMEOUT = "the time is kept and no operator stopped for it"
_OP = (
    "the ops that the engine knows, without a single-op model; layouts ND, NCHW, NHWC, HWCN; "
    "no int64 (but for constants) and no double"
)
_CAST = f"{_OP}; `truncate` changes nothing"
_OP_FILE = "files are checked and not kept: ops are compiled when they are called"
_BLAS = "no fractal layouts (`ACL_TRANS_NZ`)"
_SESSION = "writes one file, `op_summary_PID_N.csv`, of what was asked for (docs/profiling.md)"
_METRICS = "there are no AI Core metrics: times only"
DEVIATING = {
    "aclGetDeviceCapability": "cores and cache are the CPU's",
    "aclblasCreateHandleForGemmEx": _BLAS,
    "aclblasCreateHandleForGemvEx": _BLAS,
    "aclblasCreateHandleForHgemm": _BLAS,
    "aclblasCreateHandleForHgemv": _BLAS,
    "aclblasCreateHandleForS8gemm": _BLAS,
    "aclblasCreateHandleForS8gemv": _BLAS,
    "aclblasGemmEx": _BLAS,
    "aclblasGemvEx": _BLAS,
    "aclblasHgemm": _BLAS,
    "aclblasHgemv": _BLAS,
    "aclblasS8gemm": _BLAS,
    "aclblasS8gemv": _BLAS,
    "aclmdlFinalizeDump": "nothing is dumped",
    "aclmdlInitDump": "nothing is dumped",
    "aclmdlLoadWithConfig": "queues and external weights are refused",
    "aclmdlSetAIPPInputFormat": "RAW formats are refused: how their bytes lie is not documented",
    "aclmdlSetAIPPScfParams": "kept, and refused where it is on: documented as reserved",
    "aclopCast": _CAST,
    "aclopCreateHandle": _OP,
    "aclopCreateHandleForCast": _CAST,
    "aclopExecute": _OP,
    "aclopExecuteV2": _OP,
    "aclopInferShape": _OP,
    "aclopLoad": _OP_FILE,
    "aclopSetModelDir": _OP_FILE,
    "aclprofCreateConfig": _METRICS,
    "aclprofCreateSubscribeConfig": _METRICS,
    "aclprofInit": _SESSION,
    "aclprofModelSubscribe": "ops are as the engine fused them; only lengths are measured",
    "aclprofSetConfig": "the setting is checked and has no effect",
    "aclrtAllocatorRegister": _ALLOCATOR,
    "aclrtCmoAsync": "checks its arguments only: caches are coherent",
    "aclrtCtxSetSysParamOpt": _OPTION,
    "aclrtDeviceTaskAbort": "a host function that runs is not waited for",
    "aclrtGetDeviceCapability": "every feature is answered as not supported",
    "aclrtGetDeviceInfo": "cores, memory and cache are the CPU's; other attributes are refused",
    "aclrtGetDeviceUtilizationRate": "-1 for Cube, Vector and AI CPU, of which a host has none",
    "aclrtGetDevicesTopo": "answers SYS: what lies between devices is the host's own bus",
    "aclrtGetGroupCount": _ONE_GROUP,
    "aclrtGetOverflowStatus": "always 0: floats overflow to infinity, nothing saturates",
    "aclrtGetSocName": "answers Host",
    "aclrtMalloc": _POLICY,
    "aclrtMallocAlign32": _POLICY,
    "aclrtMallocCached": _POLICY,
    "aclrtMallocForTaskScheduler": _POLICY,
    "aclrtMallocWithCfg": _POLICY,
    "aclrtMemFlush": "checks its arguments only: caches are coherent",
    "aclrtMemInvalidate": "checks its arguments only: caches are coherent",
    "aclrtReserveMemAddress": "the flag of huge or normal pages is ignored",
    "aclrtSetDeviceResLimit": _LIMIT,
    "aclrtSetDeviceSatMode": "saturation is refused (207000): floats overflow to infinity",
    "aclrtSetGroup": _ONE_GROUP,
    "aclrtSetOpExecuteTimeOut": _TIMEOUT,
    "aclrtSetOpExecuteTimeOutV2": _TIMEOUT,
    "aclrtSetStreamAttribute": "of the values only the failure mode has an effect",
    "aclrtSetStreamOverflowSwitch": _OPTION,
    "aclrtSetStreamResLimit": _LIMIT,
    "aclrtSetSysParamOpt": _OPTION,
}

YES, DEVIATES, NO = "yes", "deviates", "no"

HEAD = """\
# What the host runtime supports

Written by `tools/support_table.py` from the sources; do not edit.
It lists the flat functions (`acl.rt.malloc`), the C functions behind them, and what becomes of them
on the host runtime. On an NPU they are CANN's.

| on the host runtime | meaning | functions |
|---|---|--:|
{totals}

A function that is not supported answers 200001 (`ACL_ERROR_API_NOT_SUPPORT`), or, where it answers
no code, 0 or nothing; `acl.get_recent_err_msg()` names it. One with a remark checks its arguments
before.

Which models can be run is another matter: that depends on their operators. Models with several
sizes (gears) can. With dynamic shapes those can that are in one part, in plain layouts, and without
convolutions, pools and other ops whose output shape only the file says. Bundles cannot.

Image preprocessing (AIPP) is done for static settings in a file of ATC's, and for static and
dynamic ones in files of `ascendcl compile`; in models with dynamic shapes it is refused, and of
ATC's files where it is dynamic or stands before gears, of which none was seen. What the
documentation leaves open of it (roundings, the order of a pixel's bytes, which biases count) is
listed in [aipp.md](aipp.md).

From which version of CANN on a function exists is not listed: our sources do not tell. One that the
installed CANN lacks raises `NotImplementedError`.
"""

_BOUND = re.compile(r'\b(?:bind|body|body_optional)<([^"]*?)>\(\s*"(\w+)"')
_ALIAS = re.compile(r'\.attr\("(\w+)"\)\s*=\s*\w+\.attr\("(\w+)"\)')
_MODULE = re.compile(r'add_functions\(module, "([\w.]+)"')


def bound_functions() -> dict[tuple[str, str], list[str]]:
    """For each flat function (module, name) the C functions that it is made of."""
    bound: dict[tuple[str, str], list[str]] = {}
    for path in sorted((ROOT / "csrc" / "bindings").glob("register_*.cpp")):
        text = path.read_text(encoding="utf-8")
        module = _MODULE.search(text)
        if module is None:
            continue
        for arguments, name in _BOUND.findall(text):
            c_functions = dict.fromkeys(re.findall(r"&(acl\w+)", arguments))
            bound[module[1], name] = list(c_functions)
        for alias, name in _ALIAS.findall(text):
            bound[module[1], alias] = bound[module[1], name]
    return bound


def host_functions() -> set[str]:
    """The C functions that the host runtime has a body for."""
    names: set[str] = set()
    for path in sorted((ROOT / "csrc" / "host" / "c_api").rglob("*.cpp")):
        names |= defined_functions(path.read_text(encoding="utf-8"))
    return names


def status(c_functions: list[str], declared: set[str], on_host: set[str]) -> tuple[str, str]:
    """What the host runtime makes of a flat function, and a remark."""
    if not c_functions:
        return YES, "needs no C function"
    if not declared.issuperset(c_functions):
        return NO, "raises `NotImplementedError`"
    if not on_host.issuperset(c_functions):
        return NO, ""
    for remarks, answer in ((REFUSED, NO), (DEVIATING, DEVIATES)):
        for name in c_functions:
            if name in remarks:
                return answer, remarks[name]
    return YES, ""


def table() -> str:
    """The text of docs/support.md."""
    bound, on_host = bound_functions(), host_functions()
    declared = {function.name for function in functions_of(ROOT / "third_party/cann/include")}
    if unknown := (REFUSED.keys() | DEVIATING.keys()) - (on_host & declared):
        raise ValueError(f"remarks on functions that have no body: {sorted(unknown)}")
    rows: dict[str, list[tuple[str, str]]] = {}
    with (ROOT / "tests" / "data" / "pyacl.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            c_functions = bound[row["module"], row["name"]]
            answer, remark = status(c_functions, declared, on_host)
            cells = [f"`{row['name']}`", ", ".join(f"`{name}`" for name in c_functions)]
            line = "| " + " | ".join([*cells, answer, remark]) + " |"
            rows.setdefault(row["module"], []).append((answer, line))
    answers = [answer for module in rows.values() for answer, _ in module]
    meanings = {
        YES: "supported",
        DEVIATES: "supported, but for what the remark says",
        NO: "not supported",
    }
    lines = [f"| {key} | {meanings[key]} | {answers.count(key)} |" for key in meanings]
    text = HEAD.format(totals="\n".join(lines))
    for module, entries in rows.items():
        supported = sum(answer != NO for answer, _ in entries)
        text += f"\n## {module}: {supported} of {len(entries)}\n\n"
        text += "| function | C function | host | remark |\n|---|---|---|---|\n"
        text += "".join(f"{line}\n" for _, line in entries)
    return text + _missing()


def _tables_of(module: Path, *names: str) -> list[dict[str, Any]]:
    """Dicts of literals (and frozensets of lists) that a module has, which is not imported."""
    found = {}
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            values = (
                each.args[0] if isinstance(each, ast.Call) else each for each in node.value.values
            )
            keys = map(ast.literal_eval, filter(None, node.value.keys))
            found[ast.unparse(node.target)] = dict(
                zip(keys, map(ast.literal_eval, values), strict=True)
            )
    return [found[name] for name in names]


def _missing() -> str:
    """What pyACL has besides, on any runtime."""
    module = ROOT / "python" / "ascendcl" / "_missing.py"
    missing, reasons = _tables_of(module, "MISSING", "REASONS")
    text = "\n## Names without a function\n\nThese raise `NotImplementedError` on every runtime:\n"
    for name, functions in missing.items():
        text += f"\n- `{name}` ({len(functions)}), since {reasons[name]}:\n"
        listed = ", ".join(f"`{each}`" for each in sorted(functions))
        text += textwrap.indent(textwrap.fill(listed, 96), "  ") + "\n"
    return text


if __name__ == "__main__":
    sys.exit(write_or_check(TARGET, table()))
