#!/usr/bin/env bash
# Builds trace.cpp with the CUPTI of CUDA's toolkit or of Python's packages, and runs a command with it.
# usage: ./trace.sh COMMAND...
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
library=${TMPDIR:-/tmp}/spiking-trace.so
if [ ! -f "$library" ]; then
  packages=$(python3 -c 'import torch; print(torch.__file__)' 2> /dev/null || true)
  packages=${packages:+${packages%/*/*}/nvidia}
  places=()
  for place in /usr/local/cuda*/ ${packages:+"$packages"}; do
    [ ! -d "$place" ] || places+=("$place")
  done
  # The first file of a name in some folders; nothing where there is none.
  first() {
    local name=$1
    shift
    [ $# = 0 ] || find -L "$@" -name "$name" -print -quit 2> /dev/null || true
  }
  header=$(first cupti.h ${places[@]+"${places[@]}"})
  if [ -z "$header" ]; then
    echo "cupti.h is neither under /usr/local/cuda* nor among the packages of Python's torch." >&2
    exit 1
  fi
  include=$(dirname "$header")
  found=$(first 'libcupti.so*' "$include/.." "$include/../../.." "${places[@]}")
  cuda=$(first cuda.h "${places[@]}")
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
