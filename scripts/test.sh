#!/usr/bin/env bash
# Installs what is missing, builds the preset (default: release) and runs all tests. The last lines are ctest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
scripts/install-deps.sh
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
cmake --build --preset "$preset"
ctest --preset "$preset"
