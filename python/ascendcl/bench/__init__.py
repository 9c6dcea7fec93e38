# SPDX-License-Identifier: Apache-2.0
"""Measuring a model: what ``ascendcl bench`` is made of."""

from ascendcl.bench.duration import Duration
from ascendcl.bench.load_run import LoadRun, run_load
from ascendcl.bench.summary import Summary, percentile

__all__ = ["Duration", "LoadRun", "Summary", "percentile", "run_load"]
