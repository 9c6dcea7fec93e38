# SPDX-License-Identifier: Apache-2.0
"""The refusal of subinterpreters, before anything is imported that deadlocks in one.

numpy and extension modules that run Python from threads of their own need the main interpreter.
"""

import importlib

__all__ = ["refuse_subinterpreter"]


def refuse_subinterpreter() -> None:
    """Do nothing in the main interpreter.

    Raises
    ------
    ImportError
        It is another one.
    """
    for name in ("_interpreters", "_xxsubinterpreters"):  # the first from 3.13 on
        try:
            interpreters = importlib.import_module(name)
        except ImportError:
            continue
        if interpreters.get_current() != interpreters.get_main():
            raise ImportError(
                "ascendcl cannot be imported in a subinterpreter: it needs the main interpreter, "
                "as numpy does. Use threads or processes instead; with mod_wsgi, set "
                "WSGIApplicationGroup %{GLOBAL}; with uWSGI, single-interpreter = true."
            )
        return
