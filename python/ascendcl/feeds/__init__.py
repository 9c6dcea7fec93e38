# SPDX-License-Identifier: Apache-2.0
"""What a model is run on from the command line: files, pictures, made-up numbers."""

from ascendcl.feeds.assignment import Run, assigned_runs
from ascendcl.feeds.pictures import PictureOptions
from ascendcl.feeds.shape_choice import ShapeWishes
from ascendcl.feeds.sources import MadeUp, Source

__all__ = ["MadeUp", "PictureOptions", "Run", "ShapeWishes", "Source", "assigned_runs"]
