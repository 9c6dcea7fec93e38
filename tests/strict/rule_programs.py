# SPDX-License-Identifier: Apache-2.0
"""For each rule the programs that break it, and one that does the same thing right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import model_programs as models
import runtime_programs as runtime

from abi import Library


class Broken(NamedTuple):
    rule: str
    program: Callable[[Library, Path], int]
    code: int  # in mode "fail"


BROKEN = [
    Broken("ACL-001", models.free_work_of_a_loaded_model, 148051),
    Broken("ACL-002", models.share_work_on_two_streams, 500002),
    Broken("ACL-002", models.share_work_on_streams_nobody_waits_for, 500002),
    Broken("ACL-002", models.share_work_with_a_stream_nobody_waits_for, 500002),
    Broken("ACL-003", models.one_model_on_two_streams, 500002),
    Broken("ACL-004", models.unload_in_another_context, 107004),
    Broken("ACL-004", models.execute_in_another_context, 107004),
    Broken("ACL-005", models.write_weights_in_use, 148051),
    Broken("ACL-005", models.load_another_model_into_weights, 148051),
    Broken("ACL-006", models.misaligned_weights, 200003),
    Broken("ACL-006", models.short_weights, 145000),
    Broken("ACL-006", models.weights_in_host_memory, 145000),
    Broken("ACL-007", models.memory_for_a_load_type_without, 100000),
    Broken("ACL-008", models.overwrite_model_bytes, 145007),
    Broken("ACL-008", models.unmap_model_bytes, 145007),
    Broken("ACL-008", models.free_model_bytes, 145007),
    Broken("ACL-009", models.destroy_a_data_set_early, 148051),
    Broken("ACL-009", models.destroy_a_data_buffer_early, 148051),
    Broken("ACL-009", models.free_an_output_early, 148051),
    Broken("ACL-010", runtime.copy_from_pageable_memory, 107000),
    Broken("ACL-010", runtime.free_host_memory_early, 107000),
    Broken("ACL-011", runtime.free_twice, 107000),
    Broken("ACL-011", runtime.copy_to_freed_memory, 107000),
    Broken("ACL-011", runtime.destroy_a_stream_twice, 107017),
    Broken("ACL-011", runtime.destroy_an_event_twice, 107017),
    Broken("ACL-011", runtime.destroy_a_context_twice, 107002),
    Broken("ACL-011", runtime.destroy_a_data_set_twice, 100000),
    Broken("ACL-011", runtime.destroy_a_data_buffer_twice, 100000),
    Broken("ACL-011", runtime.destroy_a_desc_twice, 100000),
    Broken("ACL-011", runtime.ask_a_destroyed_tensor_desc, 100000),
    Broken("ACL-011", runtime.execute_with_a_destroyed_data_buffer, 100000),
    Broken("ACL-011", runtime.execute_with_freed_memory, 107000),
    Broken("ACL-011", runtime.execute_an_unloaded_model, 145003),
    Broken("ACL-012", runtime.finalize_with_memory_left, 148051),
    Broken("ACL-012", runtime.finalize_with_objects_left, 148051),
    Broken("ACL-013", runtime.finalize_with_a_model_loaded, 148051),
    Broken("ACL-013", runtime.finalize_with_a_device_set, 148051),
    Broken("ACL-014", models.execute_with_no_output, 500002),
    Broken("ACL-014", models.leave_outputs_of_the_runtime, 500002),
    Broken("ACL-015", models.execute_without_a_gear, 145013),
    Broken("ACL-016", runtime.wait_for_an_unrecorded_event, 507000),
    Broken("ACL-016", runtime.synchronize_with_an_unrecorded_event, 507000),
    Broken("ACL-016", runtime.destroy_an_event_that_is_waited_for, 507000),
    Broken("ACL-017", runtime.free_device_memory_early, 148051),
    Broken("ACL-018", runtime.name_more_than_there_is, 107000),
    Broken("ACL-018", runtime.copy_a_batch_too_long, 107000),
    Broken("ACL-019", runtime.use_an_event_as_a_stream, 107017),
    Broken("ACL-019", runtime.add_what_is_no_data_buffer, 100000),
    Broken("ACL-020", models.execute_on_host_memory, 500002),
    Broken("ACL-021", models.load_into_one_place, 145000),
    Broken("ACL-021", models.execute_into_work_memory, 145000),
    Broken("ACL-022", models.execute_into_a_short_output, 500002),
    Broken("ACL-023", models.execute_with_another_shape, 500002),
    Broken("ACL-024", runtime.copy_the_wrong_way, 107000),
]

CORRECT: dict[str, Callable[[Library, Path], None]] = {
    "ACL-001": models.free_after_unload,
    "ACL-002": models.share_work_in_order,
    "ACL-003": models.one_model_in_order,
    "ACL-004": models.return_to_the_context_of_the_load,
    "ACL-005": models.share_weights,
    "ACL-006": models.weights_in_a_piece_of_a_block,
    "ACL-007": models.memory_for_a_load_type_with,
    "ACL-008": models.free_model_bytes_after_the_load,
    "ACL-009": models.destroy_after_synchronizing,
    "ACL-010": runtime.copy_and_synchronize,
    "ACL-011": runtime.make_and_destroy_many,
    "ACL-012": models.free_after_unload,
    "ACL-013": runtime.from_init_to_finalize,
    "ACL-014": models.free_outputs_of_the_runtime,
    "ACL-015": models.execute_with_a_gear,
    "ACL-016": runtime.record_and_wait,
    "ACL-017": runtime.copy_and_synchronize,
    "ACL-018": runtime.copy_and_synchronize,
    "ACL-019": runtime.make_and_destroy_many,
    "ACL-020": models.execute_with_outputs,
    "ACL-021": models.weights_in_a_piece_of_a_block,
    "ACL-022": models.execute_with_outputs,
    "ACL-023": models.execute_with_its_own_shape,
    "ACL-024": runtime.copy_each_way,
}
