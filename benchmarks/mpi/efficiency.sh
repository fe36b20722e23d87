#!/usr/bin/env bash
# How much faster two ranks of one thread each train than one rank of one thread: samples/Distributed, the convolutional
# network, in turn, round after round. Needs Open MPI, two idle processors and the built sample:
#
#   dotnet build samples/Distributed -c Release && benchmarks/mpi/efficiency.sh [rounds [rows [batch]]]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
rounds=${1:-7} rows=${2:-1500} batch=${3:-128}
programs=("$root"/samples/Distributed/bin/Release/net10.0/*/Distributed.dll)
export OMP_NUM_THREADS=1 TERM=dumb OMPI_MCA_btl_vader_single_copy_mechanism=none PMIX_MCA_gds=hash

# Rows a second of the last two of three epochs; the first compiles.
speed() {
  mpirun --allow-run-as-root --oversubscribe --bind-to none -np "$1" dotnet "${programs[0]}" --threads 1 \
    --network conv --rows "$rows" --epochs 3 --batch "$batch" 2>&1 |
    sed -n 's|^epoch [23]/3: .* \([0-9.]*\) rows/s.*|\1|p' | awk '{ sum += $1 } END { if (NR != 2) exit 1; print sum / NR }'
}

# The value at a share of the sorted numbers of standard input.
at() { sort -g | awk -v share="$1" '{ v[NR] = $1 } END {
  p = 1 + share * (NR - 1); i = int(p); j = i < NR ? i + 1 : i; printf "%.2f\n", v[i] + (p - i) * (v[j] - v[i]) }'; }

date -u '+%Y-%m-%d %H:%M UTC'
sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1 | sed "s/\$/, $(nproc) threads/"
mpirun --version | head -n 1
echo "load at the start: $(cut -d ' ' -f 1-3 /proc/loadavg)"
echo "# mpi: ConvNet 16-32 on $rows drawn digits of 28x28, batches of $batch; rows a second of one rank of one thread" \
  "and of two, in turn"
ratios=
for ((round = 1; round <= rounds; round++)); do
  one=$(speed 1) two=$(speed 2)
  ratio=$(awk -v one="$one" -v two="$two" 'BEGIN { printf "%.3f", two / one }')
  ratios+="$ratio"$'\n'
  echo "  round $round: $one, $two: $ratio"
done
median=$(printf %s "$ratios" | at 0.5)
echo "two ranks / one: $median [$(printf %s "$ratios" | at 0.25), $(printf %s "$ratios" | at 0.75)]"
echo "goal mpi-conv $median 1.70 $(awk -v m="$median" 'BEGIN { print (m >= 1.7 ? "met" : "missed") }')"
