#!/usr/bin/env bash
# Cross-builds Mortise for 64-bit Arm and runs the tests of the preset arm64 under qemu-user, as a Cortex-A72 (NEON and
# no more) and as a processor with every extension. Installs what is missing. The last lines are ctest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh --arm64
scripts/build.sh arm64
ctest --preset arm64-a72
ctest --preset arm64-max
