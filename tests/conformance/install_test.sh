#!/bin/sh
# The way of a vendor: install the SDK and the suite, move the prefix elsewhere, make a provider with new-provider, and hold
# it to the requirements with the script that came with it, once as it is and once broken.
# usage: install_test.sh c|cpp CMAKE BUILD_DIR C_COMPILER CXX_COMPILER
set -eu

language=$1 cmake=$2 build=$3
. "$(dirname "$0")/../sdk/common.sh"
export CC="$4" CXX="$5" PATH="$(dirname "$cmake"):$PATH"

# Nothing in the prefix knows where it lies, or where it was built.
for component in sdk conformance; do
  "$cmake" --install "$build" --component "$component" --prefix "$work/first" >"$work/install.log"
done
prefix=$work/prefix
mv "$work/first" "$prefix"
tool=$prefix/bin/mortise-conformance
! readelf -d "$tool" | grep -E 'RPATH|RUNPATH|libmortise' || die "'$tool' needs more than the libraries of the system"
for schema in conformance-report conformance-expectations; do
  [ -f "$prefix/share/mortise/$schema.schema.json" ] || die "the schema '$schema' is not installed"
done

[ -x "$prefix/share/mortise/conformance/parallel.sh" ] || die "the files for schedulers are not installed"

own=$work/own
"$prefix/bin/new-provider" "--$language" com.vendor.adder "$own"
[ -x "$own/conformance.sh" ] || die "new-provider made a conformance.sh that cannot be run"
expect " passed, 0 failed, " "$own/conformance.sh" "$prefix"
reports=$own/build/conformance
grep -q 'failures="0"' "$reports/junit.xml" || die "'$reports/junit.xml' does not say that nothing failed"
for file in report.html report.json badge.svg; do
  [ -s "$reports/$file" ] || die "there is no '$reports/$file'"
done
mkdir "$work/promise"
printf 'cmake_minimum_required(VERSION 3.25)\nproject(promise LANGUAGES NONE)\nfind_package(mortise 1 REQUIRED COMPONENTS conformance)
add_custom_target(version ALL mortise::conformance --version)\n' >"$work/promise/CMakeLists.txt"
"$cmake" -S "$work/promise" -B "$work/promise/build" -DCMAKE_PREFIX_PATH="$prefix" >"$work/configure.log"
"$cmake" --build "$work/promise/build"

# A descriptor with an id that no provider may have: the script fails and names the case.
sed -i 's/com\.vendor\.adder/com.Vendor.Adder/' "$own/provider.$language"
refuse "descriptor-id" "$own/conformance.sh" "$prefix" --suite abi

# The recipe for GitHub says what the script does, and is YAML.
recipe=$own/.github/workflows/conformance.yml
perl -MCPAN::Meta::YAML -e 'CPAN::Meta::YAML->read(shift) or die CPAN::Meta::YAML->errstr' "$recipe" || die "'$recipe' is no YAML"
grep -qF 'run: ./conformance.sh' "$recipe" || die "'$recipe' does not run conformance.sh"
