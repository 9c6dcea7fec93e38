// Telling a program that nobody chose the host runtime for, once, that it is no NPU.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ascendcl::host {

// On stderr, the first time; not where the CPU was chosen: by ASCENDCL_RUNTIME=host, or by having
// this library on LD_LIBRARY_PATH.
void give_notice_once() noexcept;
// Somebody else tells.
void forgo_notice() noexcept;

}  // namespace ascendcl::host
