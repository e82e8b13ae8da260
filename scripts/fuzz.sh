#!/usr/bin/env bash
# Fuzzes every target of tests/fuzz for some seconds (default: 60), as many at once as there are processors. Needs the
# preset asan built. Inputs that lead to new paths are kept in build/asan/fuzz; one that breaks a target is printed and
# left in build/asan/fuzz/broken: mend its cause and add it to the seeds in tests/fuzz/corpus.
#   scripts/fuzz.sh 600 model value
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(ls tests/fuzz/corpus)
work=$PWD/build/asan/fuzz
mkdir -p "$work/broken"

fuzz() {
  mkdir -p "$work/$1"
  # An allocation above 512 MiB fails as if there were no memory: where that is not expected, it is a find.
  if ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=512 build/asan/bin/fuzz_"$1" \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -malloc_limit_mb=0 \
    -artifact_prefix="$work/broken/$1-" "$work/$1" "tests/fuzz/corpus/$1" >"$work/$1.log" 2>&1; then
    echo "fuzz $1: $(tail -n 1 "$work/$1.log")"
  else
    tail -n 60 "$work/$1.log" >&2
    echo "fuzz $1: failed (above: the end of $work/$1.log)" >&2
    return 1
  fi
}
export -f fuzz
export seconds work
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz {}'
