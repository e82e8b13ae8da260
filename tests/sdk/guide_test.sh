#!/usr/bin/env bash
# Follows a page of docs/guide word for word in an empty folder: runs its "sh" blocks in one shell, expects every line of its
# "text" blocks in what they print, and finds its "cpp" blocks in the template. Only the prefix differs.
# usage: guide_test.sh PAGE CMAKE BUILD_DIR SOURCE_DIR C_COMPILER CXX_COMPILER
set -euo pipefail

page=$1 cmake=$2 build=$3 source=$4
. "$(dirname "$0")/common.sh"
need_vectors
export CC=$5 CXX=$6 PATH="$(dirname "$cmake"):$PATH"
guide=$source/docs/guide/$page
template=$(<"$source/sdk/template/provider.cpp")

# Prints the lines of the blocks in one language; a line of dashes ends each block.
blocks() {
  awk -v language="$1" '
    /^```/ { if (inside) print "----"; inside = !inside && $0 == "```" language; next }
    inside' "$guide" | sed -e "s#/opt/mortise#$work/prefix#g" -e "s#build/release#$build#g" -e "s#/usr/share/libonnx-testdata/data/node#$vectors#g"
}

mkdir "$work/own"
cd "$work/own"
commands=$(blocks sh | grep -vx -e '----')
[ -n "$commands" ] || die "the guide has no commands"
echo "$commands"
bash -euxc "$commands" >"$work/output" 2>&1 || { cat "$work/output"; die "the guide's commands do not work"; }
cat "$work/output"

while IFS= read -r line; do
  grep -qF -- "$line" "$work/output" || die "the guide's commands do not print '$line'"
done < <(blocks text | grep -vx -e '----')

block=
while IFS= read -r line; do
  if [ "$line" != ---- ]; then
    block+=$line$'\n'
  else
    [[ $template == *"$block"* ]] || die "the template does not contain the guide's code: $block"
    block=
  fi
done < <(blocks cpp)
