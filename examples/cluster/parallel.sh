#!/usr/bin/env bash
# An evaluation in slices with GNU parallel: examples/cluster/parallel.sh SLICES SCRIPT [name=value …]
#
# Each slice is a process of one thread that measures every SLICES-th picture into files of its own
# (`rows.2of4.jsonl`). Then the slices are joined, and the script, which finds everything measured, sums up.
# Stopped, it goes on where it was when started again. CLIPSCOPE names the program.
set -euo pipefail
slices=$1 script=$2
shift 2
clipscope=${CLIPSCOPE:-clipscope}
folder=$(dirname "$script")

parallel --halt now,fail=1 --lb "$clipscope" run --shard "{}/$slices" --threads 1 "$script" "$@" \
  '>' /dev/null ::: $(seq "$slices")

# Every set of slices below the script's folder becomes one file.
find "$folder" -name "*.1of$slices.jsonl" | while read -r first; do
  whole=${first%.1of"$slices".jsonl}
  "$clipscope" merge --out "$whole.jsonl" "$whole".*of"$slices".jsonl
done
exec "$clipscope" run "$script" "$@"
