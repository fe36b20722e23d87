#!/usr/bin/env bash
# Runs gpu-check on a machine with an NVIDIA card: what libtorch lacks of what the shim needs, the checks and speeds,
# and the same measurements of PyTorch in the same run. Finds libtorch in python3's torch or through LD_LIBRARY_PATH.
# usage: ./check.sh [folder for the logs]
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
logs=${1:-$here/logs}
mkdir -p "$logs"

torch=$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))' 2> /dev/null)
if [ -n "$torch" ]; then
  export LD_LIBRARY_PATH=$torch${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader | tee "$logs/card.txt"

# What libLibTorchSharp.so takes from libtorch, and libtorch has.
shim=$(find "$here" -name 'libLibTorchSharp.so' | head -1)
libtorch=${torch:-$(tr ':' '\n' <<< "${LD_LIBRARY_PATH:-}" | while read -r folder; do
  [ -f "$folder/libtorch_cpu.so" ] && echo "$folder"; done | head -1)}
if [ -n "$shim" ] && [ -n "$libtorch" ]; then
  names() { nm -D "$1" "${@:2}" 2> /dev/null | awk '{ print $NF }' | sed 's/@.*//' | sort -u; }
  names --undefined-only "$shim" | grep -E '^_ZNK?(2at|3c10|5torch)' > "$logs/needed.txt"
  for library in "$libtorch"/libtorch*.so "$libtorch"/libc10*.so; do
    names --defined-only "$library"
  done | sort -u > "$logs/defined.txt"
  comm -23 "$logs/needed.txt" "$logs/defined.txt" > "$logs/missing.txt"
  missing=$(wc -l < "$logs/missing.txt")
  if [ "$missing" = 0 ]; then
    echo "ok      all $(wc -l < "$logs/needed.txt") functions of libtorch are there"
  else
    echo "FAILED  $missing of $(wc -l < "$logs/needed.txt") functions of libtorch are missing: $logs/missing.txt"
  fi
else
  echo "        libLibTorchSharp.so or libtorch was not found; their functions are not compared"
fi

faults=0
timeout 300 "$here/gpu-check" 2>&1 | tee "$logs/gpu-check.txt" || faults=1
if [ -n "$torch" ]; then
  timeout 200 python3 "$here/peers.py" 2>&1 | tee "$logs/peers.txt" || faults=1
else
  echo "        python3 has no torch: peers.py is not run"
fi
exit $faults
