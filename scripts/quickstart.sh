#!/usr/bin/env bash
# From nothing to a running model: installs what is missing, builds Mortise, and classifies handwritten digits on the mock
# NPU with the CPU taking what the NPU refuses. Needs Debian 12 or newer, root or sudo, and no network but apt.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh release mortise mortise_library mortise_mock_npu

run=(build/release/bin/mortise run examples/digits/digits.onnx --config examples/digits/npu.json)
for image in examples/digits/sample*.png; do
  echo "== $image"
  "${run[@]}" --input image="$image" --report build/release/digits.html
done
echo "The placement of every node, with reasons: build/release/digits.html"
