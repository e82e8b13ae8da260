#!/usr/bin/env bash
# Installs what is missing, builds the preset (default: release) and runs all tests. The last lines are ctest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
scripts/build.sh "$preset"
ctest --preset "$preset"
