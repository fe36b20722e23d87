#!/usr/bin/env bash
# Installs numpy for python3, and chromium where npm is at hand, for the tests of docs/python.md and samples/Browser,
# Open MPI for those of samples/Distributed, and a display without a screen for that of samples/Desktop;
# where they cannot be installed, says that those tests are skipped. Never fails.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

# install "PACKAGE ..." "what for"
install() {
  if ! installable "$1"; then
    say "Setup: the tests $2 are skipped."
    return
  fi
  say "Setup: installing $1 for the tests $2 (--no-setup prevents this)."
  apt_update
  # shellcheck disable=SC2086 # one word for each package
  apt_get install --no-install-recommends $1 || say "Setup: $1 was not installed; the tests $2 are skipped."
}

has_numpy() { python3 -c 'import numpy' 2> /dev/null || /usr/bin/python3 -c 'import numpy' 2> /dev/null; }

has_numpy || install python3-numpy "of docs/python.md"
command -v mpirun > /dev/null || install openmpi-bin "of training by several processes"
has_window() {
  command -v Xvfb > /dev/null && command -v xdotool > /dev/null &&
    PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2> /dev/null | grep -q libgtk-3.so.0
}

has_window || install "xvfb xdotool libgtk-3-0" "of samples/Desktop"
# The page's runtime comes from npm; without it the browser has nothing to run.
if command -v npm > /dev/null && ! command -v chromium > /dev/null && ! command -v google-chrome > /dev/null; then
  install chromium "of samples/Browser"
fi
exit 0
