#!/usr/bin/env bash
# Installs PostgreSQL for the tests of sweeps, which start their own server; where it cannot be installed, says that
# those tests are skipped. Never fails.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

# SPIKING_POSTGRESQL is for the tests of this script.
has_postgresql() { compgen -G "${SPIKING_POSTGRESQL:-/usr/lib/postgresql}/*/bin/initdb" > /dev/null; }

skip() {
  say "Setup: the tests of sweeps on PostgreSQL are skipped."
  exit 0
}

has_postgresql && exit 0
installable "PostgreSQL" || skip
say "Setup: installing postgresql for the tests of sweeps (--no-setup prevents this)."
apt_update
apt_get install --no-install-recommends postgresql || skip
