# SPDX-License-Identifier: Apache-2.0
"""docs/bench.md names the options that there are, and what the others' options become."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from answer import Command

PAGE = (Path(__file__).parents[2] / "docs" / "bench.md").read_text(encoding="utf-8")
OPTION = re.compile(r"--[a-z][\w-]*")


def options_of(command: Command, name: str) -> set[str]:
    return set(OPTION.findall(command(name, "--help").out))


def rows_under(head: str) -> list[list[str]]:
    section = PAGE.partition(f"\n## {head}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return rows[1:]  # the first one is their head


@pytest.mark.parametrize("name", ["run", "bench"])
def test_every_option_is_told(command: Command, name: str) -> None:
    own = PAGE.partition("\n## From ais_bench\n")[0]
    told = {option for part in re.findall(r"`[^`]*`", own) for option in OPTION.findall(part)}
    options = options_of(command, name) - {"--help", "--device"}
    assert options - told == set()


@pytest.mark.parametrize("head", ["From ais_bench", "From trtexec"])
def test_what_replaces_an_option_is_there(command: Command, head: str) -> None:
    known = options_of(command, "run") | options_of(command, "bench")
    rows = rows_under(head)
    assert len(rows) > 15
    for row in rows:
        theirs, ours = row
        assert ours, theirs
        assert set(OPTION.findall(ours)) - known == set(), theirs


# The tables of ais_bench's README and of trtexec's help for the time of inference.
THEIRS = {
    "From ais_bench": """
        model input pure_data_type output output_dirname outfmt debug run_mode display_all_summary
        loop warmup_count device divide_input dymBatch dymHW dymDims dymShape dymShape_range
        outputSize auto_set_dymdims_mode auto_set_dymshape_mode profiler profiler_rename dump
        acl_json_path batchsize output_batchsize_axis aipp_config backend perf energy_consumption
        npu_id pipeline dump_npy threads""",
    "From trtexec": """
        loadEngine loadInputs shapes batch iterations warmUp duration sleepTime idleTime streams
        exposeDMA noDataTransfers useManagedMemory useSpinWait threads useCudaGraph timeDeserialize
        timeRefit separateProfileRun buildOnly verbose avgRuns percentile dumpOutput dumpProfile
        dumpLayerInfo exportTimes exportOutput exportProfile exportLayerInfo device useDLACore
        plugins""",
}


@pytest.mark.parametrize("head", THEIRS)
def test_all_of_theirs_are_in_the_table(head: str) -> None:
    told = {option[2:] for theirs, _ in rows_under(head) for option in OPTION.findall(theirs)}
    assert set(THEIRS[head].split()) - told == set()
