# SPDX-License-Identifier: Apache-2.0
"""The CMake package of ascendcl, apart from it: a build looks for it by importing this module.

scikit-build-core does so for the entry point ``cmake.root``, in every build, and is not to load a
runtime for that.
"""
