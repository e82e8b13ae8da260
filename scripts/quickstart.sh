#!/usr/bin/env bash
# From nothing to a running model: installs what is missing, builds Mortise, and classifies handwritten digits on the mock
# NPU with the CPU taking what the NPU refuses. Needs Debian 12 or newer, root or sudo, and no network but apt.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh

log=$(mktemp)
trap 'rm -f "$log"' EXIT
build() { cmake --preset release && cmake --build --preset release --target mortise mortise_library mortise_mock_npu; }
[ -x build/release/bin/mortise ] || echo "Building Mortise (some minutes the first time) ..."
if ! build >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "quickstart: the build failed (above: the end of its output)" >&2
  exit 1
fi

run=(build/release/bin/mortise run examples/digits/digits.onnx --config examples/digits/npu.json)
for image in examples/digits/sample*.png; do
  echo "== $image"
  "${run[@]}" --input image="$image" --report build/release/digits.html
done
echo "The placement of every node, with reasons: build/release/digits.html"
