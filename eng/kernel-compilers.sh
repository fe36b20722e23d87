#!/usr/bin/env bash
# Installs g++ and clang for the tests of the CUDA kernels, which run them on the processor and compile them to PTX; the
# sample that is compiled ahead of time is linked by one of them. Where they cannot be installed, says that those tests
# are skipped. Never fails.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

# SPIKING_COMPILERS is for the tests of this script.
has_compiler() {
  if [ -n "${SPIKING_COMPILERS:-}" ]; then [ -e "$SPIKING_COMPILERS/$1" ]; else command -v "$1" > /dev/null; fi
}

has_clang() { has_compiler clang-20 || has_compiler clang-19 || has_compiler clang-16 || has_compiler clang; }

skip() {
  say "Setup: the tests of the CUDA kernels that need a compiler are skipped."
  exit 0
}

missing=()
has_compiler g++ || missing+=(g++)
has_clang || missing+=(clang)
[ ${#missing[@]} -gt 0 ] || exit 0
installable "${missing[*]}" || skip
say "Setup: installing ${missing[*]} for the tests of the CUDA kernels (--no-setup prevents this)."
apt_update
# Debian 12's own clang does not know sm_90; its clang-19 does.
if [ "${missing[-1]}" = clang ] && apt-cache show clang-19 > /dev/null 2>&1; then
  missing[-1]=clang-19
fi
apt_get install --no-install-recommends "${missing[@]}" || skip
