#!/bin/sh
# The way of an application: install everything, move the prefix elsewhere, build the example against the installed package
# alone, and run it and the installed command with the installed mock NPU.
# usage: application_test.sh CMAKE BUILD_DIR SOURCE_DIR CXX_COMPILER CXX_FLAGS
set -eu

cmake=$1 build=$2 source=$3
. "$(dirname "$0")/common.sh"
CXX=$4 CXXFLAGS="$5 -Wall -Wextra -Wpedantic -Werror"
export CXX CXXFLAGS

# Nothing in the prefix knows where it lies.
"$cmake" --install "$build" --prefix "$work/first" >"$work/install.log"
prefix=$work/prefix
mv "$work/first" "$prefix"
mkdir "$work/example"
cp -R "$source/examples/CMakeLists.txt" "$source/examples/classify.cpp" "$source/examples/digits" "$work/example"
digits=$work/example/digits


# The installed command: no trace of the build tree, and its plugins are those of the prefix.
mortise=$prefix/bin/mortise
plugin=$prefix/lib/mortise/libmortise_mock_npu.so
for file in "$mortise" "$plugin" "$prefix"/lib*/libmortise.so; do
  ! readelf -d "$file" | grep -E 'RPATH|RUNPATH' || die "'$file' looks for libraries in a folder of its own"
done
expect "$plugin" "$mortise" providers
expect ": usable" "$mortise" inspect "$plugin"
expect "(largest: " "$mortise" run "$digits/digits.onnx" --config "$digits/npu.json" --input image="$digits/sample00-is-2.png"
grep -q "org.mortise.mock-npu *8 " "$work/output" || die "the installed mock NPU does not run the model"

for header in "$prefix"/include/mortise/core/*.h; do
  grep -q '^#pragma GCC visibility push(default)$' "$header" || die "'$header' does not set the visibility of its namespace"
done

# The application. The promise in its configuration fails unless the mock NPU is found by its id.
"$cmake" -S "$work/example" -B "$work/example/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release >"$work/configure.log"
grep -q "mortise_DIR:PATH=$prefix" "$work/example/build/CMakeCache.txt" || die "another package than the installed one was found"
"$cmake" --build "$work/example/build"
cat >"$work/promise.json" <<'END'
{
  "providers": [ { "id": "org.mortise.mock-npu", "on_failure": "error" } ],
  "require": [ { "provider": "org.mortise.mock-npu", "min_fraction": 0.5 } ]
}
END
expect "0." "$work/example/build/classify" "$digits/digits.onnx" "$work/promise.json"
[ "$(wc -w <"$work/output")" -eq 10 ] || die "the example does not print ten probabilities"

# Operators of one's own, as a plugin of the installed command and inside an application.
cp -R "$source/examples/custom_operators" "$work/operators"
"$cmake" -S "$work/operators" -B "$work/operators/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release >"$work/configure.log"
"$cmake" --build "$work/operators/build"
expect "2.5 -1" "$work/operators/build/application" "$work/operators/model.onnx"
own=$(find "$work/operators/build" -name '*example_operators.so')
expect "com.example.operators" "$mortise" run "$work/operators/model.onnx" --provider "$own" --random 1
grep -q "com.example.operators *2 " "$work/output" || die "the plugin does not run its operators"
! "$mortise" run "$work/operators/model.onnx" --random 1 >"$work/output" 2>&1 || die "a model runs without its operators"
grep -q "com.example.Clamp" "$work/output" || die "it is not said which operator is missing"
