#!/bin/sh
# A conformance run as an array of Slurm, one task per shard. In a folder that the nodes share:
#
#   job=$(sbatch --parsable --array=1-16 slurm.sh libvendor_npu.so)
#   sbatch --dependency=afterany:$job --wrap 'mortise-conformance merge reports/part-*.json --report-html reports/report.html'
#
# Arguments are the plugin and further options of `validate`. The array begins at 1 and has no gaps.
#SBATCH --job-name=conformance
#SBATCH --cpus-per-task=2
#SBATCH --output=conformance-%A-%a.log
set -eu

mkdir -p reports
mortise-conformance validate "$@" --jobs "$SLURM_CPUS_PER_TASK" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
  --report-json "reports/part-$SLURM_ARRAY_TASK_ID.json"
