#!/bin/sh
# Fails if a number of docs/spec/requirements.md is given twice, or if a file of the tree names a requirement that is not there.
# usage: requirements_test.sh SOURCE_DIR
set -eu

cd "$1"
list=docs/spec/requirements.md
numbers=$(sed -n 's/^| \(MORTISE-[PH]-[0-9][0-9][0-9]\) | [A-Z`].*\. |$/\1/p' "$list")
rows=$(grep -c '^| MORTISE' "$list")
[ "$(echo "$numbers" | wc -l)" -eq "$rows" ] || { echo "FAILED: a row of '$list' is not '| MORTISE-P-nnn | A sentence. |'"; exit 1; }
twice=$(echo "$numbers" | sort | uniq -d)
[ -z "$twice" ] || { echo "FAILED: '$list' has two requirements" $twice; exit 1; }
for number in $(grep -rhoE 'MORTISE-[PH]-[0-9]+' sdk core plugins providers tests docs | sort -u); do
  echo "$numbers" | grep -qx -e "$number" || { echo "FAILED: '$number' is named but is not in '$list'"; exit 1; }
done
