#!/usr/bin/env bash
# From nothing to a build: installs what is missing, configures a preset and builds targets of it, all if none is named. Says
# something only where there is something to do, and shows the end of the log where that fails.
# usage: build.sh PRESET [TARGET…]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?build.sh: give a preset of CMakePresets.json}
targets=("${@:2}")
scripts/install-deps.sh

log=build/$preset.log
mkdir -p build
build() { cmake --build --preset "$preset" ${targets[0]:+--target "${targets[@]}"} "$@"; }
fail() {
  tail -n 40 "$log" >&2
  echo "build: $1 failed; above is the end of '$log'" >&2
  exit 1
}

cmake --preset "$preset" >"$log" 2>&1 || fail "configuring the preset '$preset'"
if ! build -- -n 2>&1 | grep -q "no work to do"; then
  echo "Building the preset '$preset' (many minutes the first time; progress in '$log') ..."
  build >>"$log" 2>&1 || fail "building the preset '$preset'"
fi
