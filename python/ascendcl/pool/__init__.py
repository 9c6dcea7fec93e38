# SPDX-License-Identifier: Apache-2.0
"""Models behind a queue (docs/pool.md)."""

from ascendcl.pool.model_pool import ModelPool

__all__ = ["ModelPool"]
