#!/usr/bin/env bash
# Runs a command, such as pytest, on a package that was built with sanitizers:
#   bash tools/sanitized.sh address,undefined pytest tests/conformance
# The interpreter is not built with them, so their run-time library has to be there before it.
set -euo pipefail

kind=${1:?usage: tools/sanitized.sh address,undefined|thread COMMAND...}
shift
here=$(cd "$(dirname "$0")" && pwd)
library() { "${CXX:-g++}" -print-file-name="$1"; }

case $kind in
  address,undefined)
    # libstdc++ too: the run-time library looks for __cxa_throw before the interpreter loads it.
    preload="$(library libasan.so):$(library libubsan.so):$(library libstdc++.so)" ;;
  thread)
    preload="$(library libtsan.so):$(library libstdc++.so)"
    # Nothing is seen of what orders the threads of OpenVINO within one execution, and numpy's.
    export ASCENDCL_HOST_THREADS=1 OPENBLAS_NUM_THREADS=1 ;;
  *)
    echo "no sanitizer $kind" >&2
    exit 2 ;;
esac

# Leaks are looked for when asked (tests/conftest.py): at exit the interpreter leaves its own memory.
# Capacity tests ask for more memory than there is. What Python keeps in arenas is not searched for
# pointers, so it must not keep any. TBB loads a library in a way that the sanitizers refuse.
exec env LD_PRELOAD="$preload" \
  PYTHONMALLOC=malloc TBB_ENABLE_SANITIZERS=1 \
  ASAN_OPTIONS="detect_leaks=1:leak_check_at_exit=0:allocator_may_return_null=1:${ASAN_OPTIONS:-}" \
  LSAN_OPTIONS="suppressions=$here/leaks.supp:print_suppressions=0" \
  UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1" \
  TSAN_OPTIONS="suppressions=$here/races.supp:halt_on_error=1:second_deadlock_stack=1" \
  "$@"
