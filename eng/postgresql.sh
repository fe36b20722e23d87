#!/usr/bin/env bash
# Installs PostgreSQL for the tests of sweeps, which start a server of their own, where that can be done without asking
# anybody; else says that those tests are skipped. Never fails.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

has_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null; }

skip() {
  say "$1: the tests of sweeps on PostgreSQL are skipped."
  exit 0
}

has_postgresql && exit 0
command -v apt-get > /dev/null || skip "PostgreSQL is not where Debian and Ubuntu install it"
[ "$(id -u)" = 0 ] || sudo -n true 2> /dev/null || skip "PostgreSQL is not installed, and that needs root"
say "Installing PostgreSQL for the tests of sweeps."
apt_update
apt_get install --no-install-recommends postgresql || skip "PostgreSQL could not be installed"
