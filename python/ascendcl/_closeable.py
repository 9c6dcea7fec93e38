# SPDX-License-Identifier: Apache-2.0
"""The ``with`` statement of everything that is closed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, SupportsIndex

from ascendcl.errors import AclError, warn

if TYPE_CHECKING:
    from typing_extensions import Self


class Closeable(ABC):
    """Closed at the end of a ``with`` block; an error that ends it is not replaced by closing's."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Let go of what it holds. Doing it again does nothing."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"acl.{type(self).__name__} cannot be pickled or copied: it belongs to the device and "
            "to this process; make one in each process, for a model from the path of its file"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.close()
        except AclError as failure:
            if error is None:
                raise
            warn(failure)
