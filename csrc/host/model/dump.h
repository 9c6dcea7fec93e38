// Whether aclmdlInitDump is in force. Nothing is dumped here; the state is kept for the codes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ascendcl::host::model {

// False when it was begun already.
bool begin_dump() noexcept;
// False when it was not begun; also called by aclFinalize.
bool end_dump() noexcept;
bool dump_is_begun() noexcept;

}  // namespace ascendcl::host::model
