#!/usr/bin/env bash
# An evaluation as a job array under Slurm:
#
#     sbatch --array=1-4 examples/cluster/slurm.sh 4 SCRIPT [name=value …]
#     sbatch --dependency=afterok:JOB examples/cluster/slurm.sh --join 4 SCRIPT [name=value …]
#
# Each task measures its slice of the pictures into files of its own; the second job joins them and sums up. A task
# that was stopped goes on where it was when it is queued again (`scontrol requeue JOB_2`). CLIPSCOPE names the program.
# Where a task failed or was cancelled the waiting join never starts: `scancel` it, and submit it again without
# `--dependency` once all tasks are done.
#SBATCH --job-name=clipscope
#SBATCH --cpus-per-task=2
#SBATCH --requeue
set -euo pipefail
clipscope=${CLIPSCOPE:-clipscope}
threads=${SLURM_CPUS_PER_TASK:-1}

if [ "${1:-}" = --join ]; then
  slices=${2:?how many slices} script=${3:?which script}
  shift 3
  joined=0
  while read -r first; do
    whole=${first%.1of"$slices".jsonl} parts=()
    for n in $(seq "$slices"); do parts+=("$whole.${n}of$slices.jsonl"); done
    "$clipscope" merge --out "$whole.jsonl" "${parts[@]}" >&2
    joined=1
  done < <(find "$(dirname "$script")/" -name "*.1of$slices.jsonl")
  [ "$joined" = 1 ] || { echo "there are no rows in $slices slices beside $script" >&2; exit 1; }
  exec "$clipscope" run --threads "$threads" "$script" "$@"
fi

slices=${1:?how many slices} script=${2:?which script}
shift 2
# What is printed in a slice is of that slice alone.
exec "$clipscope" run --shard "${SLURM_ARRAY_TASK_ID:?submit with --array=1-$slices}/$slices" \
  --threads "$threads" "$script" "$@"
