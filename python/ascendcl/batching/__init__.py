# SPDX-License-Identifier: Apache-2.0
"""What a Batcher is made of (docs/pool.md)."""
