# SPDX-License-Identifier: Apache-2.0
"""Every function of pyACL is there, with its parameters, its errors and its answers."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path
from typing import Any

import pytest

import acl

_spec = importlib.util.spec_from_file_location("table", Path(__file__).parent / "table.py")
assert _spec is not None
assert _spec.loader is not None
table = importlib.util.module_from_spec(_spec)
sys.modules["table"] = table
_spec.loader.exec_module(table)

FUNCTIONS = table.read_table()
EACH = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.full_name)
WITH_PARAMETERS = pytest.mark.parametrize(
    "function",
    [one for one in FUNCTIONS if one.parameters],
    ids=lambda function: function.full_name,
)


def test_number_of_functions() -> None:
    assert len([one for one in FUNCTIONS if one.module != "acl.media"]) == 433


@EACH
def test_signature(function: Any) -> None:
    parameters = list(inspect.signature(function.of(acl)).parameters.values())
    if not function.parameters:
        assert [one.kind for one in parameters] == [inspect.Parameter.VAR_POSITIONAL]
        return
    assert [one.name for one in parameters] == [one.name for one in function.parameters]
    assert [one.default is None for one in parameters] == [
        one.is_optional for one in function.parameters
    ]


@EACH
def test_is_listed_by_dir(function: Any) -> None:
    module = acl if function.module == "acl" else getattr(acl, function.module[4:])
    assert function.name in dir(module)


@WITH_PARAMETERS
def test_too_many_arguments(function: Any) -> None:
    with pytest.raises(TypeError, match=r"takes \d+ arguments"):
        function.of(acl)(*[0] * (len(function.parameters) + 1))


@WITH_PARAMETERS
def test_unknown_keyword(function: Any) -> None:
    with pytest.raises(TypeError, match="unknown argument 'nonsense'"):
        function.of(acl)(nonsense=0)


@WITH_PARAMETERS
def test_missing_argument(function: Any) -> None:
    required = [one for one in function.parameters if not one.is_optional]
    if not required:
        pytest.skip("all arguments may be left out")
    with pytest.raises(TypeError, match=f"missing argument '{required[-1].name}'"):
        function.of(acl)(*[0] * (len(required) - 1))


ALIASES = {"acl.prof.model_un_subscribe": "model_unsubscribe"}
ALIASES["acl.fv.destory_init_para"] = "destroy_init_para"


@WITH_PARAMETERS
def test_wrong_types(function: Any) -> None:
    """TypeError that names function and argument, before anything is called."""
    name = ALIASES.get(function.full_name, function.name)
    for position, parameter in enumerate(function.parameters):
        for wrong in table.WRONG.get(parameter.kind, ()):
            arguments = [table.RIGHT.get(one.kind) or 1 for one in function.parameters]
            arguments[position] = wrong
            with pytest.raises(TypeError, match=rf"{name}: .*'{parameter.name}\b") as raised:
                function.of(acl)(*arguments)
            assert str(raised.value).startswith(function.module + ".")


# Run on a runtime whose functions all fail, in a process of its own.
ALL_SHAPES = """
import acl, table
for function in table.read_table():
    if function.module == "acl.util":
        continue
    arguments = [table.RIGHT[parameter.kind] for parameter in function.parameters]
    try:
        answer = function.of(acl)(*arguments)
    except RuntimeError as error:
        assert function.name == "get_group_info_detail", (function, error)
        continue
    except ValueError as error:
        raise AssertionError(function) from error
    if function.returns == "none":
        assert answer is None, (function, answer)
    elif function.returns == "value":
        assert answer in (0, None), (function, answer)
    elif function.returns == "ret":
        assert answer == 200001, (function, answer)
    else:
        assert isinstance(answer, tuple), (function, answer)
        assert len(answer) == int(function.returns), (function, answer)
        assert answer[-1] == 200001, (function, answer)
        if function.name in ("get_input_dims", "get_input_dims_v2", "get_output_dims",
                             "get_cur_output_dims", "get_dynamic_batch", "get_dynamic_hw"):
            assert answer[0] == {}, (function, answer)
        if function.name == "get_first_aipp_info":
            assert answer[0] is None, (function, answer)
print("all")
"""


def test_answers_on_failure(failing_runtime: Path, run: Any) -> None:
    done = run(failing_runtime, ALL_SHAPES)
    assert (done.returncode, done.stdout.strip()) == (0, "all"), done.stderr


def test_submodules_are_modules() -> None:
    import acl.rt as rt_module

    assert rt_module is acl.rt
    assert sys.modules["acl.mdl"] is acl.mdl


def test_no_argument_functions_ignore_arguments() -> None:
    assert acl.rt.get_run_mode(1, "two") == acl.rt.get_run_mode()
    with pytest.raises(TypeError, match="unknown argument 'x'"):
        acl.rt.get_run_mode(x=1)
