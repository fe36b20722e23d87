#!/usr/bin/env bash
# Installs numpy for python3, and chromium where npm is at hand, for the tests of docs/python.md and samples/Browser,
# and Open MPI for those of samples/Distributed;
# where they cannot be installed, says that those tests are skipped. Never fails.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

# install PACKAGE "what for"
install() {
  if ! installable "$1"; then
    say "Setup: the tests $2 are skipped."
    return
  fi
  say "Setup: installing $1 for the tests $2 (--no-setup prevents this)."
  apt_update
  apt_get install --no-install-recommends "$1" || say "Setup: $1 was not installed; the tests $2 are skipped."
}

has_numpy() { python3 -c 'import numpy' 2> /dev/null || /usr/bin/python3 -c 'import numpy' 2> /dev/null; }

has_numpy || install python3-numpy "of docs/python.md"
command -v mpirun > /dev/null || install openmpi-bin "of training by several processes"
# The page's runtime comes from npm; without it the browser has nothing to run.
if command -v npm > /dev/null && ! command -v chromium > /dev/null && ! command -v google-chrome > /dev/null; then
  install chromium "of samples/Browser"
fi
exit 0
