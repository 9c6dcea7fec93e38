# SPDX-License-Identifier: Apache-2.0
"""How long each operator takes, by a subscription to the model's records (`acl.prof`)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ascendcl import prof, util
from ascendcl._acl import get_recent_err_msg
from ascendcl.device import Device
from ascendcl.errors import from_status

if TYPE_CHECKING:
    from ascendcl.model import Model

RUNS: Final = 20
_NO_METRICS: Final = 255  # ACL_AICORE_NONE
_INVALID: Final = 100000  # ACL_ERROR_INVALID_PARAM


@dataclass(frozen=True)
class OperatorTime:
    """One operator.

    Attributes
    ----------
    name, type : str
        As the runtime calls it.
    milliseconds : float
        Of one run of the model: the mean.
    share : float
        Of the sum of all operators, 0 to 1.
    """

    name: str
    type: str
    milliseconds: float
    share: float


def operator_times(model: Model, run: Callable[[], object], runs: int = RUNS) -> list[OperatorTime]:
    """Run the model and answer its operators, the longest first.

    Parameters
    ----------
    model
        The model.
    run
        Runs it once. The first run, in which the runtime may prepare to take times, does not count.
    runs
        How many are counted.

    Raises
    ------
    AclError
        The runtime has no such records to give.
    """
    with Device(model.device) as device:
        device.set_current()
        _records_of(model, run, 1)
        records = _records_of(model, run, runs)
    return _means(records, runs)


def _records_of(model: Model, run: Callable[[], object], runs: int) -> bytes:
    """What the runs had written to the subscription."""
    reading, writing = os.pipe()
    chunks: list[bytes] = []
    reader = threading.Thread(target=_read_all, args=(reading, chunks))
    config = prof.create_subscribe_config(1, _NO_METRICS, writing)
    try:
        if config == 0:
            raise from_status(_INVALID, "aclprofCreateSubscribeConfig", get_recent_err_msg() or "")
        reader.start()
        _require(prof.model_subscribe(model.model_id, config), "aclprofModelSubscribe")
        try:
            for _ in range(runs):
                run()
        finally:
            _require(prof.model_unsubscribe(model.model_id), "aclprofModelUnSubscribe")
    finally:
        prof.destroy_subscribe_config(config)
        os.close(writing)
        if reader.ident is not None:
            reader.join()
        os.close(reading)
    return b"".join(chunks)


def _read_all(descriptor: int, chunks: list[bytes]) -> None:
    while chunk := os.read(descriptor, 1 << 16):
        chunks.append(chunk)


def _require(code: int, function: str) -> None:
    if code != 0:
        raise from_status(code, function, get_recent_err_msg() or "")


def _means(records: bytes, runs: int) -> list[OperatorTime]:
    if not records:
        return []
    at, length = util.bytes_to_ptr(records), len(records)
    count, code = prof.get_op_num(at, length)
    _require(code, "aclprofGetOpNum")
    sums: dict[tuple[str, str], int] = {}
    for index in range(count):
        name, _ = prof.get_op_name_v2(at, length, index)
        kind, _ = prof.get_op_type_v2(at, length, index)
        key = (name or "?", kind or "?")
        sums[key] = sums.get(key, 0) + prof.get_op_duration(at, length, index)
    total = sum(sums.values()) or 1
    return [
        OperatorTime(name, kind, nanoseconds / runs / 1e6, nanoseconds / total)
        for (name, kind), nanoseconds in sorted(sums.items(), key=lambda each: -each[1])
    ]
