#!/bin/bash
# Runs the files for schedulers (docs/guide/conformance) as the schedulers would, each in three shards on a plugin, and expects
# of each what one run of the whole gives, case by case. CTest is the real one; a few lines stand in for the others.
# usage: cluster_test.sh CMAKE TOOL PLUGIN FILES
set -euo pipefail

cmake=$1 plugin=$3 files=$4
. "$(dirname "$0")/../sdk/common.sh"
mkdir "$work/bin"
ln -s "$2" "$work/bin/mortise-conformance"
PATH="$work/bin:$(dirname "$cmake"):$PATH"
choice=(--suite abi --filter '^(descriptor|factory|option|run)-')

# "add-7 PASS" for each case of a report, by name.
outcomes() { sed -nE 's/^ *\{"name":"([^"]+)".*"outcome":"([A-Z]+)".*/\1 \2/p' "$1" | sort; }

mortise-conformance validate "$plugin" "${choice[@]}" --report-json "$work/whole.json"
outcomes "$work/whole.json" >"$work/expected"
[ "$(wc -l <"$work/expected")" -ge 6 ] || die "the run of the whole has too few cases to be cut in three"

# usage: same HOW REPORT; the report of the shards together says what the run of the whole does.
same() {
  outcomes "$2" | diff "$work/expected" - || die "$1: the shards together say something else than one run"
  echo "$1: the same"
}
# usage: parts_of FOLDER; the shards in it did about a third each: none did all, none nothing.
parts_of() {
  for part in 1 2 3; do
    count=$(outcomes "$1/part-$part.json" | wc -l)
    [ "$count" -gt 0 ] && [ "$count" -lt "$(wc -l <"$work/expected")" ] || die "'$1/part-$part.json' has $count cases"
  done
}

# CTest, with real tests.
options=$(printf '%s;' "${choice[@]}")
"$cmake" -S "$files/ctest" -B "$work/run" "-DPLUGIN=$plugin" -DSHARDS=3 "-DOPTIONS=${options%;}"
ctest --test-dir "$work/run" --parallel 2 --output-on-failure
parts_of "$work/run/reports"
same CTest "$work/run/reports/report.json"

# GNU parallel. The stand-in knows of its options what the script uses.
cat >"$work/bin/parallel" <<'END'
#!/bin/bash
[ "$1 $2 $3" = "--quote --workdir ." ] || exit 255
shift 3
while read -r line; do "${@//\{\}/$line}" || failed=1; done
exit "${failed:-0}"
END
chmod +x "$work/bin/parallel"
mkdir "$work/parallel"
(cd "$work/parallel" && "$files/parallel.sh" 3 "$plugin" "${choice[@]}")
parts_of "$work/parallel/reports"
same "GNU parallel" "$work/parallel/reports/report.json"

# Slurm, by the variables it sets.
mkdir "$work/slurm"
for task in 1 2 3; do
  (cd "$work/slurm" && SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_TASK_COUNT=3 SLURM_CPUS_PER_TASK=2 "$files/slurm.sh" "$plugin" "${choice[@]}")
done
parts_of "$work/slurm/reports"
mortise-conformance merge "$work"/slurm/reports/part-*.json --report-json "$work/slurm.json"
same Slurm "$work/slurm.json"

# Kubernetes: the container's command as YAML has it, with the variables that the Job and the container set. Only the plugin and the
# number of shards differ, and there are more options.
perl -MCPAN::Meta::YAML -e '
  my $job = CPAN::Meta::YAML->read(shift) or die CPAN::Meta::YAML->errstr;
  my $spec = $job->[0]{spec};
  my $container = $spec->{template}{spec}{containers}[0];
  my %variables = map { $_->{name} => $_->{value} } @{$container->{env}};
  die "GTEST_TOTAL_SHARDS is not completions" unless $variables{GTEST_TOTAL_SHARDS} == $spec->{completions};
  die "not indexed" unless $spec->{completionMode} eq "Indexed";
  print "$_\0" for @{$container->{command}};' "$files/kubernetes.yaml" >"$work/command"
mapfile -d '' -t command <"$work/command"
mkdir "$work/kubernetes"
for index in 0 1 2; do
  JOB_COMPLETION_INDEX=$index GTEST_TOTAL_SHARDS=3 PLUGIN=$plugin OPTIONS="--jobs 2 --badge badge.svg ${choice[*]}" REPORTS="$work/kubernetes" "${command[@]}"
done
# Files that are named without a folder, as those of failures are, lie beside the reports.
[ -f "$work/kubernetes/badge.svg" ] || die "Kubernetes: the suite does not run in the folder of the reports"
mortise-conformance merge "$work"/kubernetes/part-*.json --report-json "$work/kubernetes.json"
same Kubernetes "$work/kubernetes.json"
