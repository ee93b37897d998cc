#!/usr/bin/env bash
# An evaluation as a job array under Slurm:
#
#     sbatch --array=1-4 examples/cluster/slurm.sh 4 SCRIPT [name=value …]
#     sbatch --dependency=afterok:JOB examples/cluster/slurm.sh --join 4 SCRIPT [name=value …]
#
# Each task measures its slice of the pictures into files of its own; the second job joins them and sums up. A task
# that was stopped goes on where it was when it is queued again. CLIPSCOPE names the program.
#SBATCH --job-name=clipscope
#SBATCH --cpus-per-task=2
#SBATCH --requeue
set -euo pipefail
clipscope=${CLIPSCOPE:-clipscope}

if [ "${1:-}" = --join ]; then
  slices=$2 script=$3
  shift 3
  find "$(dirname "$script")" -name "*.1of$slices.jsonl" | while read -r first; do
    whole=${first%.1of"$slices".jsonl}
    "$clipscope" merge --out "$whole.jsonl" "$whole".*of"$slices".jsonl
  done
  exec "$clipscope" run "$script" "$@"
fi

slices=$1 script=$2
shift 2
# What is printed in a slice is of that slice alone.
exec "$clipscope" run --shard "$SLURM_ARRAY_TASK_ID/$slices" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" "$script" "$@"
