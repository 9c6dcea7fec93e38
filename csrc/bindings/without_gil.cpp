// Out of line, so that the hundreds of bound functions that drop the GIL share this code.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/without_gil.h"

namespace ascendcl {

WithoutGil::~WithoutGil() {
    without_unwinding([this] { PyEval_RestoreThread(state_); });
}

}  // namespace ascendcl
