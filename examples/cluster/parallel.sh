#!/usr/bin/env bash
# An evaluation in slices with GNU parallel: examples/cluster/parallel.sh SLICES SCRIPT [name=value …]
#
# Each slice is a process of one thread that measures every SLICES-th picture into files of its own
# (`rows.2of4.jsonl`). Then the slices are joined, and the script, which finds everything measured, sums up.
# Stopped, it goes on where it was when started again. CLIPSCOPE names the program.
set -euo pipefail
slices=${1:?how many slices} script=${2:?which script}
shift 2
clipscope=${CLIPSCOPE:-clipscope}

# Lines of quoted words, which parallel hands to a shell as they are.
for n in $(seq "$slices"); do
  printf '%q ' "$clipscope" run --shard "$n/$slices" --threads 1 "$script" "$@"
  echo
done | PARALLEL_SHELL=$BASH parallel --halt now,fail=1 --lb > /dev/null

# Every set of slices below the script's folder becomes one file.
joined=0
while read -r first; do
  whole=${first%.1of"$slices".jsonl} parts=()
  for n in $(seq "$slices"); do parts+=("$whole.${n}of$slices.jsonl"); done
  "$clipscope" merge --out "$whole.jsonl" "${parts[@]}" >&2
  joined=1
done < <(find "$(dirname "$script")/" -name "*.1of$slices.jsonl")
[ "$joined" = 1 ] || { echo "there are no rows in $slices slices beside $script" >&2; exit 1; }
exec "$clipscope" run "$script" "$@"
