#!/bin/sh
# Mortise as a part of another project: it brings no tests and asks for no googletest, its targets can be linked, and
# mortise_add_plugin() makes a plugin of the other project.
# usage: subproject_test.sh CMAKE SOURCE_DIR MORTISE C_COMPILER CXX_COMPILER
set -eu

cmake=$1 source=$2 mortise=$3
. "$(dirname "$0")/common.sh"
CC=$4 CXX=$5
export CC CXX

mkdir "$work/parent"
cat >"$work/parent/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES C CXX)
add_subdirectory(${MORTISE_SOURCE} mortise)
add_executable(classify ${MORTISE_SOURCE}/examples/classify.cpp)
target_link_libraries(classify PRIVATE mortise::core)
mortise_add_plugin(parent_plugin SOURCES ${MORTISE_SOURCE}/sdk/template/provider.c MANIFEST ${MORTISE_SOURCE}/sdk/template/manifest.json)
END
expect "Generating done" "$cmake" -S "$work/parent" -B "$work/build" -DMORTISE_SOURCE="$source" -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON
[ ! -e "$work/build/mortise/tests" ] || die "the tests are part of the other project"
"$cmake" --build "$work/build" --target parent_plugin
expect ": usable" "$mortise" inspect "$work/build/libparent_plugin.so"
[ -f "$work/build/manifest.json" ] || die "there is no manifest beside the plugin"
