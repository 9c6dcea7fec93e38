# SPDX-License-Identifier: Apache-2.0
"""acl.fv: feature retrieval.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

from typing import SupportsIndex

def create_init_para(fs_num: SupportsIndex) -> int:
    """Parameters for `fs_num` features."""

def destroy_init_para(para: SupportsIndex) -> int:
    """Destroy parameters."""

destory_init_para = destroy_init_para

def set_1n_top_num(para: SupportsIndex, num: SupportsIndex) -> int:
    """How many results a 1:N search may give."""

def set_nm_top_num(para: SupportsIndex, num: SupportsIndex) -> int:
    """How many results an N:M search may give."""

def init(para: SupportsIndex) -> int:
    """Start feature retrieval."""

def release(*args: object) -> int:
    """End feature retrieval."""

def create_feature_info(
    id0: SupportsIndex,
    id1: SupportsIndex,
    offset: SupportsIndex,
    feature_len: SupportsIndex,
    feature_count: SupportsIndex,
    data: SupportsIndex,
    data_len: SupportsIndex,
) -> int:
    """Features at `data`."""

def destroy_feature_info(info: SupportsIndex) -> int:
    """Destroy such a description."""

def create_repo_range(
    id0_min: SupportsIndex, id0_max: SupportsIndex, id1_min: SupportsIndex, id1_max: SupportsIndex
) -> int:
    """A range of repositories."""

def destroy_repo_range(range: SupportsIndex) -> int:
    """Destroy a range."""

def repo_add(type: SupportsIndex, info: SupportsIndex) -> int:
    """Add features to a repository."""

def repo_del(type: SupportsIndex, range: SupportsIndex) -> int:
    """Delete the repositories of a range."""

def delete(info: SupportsIndex) -> int:
    """Delete a feature."""

def modify(info: SupportsIndex) -> int:
    """Change a feature."""

def create_query_table(
    query_count: SupportsIndex,
    table_len: SupportsIndex,
    data: SupportsIndex,
    data_len: SupportsIndex,
) -> int:
    """A table of queries at `data`."""

def destroy_query_table(table: SupportsIndex) -> int:
    """Destroy a table."""

def create_search_input(table: SupportsIndex, range: SupportsIndex, topk: SupportsIndex) -> int:
    """What to search, and where."""

def destroy_search_input(input: SupportsIndex) -> int:
    """Destroy such an input."""

def create_search_result(
    query_count: SupportsIndex,
    result_num: SupportsIndex,
    result_num_len: SupportsIndex,
    id0: SupportsIndex,
    id1: SupportsIndex,
    offset: SupportsIndex,
    distance: SupportsIndex,
    data_len: SupportsIndex,
) -> int:
    """Memory for results."""

def destroy_search_result(result: SupportsIndex) -> int:
    """Destroy such a description."""

def search(type: SupportsIndex, input: SupportsIndex, result: SupportsIndex) -> int:
    """Search: type 0 is 1:N, 1 is N:M."""
