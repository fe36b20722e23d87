#!/usr/bin/env bash
# Ensures that the .NET SDK that global.json asks for is installed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# In a folder with a global.json this fails unless an installed SDK satisfies it.
has_sdk() { command -v dotnet > /dev/null && dotnet --version > /dev/null 2>&1; }

has_sdk && exit 0

system=$(. /etc/os-release 2> /dev/null && echo "${ID:-} ${VERSION_ID:-}" || uname -s)
if [ "$system" = "ubuntu 24.04" ] && installable "the .NET SDK 10"; then
  say "Setup: installing dotnet-sdk-10.0 from Ubuntu's archive (--no-setup prevents this)."
  apt_update
  apt_get install dotnet-sdk-10.0
  has_sdk && exit 0
fi

say "The .NET SDK 10.0.100 or later is needed and is not on the path ($system):" \
  "install it as Microsoft's documentation says for this system, then run this again."
exit 1
