#!/bin/sh
# The way of a vendor: install the SDK, make a provider with new-provider, build it against the installed SDK alone, look at
# it, and run a model with it.
# usage: install_test.sh c|cpp CMAKE BUILD_DIR MORTISE C_COMPILER CXX_COMPILER
set -eu

language=$1 cmake=$2 build=$3 mortise=$4
. "$(dirname "$0")/common.sh"
need_vectors
CC=$5 CXX=$6 CFLAGS="-Wall -Wextra -Wpedantic -Werror" CXXFLAGS="-Wall -Wextra -Wpedantic -Werror"
export CC CXX CFLAGS CXXFLAGS
id=com.vendor.adder
prefix=$work/prefix

"$cmake" --install "$build" --component sdk --prefix "$prefix" >"$work/install.log"
refuse "not all are installed" "$cmake" -S "$(dirname "$0")/../../examples" -B "$work/no-core" -DCMAKE_PREFIX_PATH="$prefix"
new_provider=$prefix/bin/new-provider
"$new_provider" "--$language" "$id" "$work/adder"
"$(dirname "$0")/../../tools/new-provider" "--$language" "$id" "$work/from the tree"
diff -r "$work/adder" "$work/from the tree" || die "new-provider makes something else from the tree than from the prefix"
refuse "com.vendor.thing" "$new_provider" Adder "$work/other"
refuse "exists already" "$new_provider" "$id" "$work/adder"
refuse "give NAME and DIR" "$new_provider" "$id"
refuse "cannot be made" "$new_provider" "$id" /dev/null/adder

mkdir "$work/major"
printf 'cmake_minimum_required(VERSION 3.25)\nproject(major LANGUAGES NONE)\nfind_package(mortise 2 REQUIRED)\n' >"$work/major/CMakeLists.txt"
refuse 'compatible with requested version "2"' "$cmake" -S "$work/major" -B "$work/major/build" -DCMAKE_PREFIX_PATH="$prefix"

case $language in c) budget=200 ;; cpp) budget=100 ;; esac
lines=$(wc -l <"$work/adder/provider.$language")
[ "$lines" -lt "$budget" ] || die "the template has $lines lines; it stays under $budget"
! grep -rn -e 'com.example' -e com_example "$work/adder" || die "new-provider left a name of the template"

"$cmake" -S "$work/adder" -B "$work/adder/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release >"$work/configure.log"
grep -q "mortise_DIR:PATH=$prefix" "$work/adder/build/CMakeCache.txt" || die "another SDK than the installed one was found"
"$cmake" --build "$work/adder/build"

plugin=$work/adder/build/libcom_vendor_adder.so
symbols=$(nm -D --defined-only "$plugin" | awk '{ print $NF }')
[ "$symbols" = mortise_entry ] || die "the plugin exports '$symbols', not mortise_entry alone"
[ -f "$work/adder/build/$id.json" ] || die "there is no manifest beside the plugin"
expect ": usable" "$mortise" inspect "$plugin"
expect "$id " "$mortise" inspect "$plugin"
expect "2 passed, 0 failed" "$mortise" verify "$vectors" --filter '^test_(add|mul)$' --provider "$plugin"
expect "100.0 %" "$mortise" explain "$vectors/test_add/model.onnx" --provider "$plugin"
grep -q "$id  *1  *100.0 %" "$work/output" || die "the node of test_add does not run on $id"

# Without CMake: pkg-config gives all that a compiler needs.
case $language in
  c) compile="$CC -std=c11 $CFLAGS" ;;
  cpp) compile="$CXX -std=c++20 $CXXFLAGS" ;;
esac
if command -v pkg-config >/dev/null; then
  flags=$(PKG_CONFIG_PATH=$prefix/share/pkgconfig pkg-config --cflags mortise)
  $compile $flags -fPIC -fvisibility=hidden -shared "$work/adder/provider.$language" -o "$work/plain.so"
  expect ": usable" "$mortise" inspect "$work/plain.so"
fi
