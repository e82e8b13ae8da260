#!/usr/bin/env bash
# Installs what is missing, builds the preset (default: release) and runs all tests. The last lines are ctest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
scripts/install-deps.sh
cmake --preset "$preset" >"/tmp/mortise-configure.$$" || { cat "/tmp/mortise-configure.$$" >&2; exit 1; }
rm -f "/tmp/mortise-configure.$$"
cmake --build --preset "$preset"
ctest --preset "$preset"
