#!/usr/bin/env bash
# How much faster two ranks of one thread each train than one rank of one thread, once .NET has compiled what a step
# runs: samples/Distributed, the convolutional network, in turn, round after round. What the machine allows is measured
# beside it: two trainings at once that know nothing of each other. Needs Open MPI, two idle processors and the built
# sample:
#
#   dotnet build samples/Distributed -c Release && benchmarks/mpi/efficiency.sh [rounds [rows [batch]]]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
rounds=${1:-7} rows=${2:-1024} batch=${3:-128}
programs=("$root"/samples/Distributed/bin/Release/net10.0/*/Distributed.dll)
cores=$(env -u OMP_NUM_THREADS nproc)
export OMP_NUM_THREADS=1 TERM=dumb OMPI_MCA_btl_vader_single_copy_mechanism=none PMIX_MCA_gds=hash

# Rows a second, the median of the epochs 5 to 9. In the first four every method of a step gets its final form, which
# takes a second of each rank's processor; at 8 steps an epoch that is the 30th call.
speed() { # RANKS BATCH
  mpirun --allow-run-as-root --oversubscribe --bind-to none --mca mpi_yield_when_idle 1 -np "$1" \
    dotnet "${programs[0]}" --threads 1 --network conv --rows "$rows" --epochs 9 --batch "$2" 2>&1 |
    sed -n 's|^epoch [5-9]/9: .* \([0-9.]*\) rows/s.*|\1|p' |
    sort -g | awk '{ v[NR] = $1 } END { if (NR != 5) exit 1; print v[3] }'
}

# Rows a second of two trainings at once, together; each with the batches that a rank has.
apart() {
  speed 1 $((batch / 2)) > "$folder/other" &
  local mine
  mine=$(speed 1 $((batch / 2)))
  wait $!
  awk -v mine="$mine" '{ print mine + $1 }' "$folder/other"
}

# The value at a share of the sorted numbers of standard input.
at() {
  sort -g | awk -v share="$1" '{ v[NR] = $1 } END {
    p = 1 + share * (NR - 1); i = int(p); j = i < NR ? i + 1 : i; printf "%.2f\n", v[i] + (p - i) * (v[j] - v[i]) }'
}
divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f\n", a / b }'; }
spread() { echo "$(at 0.5 < "$1") [$(at 0.25 < "$1"), $(at 0.75 < "$1")]"; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
date -u '+%Y-%m-%d %H:%M UTC'
echo "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1), $cores threads"
mpirun --version | head -n 1
echo "load at the start: $(cut -d ' ' -f 1-3 /proc/loadavg)"
echo "# mpi: ConvNet 16-32 on $rows drawn digits of 28x28, batches of $batch; rows a second of one rank of one" \
  "thread, of two, and of two trainings at once that know nothing of each other, in turn, epochs 5 to 9"
for ((round = 1; round <= rounds; round++)); do
  one=$(speed 1 "$batch") two=$(speed 2 "$batch") apart=$(apart)
  divide "$two" "$one" >> "$folder/two"
  divide "$apart" "$one" >> "$folder/apart"
  divide "$two" "$apart" >> "$folder/share"
  echo "  round $round: $one, $two, $apart"
done
echo "two ranks / one: $(spread "$folder/two")"
echo "two trainings at once / one: $(spread "$folder/apart")"
echo "two ranks / two trainings at once: $(spread "$folder/share")"
median=$(at 0.5 < "$folder/two")
echo "goal mpi-conv $median 1.70 $(awk -v m="$median" 'BEGIN { print (m >= 1.7 ? "met" : "missed") }')"
