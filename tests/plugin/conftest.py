# SPDX-License-Identifier: Apache-2.0
"""The plugin is tested as its users have it: pytest runs pytest."""

pytest_plugins = ["pytester"]
