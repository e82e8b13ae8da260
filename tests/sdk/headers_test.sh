#!/usr/bin/env bash
# Compiles every header of the SDK by itself, without a warning: those of the ABI as C11 and as C++20, those of the wrapper
# as C++20, with each of the compilers that is installed.
# usage: headers_test.sh INCLUDE_DIR COMPILER:LANGUAGE…   LANGUAGE: c or c++
set -uo pipefail

include=$1
shift
strict="-Wall -Wextra -Wpedantic -Werror -fsyntax-only"
failed=0
for entry in "$@"; do
  compiler=${entry%:*} language=${entry##*:}
  command -v "$compiler" >/dev/null || { echo "skipped: '$compiler' is not installed"; continue; }
  standard=c11
  [ "$language" = c++ ] && standard=c++20
  count=0
  while IFS= read -r header; do
    [ "$language" = c ] && [[ $header == mortise/sdk/* ]] && continue
    # The typedef keeps a C unit from being empty, which the standard forbids.
    printf '#include "%s"\ntypedef int unit;\n' "$header" |
      "$compiler" -x "$language" -std=$standard $strict -I "$include" - || { echo "FAILED: $header with $compiler"; failed=1; }
    count=$((count + 1))
  done < <(cd "$include" && find mortise -name '*.h' | sort)
  echo "$compiler: $count headers as $standard"
  [ "$count" -gt 0 ] || { echo "FAILED: no headers in '$include'"; failed=1; }
done
exit $failed
