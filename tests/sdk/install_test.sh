#!/bin/sh
# The way of a vendor: install the SDK, make a provider with new-provider, build it against the installed SDK alone, look at
# it, and run a model with it.
# usage: install_test.sh c|cpp CMAKE BUILD_DIR MORTISE TEST_DATA C_COMPILER CXX_COMPILER
set -eu

language=$1 cmake=$2 build=$3 mortise=$4 data=$5
CC=$6 CXX=$7
export CC CXX CFLAGS="-Wall -Wextra -Wpedantic -Werror" CXXFLAGS="-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers"
id=com.vendor.adder
work=$build/install-test/$language
rm -rf "$work"
mkdir -p "$work"

die() {
  echo "FAILED: $1" >&2
  exit 1
}

"$cmake" --install "$build" --component sdk --prefix "$work/prefix" >"$work/install.log"
"$work/prefix/bin/new-provider" "--$language" "$id" "$work/adder"
! "$work/prefix/bin/new-provider" Adder "$work/other" 2>"$work/refusal" || die "new-provider took a bad name"
grep -q "com.vendor.thing" "$work/refusal" || die "new-provider does not say how a name looks"

"$cmake" -S "$work/adder" -B "$work/adder/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Release >"$work/configure.log"
grep -q "mortise_DIR:PATH=$work/prefix" "$work/adder/build/CMakeCache.txt" || die "another SDK than the installed one was found"
"$cmake" --build "$work/adder/build"

plugin=$work/adder/build/libcom_vendor_adder.so
symbols=$(nm -D --defined-only "$plugin" | awk '{ print $NF }')
[ "$symbols" = mortise_entry ] || die "the plugin exports '$symbols', not mortise_entry alone"
[ -f "$work/adder/build/$id.json" ] || die "there is no manifest beside the plugin"
"$mortise" inspect "$plugin" | tee "$work/inspect.log"
grep -q ": usable" "$work/inspect.log" || die "mortise inspect does not call the plugin usable"
grep -q "^$id " "$work/inspect.log" || die "mortise inspect does not list $id"

"$mortise" verify "$data" --filter '^test_(add|mul)$' --provider "$plugin" | tee "$work/verify.log"
grep -q "^2 passed, 0 failed" "$work/verify.log" || die "test_add and test_mul do not pass"
"$mortise" explain "$data/test_add/model.onnx" --provider "$plugin" | tee "$work/explain.log"
grep -q "$id *1 nodes" "$work/explain.log" || die "the node of test_add does not run on $id"
