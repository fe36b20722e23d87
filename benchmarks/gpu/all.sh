#!/usr/bin/env bash
# Runs everything that a card tells, in the order of its worth, until the seconds are over: checks, speeds and peers;
# steps with the gradients of weights in float16 and without; other constants of the neuron kernels; where the card's
# time goes; and ResNet-18 on images, CLIF and then LIF, half of what is left each.
# usage: ./all.sh SECONDS LOGS [IMAGES]      IMAGES has a folder for each class in train/ and test/, as CIFAR-10's
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
end=$((SECONDS + $1))
logs=$2
images=${3:-}
mkdir -p "$logs"

torch=$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))' 2> /dev/null)
export LD_LIBRARY_PATH=${torch:+$torch:}${LD_LIBRARY_PATH:-}

# Runs a command for at most so many seconds: within NAME SECONDS COMMAND...
within() {
  local name=$1 most=$2 left=$((end - SECONDS))
  shift 2
  if [ "$left" -lt 10 ]; then
    echo "$name: no time left"
    return
  fi
  echo "== $name, at $SECONDS s"
  timeout "$((most < left ? most : left))" "$@" > "$logs/$name.txt" 2>&1
  local status=$?
  tail -40 "$logs/$name.txt"
  [ $status = 0 ] || echo "$name: exit code $status"
}

within check 240 "$here/check.sh" "$logs/check"
for precision in tf32 tf32-alone bfloat16; do
  within "steps-$precision" 40 "$here/gpu-check" steps resnet "$precision" 20
done
within tune 150 "$here/gpu-check" tune
for precision in tf32 bfloat16; do
  within "trace-$precision" 60 "$here/trace.sh" "$here/gpu-check" steps resnet "$precision" 10
done
if [ -n "$images" ]; then
  within images 60 python3 "$here/images.py" "$images"
  within learn-clif "$(((end - SECONDS) / 2))" "$here/gpu-check" learn "$images" clif 60
  within learn-lif 600 "$here/gpu-check" learn "$images" lif 60
fi
