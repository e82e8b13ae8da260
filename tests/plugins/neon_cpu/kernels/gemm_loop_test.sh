#!/usr/bin/env bash
# The proof, without the hardware, that the matrix product is as fast on a 64-bit Arm as its multipliers allow, in two
# tests: in the code of every RunTile of six rows, the loops over k (blocks that multiply and jump to their own begin)
# contain multiplications by lane, loads and the counting of the loop and nothing else, so that every sum stays in its
# register (instructions); and the main loop of the widest tile needs at most 1.05 cycles per multiplication in llvm-mca's
# model of a Cortex-A72, which does one per cycle (cycles; skipped without llvm-mca).
# usage: gemm_loop_test.sh instructions|cycles OBJDUMP LIBRARY
set -euo pipefail
test=$1 objdump=$2 library=$3
if [ "$test" = cycles ] && ! command -v llvm-mca >/dev/null; then
  echo "there is no llvm-mca to say how many cycles the loop takes"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Writes each loop to a file <rows>x<vectors>.<address> in $work, and complaints to standard output.
"$objdump" -dC --no-show-raw-insn "$library" | awk -v folder="$work" '
  function end_of_block(first, i, multiplications, file) {
    first = target in line ? line[target] : 0
    for (i = first; first && i < count; ++i) multiplications += text[i] ~ /^fmla/
    for (i = first; multiplications && i < count; ++i) {
      file = folder "/" tile "." target
      print text[i] > file
      if (text[i] ~ /^fmla\tv[0-9]+\.4s, v[0-9]+\.4s, v[0-9]+\.s\[[0-3]\]$/) continue
      if (text[i] ~ /^(ldp|ldu?r)\t/ && text[i] !~ /sp[],]/) continue
      if (text[i] ~ /^(add|cmp|mov|subs?)\t[wx][0-9]+, [^s]+$/) continue
      print "RunTile<" tile ">, loop at " target ": \"" text[i] "\" has no place in a loop over k"
    }
    count = 0
    delete line
  }
  /^[0-9a-f]+ <.*>:$/ {
    tile = ""
    if (match($0, /RunTile<6, [0-9]+>\(/)) { tile = substr($0, RSTART + 8, RLENGTH - 10); sub(/, /, "x", tile) }
    count = 0
    delete line
  }
  tile != "" && /^ *[0-9a-f]+:\t/ {
    address = $1
    sub(/:/, "", address)
    sub(/^[^\t]*\t/, "")
    sub(/ *\/\/.*/, "")
    line[address] = ++count
    text[count] = $0
    if ($1 ~ /^(b\.|bl?$|cbn?z$|ret$|tbn?z$)/) {
      target = match($0, /[0-9a-f]+ </) ? substr($0, RSTART, RLENGTH - 2) : ""
      end_of_block()
    }
  }' >"$work/complaints"
widest=$(cd "$work" && find . -name '6x*' | sed 's|./||; s/\..*//' | sort -V | tail -n 1)
[ -n "$widest" ] || { echo "in '$library' no RunTile of six rows has a loop that multiplies by lane"; exit 1; }
main=$(grep -c fmla "$work/$widest".* /dev/null | sort -t: -k2n | tail -n 1 | sed 's/:[0-9]*$//')
multiplications=$(grep -c fmla "$main")
echo "RunTile<$widest>: $multiplications multiplications in the $(wc -l <"$main") instructions of the main loop"

if [ "$test" = instructions ]; then
  head -n 20 "$work/complaints"
  [ ! -s "$work/complaints" ]
  exit
fi
llvm-mca -mtriple=aarch64 -mcpu=cortex-a72 -iterations=100 "$main" | awk -v multiplications="$multiplications" '
  /^Total Cycles:/ { each = $3 / 100 / multiplications }
  END { printf "%.3f cycles per multiplication\n", each; exit !(each > 0 && each <= 1.05) }'
