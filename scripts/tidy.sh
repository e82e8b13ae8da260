#!/usr/bin/env bash
# Checks sources with clang-tidy and the root's .clang-tidy; any finding fails. Checks all of our C++ sources, or those
# whose path matches one of the regular expressions given:
#   scripts/tidy.sh core/run tools/
# Reads how files are compiled from the preset asan, whose compiler is clang.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh --clang
cmake --preset asan >/dev/null
patterns=("$@")
[ $# -gt 0 ] || patterns=(core/ plugins/ providers/ sdk/ tests/ tools/ examples/)
run-clang-tidy -quiet -p build/asan "${patterns[@]/#/^$PWD/.*}"
