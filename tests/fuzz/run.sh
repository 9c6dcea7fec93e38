#!/usr/bin/env bash
# Fuzzes one target for some seconds: tests/fuzz/run.sh om|kernel|aipp|load_execute|jpeg|vpc SECONDS
# Seeds are read from build/seeds, the corpus is kept in build/corpus, findings in build/findings.
set -euo pipefail

target=${1:?usage: tests/fuzz/run.sh om|kernel|aipp|load_execute|jpeg|vpc SECONDS}
seconds=${2:?usage: tests/fuzz/run.sh om|kernel|aipp|load_execute|jpeg|vpc SECONDS}
cd "$(dirname "$0")/../../build"
mkdir -p "corpus/$target" "seeds/$target" findings

# Most files are rejected early: an entropic schedule would cost more than the target itself.
exec "fuzz/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=5 -max_len=4096 \
  -malloc_limit_mb=512 -rss_limit_mb=2048 -entropic=0 -print_final_stats=1 \
  -artifact_prefix="findings/$target-" "corpus/$target" "seeds/$target"
