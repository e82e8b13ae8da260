#!/bin/sh
# A conformance run in shards under GNU parallel, on the machine's processors or, with PARALLEL='--sshloginfile hosts', on
# several machines that share the folder. usage: parallel.sh SHARDS PLUGIN [OPTION...]
#
# The options are those of `validate`. Leaves reports/part-*.json and, of the whole, reports/report.html, report.json and junit.xml; the
# exit code is the whole's.
set -eu

shards=$1
shift
rm -rf reports
mkdir reports
# A shard with a failure ends with 1, which must not keep the others from their work: merge judges all of them, and says so
# if a part is missing.
seq "$shards" | parallel --quote --workdir . mortise-conformance validate "$@" --jobs 1 --shard "{}/$shards" --report-json "reports/part-{}.json" || true
mortise-conformance merge reports/part-*.json --report-html reports/report.html --report-json reports/report.json --junit reports/junit.xml
