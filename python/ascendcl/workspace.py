# SPDX-License-Identifier: Apache-2.0
"""One work memory for a group of models that run one after another."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ascendcl.memory import DeviceBuffer, query_size
from ascendcl.memory_use import Kind, MemoryHolder

if TYPE_CHECKING:
    from typing_extensions import Self

    from ascendcl.device import Context, Device
    from ascendcl.memory_resource import MemoryResource

__all__ = ["Workspace"]


class Workspace(DeviceBuffer):
    """Work memory that a group of models runs on, as large as the largest of them needs.

    Give it to `Model.from_file` as `work`. The models of a group may be called from any threads,
    and run asynchronously: never two of them at once, and in the order in which they ask. Who
    calls waits for its turn, up to the call's `timeout`; who submits does not: the device's streams
    wait for each other. A model may join at any time if it fits. Groups do not wait for each other,
    and a device may have any number of them.

    Parameters
    ----------
    size : int
        Bytes: at least what `query_size` says of the largest model, ``work``.
    device : Device, Context, int or None
        Where to allocate; device 0 by default.
    memory : MemoryResource, optional
        What allocates; as for `DeviceBuffer`.

    Raises
    ------
    AclMemoryError
        The device has not so much memory left.
    ValueError
        `size` is not above 0.

    Examples
    --------
    >>> with acl.Workspace.for_models(["detect.om", "classify.om"]) as workspace:
    ...     detect = acl.Model.from_file("detect.om", work=workspace)
    ...     classify = acl.Model.from_file("classify.om", work=workspace)
    """

    __slots__ = ()

    def __init__(
        self,
        size: int,
        device: Device | Context | int | None = None,
        *,
        memory: MemoryResource | None = None,
    ) -> None:
        super().__init__(size, device, memory=memory)

    @classmethod
    def for_models(
        cls,
        paths: Iterable[str | os.PathLike[str]],
        device: Device | Context | int | None = None,
        *,
        memory: MemoryResource | None = None,
    ) -> Self:
        """Make one that is as large as the largest of these models needs.

        Parameters
        ----------
        paths : iterable of str or path
            Their .om files. Models with dynamic shapes need none, and do not count.
        device : Device, Context, int or None
            Where to allocate; device 0 by default.
        memory : MemoryResource, optional
            What allocates; as for `DeviceBuffer`.

        Raises
        ------
        ValueError
            There is no path, or `paths` is a single one.
        AclFileNotFoundError, AclValueError
            As `query_size`.
        """
        if isinstance(paths, str | bytes | os.PathLike):
            raise ValueError(f"Workspace.for_models: paths must be several, not {paths!r} itself")
        sizes = [query_size(path).work for path in paths]
        if not sizes:
            raise ValueError("Workspace.for_models: no model was named")
        return cls(max(1, *sizes), device, memory=memory)

    def _memory_held(self, use: Kind | None) -> list[MemoryHolder]:
        return super()._memory_held("work")

    def __repr__(self) -> str:
        return super().__repr__().replace("acl.DeviceBuffer", "acl.Workspace")
