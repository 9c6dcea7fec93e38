// libFuzzer's custom mutator for .om files: one partition is changed and the container written anew
// around it, so that most changes reach what reads the partitions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// Called by libFuzzer. Answers the new size, at most `max_size`.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                                          unsigned seed);
