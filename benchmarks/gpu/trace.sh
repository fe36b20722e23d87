#!/usr/bin/env bash
# Builds trace.cpp with the CUPTI of CUDA's toolkit or of Python's packages, and runs a command with it.
# usage: ./trace.sh COMMAND...
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
library=${TMPDIR:-/tmp}/spiking-trace.so
if [ ! -f "$library" ]; then
  packages=$(python3 -c 'import torch; print(torch.__file__)' 2> /dev/null || true)
  packages=${packages:+${packages%/*/*}/nvidia}
  header=$(find -L /usr/local/cuda*/ ${packages:+"$packages"} -name cupti.h 2> /dev/null | head -1)
  include=$(dirname "$header")
  found=$(find -L "$include/.." "$include/../../.." ${packages:+"$packages"} -name 'libcupti.so*' 2> /dev/null |
    head -1)
  cuda=$(find -L /usr/local/cuda*/ ${packages:+"$packages"} -name cuda.h 2> /dev/null | head -1)
  for record in CUpti_ActivityKernel11 CUpti_ActivityKernel10 CUpti_ActivityKernel9; do
    if g++ -std=c++17 -O1 -fPIC -shared -D"KERNEL_RECORD=$record" -I"$include" -I"$(dirname "$cuda")" \
      "$here/trace.cpp" -o "$library" "$found" -Wl,-rpath,"$(dirname "$found")" 2> "$library.log"; then
      break
    fi
  done
fi
if [ ! -f "$library" ]; then
  echo "trace.cpp cannot be built:" >&2
  head -5 "$library.log" >&2
  exit 1
fi
CUDA_INJECTION64_PATH=$library "$@"
