#!/usr/bin/env bash
# Makes sure that the .NET SDK that global.json asks for is installed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# In a folder with a global.json this fails where no installed SDK will do.
has_sdk() { command -v dotnet > /dev/null && dotnet --version > /dev/null 2>&1; }

has_sdk && exit 0

system=$(. /etc/os-release 2> /dev/null && echo "${ID:-} ${VERSION_ID:-}" || uname -s)
if [ "$system" = "ubuntu 24.04" ]; then
  need_root "Installing the .NET SDK"
  say "Installing the .NET SDK 10 from Ubuntu's archive."
  apt_update
  apt_get install dotnet-sdk-10.0
  has_sdk && exit 0
fi

say "The .NET SDK 10.0.100 or later is needed and is not on the path ($system):" \
  "install it as Microsoft's documentation says for this system, then run this again."
exit 1
