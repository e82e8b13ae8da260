#!/bin/sh
# Builds the plugin and holds it to Mortise's requirements: fails if a promise is broken. The reports are in
# build/conformance afterwards, whatever the result. usage: conformance.sh [PREFIX [OPTION...]]
#   PREFIX  where Mortise's components sdk and conformance are installed; default: /opt/mortise
#   OPTION  of 'mortise-conformance validate', such as --suite abi
#
# conformance.json lists the failures that you know of, so that a new one is seen among them. An entry:
#   { "case": "add-*-float16-*", "reason": "the device rounds to zero", "url": "https://bugs.vendor.com/17",
#     "owner": "kernels team", "expires": "2027-01-31" }
set -eu

prefix=${1:-/opt/mortise}
[ $# -eq 0 ] || shift
source=$(dirname "$(readlink -f "$0")")
build=$source/build
reports=$build/conformance

cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
cmake --build "$build"
mkdir -p "$reports"
cd "$reports"
"$prefix/bin/mortise-conformance" validate "$build/libcom_example_template.so" --expect "$source/conformance.json" \
  --report-html report.html --report-json report.json --junit junit.xml --badge badge.svg "$@"
