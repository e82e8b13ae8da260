#!/bin/sh
# Fails if a published struct of the headers is not among those whose layout abi_layout_test.c compares. Drafts are not published.
# usage: abi_layout_complete_test.sh INCLUDE_DIR LAYOUT
set -eu

cd "$1"
structs=$(find mortise -name '*.h' -not -path '*/draft/*' -not -path 'mortise/sdk/*' -exec sed -n 's/^typedef struct \(mortise_[a-z0-9_]*\) {$/\1_t/p' {} +)
[ -n "$structs" ] || { echo "FAILED: no structs in '$1'"; exit 1; }
for struct in $structs; do
  grep -q "^$struct [0-9]" "$2" || { echo "FAILED: '$struct' is not in '$2'; add it to abi_layout_test.c and write its layout down"; exit 1; }
done
