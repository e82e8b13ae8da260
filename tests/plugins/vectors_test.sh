#!/usr/bin/env bash
# vectors_test.sh MORTISE PLUGIN FOLDER LEAST [EMULATOR…]: every case of the standard's vectors in FOLDER that passes on the
# reference provider passes with the plugin before it, and the plugin runs at least LEAST cases entirely by itself. The
# words after that, if any, come before the command that starts MORTISE.
set -euo pipefail
mortise=("${@:5}" "$1") plugin=$2 folder=$3 least=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Cases may fail; that is what is compared.
"${mortise[@]}" verify "$folder" > "$work/reference" 2> /dev/null || true
"${mortise[@]}" verify "$folder" --provider "$plugin" > "$work/plugin" 2> /dev/null || true
tail -n 1 "$work/reference"
tail -n 3 "$work/plugin"
grep -q ' passed, ' "$work/reference"
grep -q ' passed, ' "$work/plugin"

names() { grep -o '^FAIL [^:]*' "$1" | sort || true; }
if comm -13 <(names "$work/reference") <(names "$work/plugin") | grep .; then
  echo "the cases above fail with the plugin alone"
  exit 1
fi
entirely=$(sed -n 's/^cases by .*: \([0-9]*\) entirely.*/\1/p' "$work/plugin")
if [ "${entirely:-0}" -lt "$least" ]; then
  echo "the plugin runs $entirely cases by itself, expected at least $least"
  exit 1
fi
