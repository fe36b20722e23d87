#!/usr/bin/env bash
# Ensures that the native libraries of the trainer and of the tests can be loaded on this machine: TorchSharp needs the
# libstdc++ of GCC 13 (GLIBCXX_3.4.32), LightGBM needs libgomp; pictures need a font for their axes. Silent and quick
# when nothing is missing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"
PATH=$PATH:/usr/sbin:/sbin

readonly wanted=GLIBCXX_3.4.32

library() { ldconfig -p 2> /dev/null | awk -v name="$1" '$1 == name { print $NF; exit }'; }

has_libstdcxx() {
  local path
  path=$(library libstdc++.so.6)
  # The names of symbol versions stand in the file as plain text.
  [ -n "$path" ] && LC_ALL=C grep -qaF "$wanted" "$path"
}

has_libgomp() { [ -n "$(library libgomp.so.1)" ]; }

# Where SkiaSharp looks. Only pictures need a font, so its absence is no error.
has_font() { [ -n "$(find /usr/share/fonts \( -name '*.ttf' -o -name '*.otf' \) -print -quit 2> /dev/null)" ]; }

install_font() {
  installable "a font for learning curves" || return 0
  say "Setup: installing fonts-dejavu-core to draw learning curves with (--no-setup prevents this)."
  apt_update
  apt_get install fonts-dejavu-core || say "Going on without."
}

# Debian 12 has GCC 12. Its successor's libstdc++6 replaces it cleanly; the pin keeps everything else where it is.
install_from_trixie() {
  local archive keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  local source=/etc/apt/sources.list.d/spiking-trixie.sources pin=/etc/apt/preferences.d/spiking-trixie
  say "Setup: Debian 12: adding Debian 13 to the sources of apt, pinned below Debian 12 ($source, $pin)," \
    "and installing its libstdc++6, because TorchSharp needs $wanted (--no-setup prevents this)."
  apt_update
  # apt itself reads the machine's sources, whatever their format: Debian 13 is where Debian 12 comes from.
  archive=$(apt-get indextargets --format '$(LABEL) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "bookworm" && $3 == "main" && !found { print $4; found = 1 }')
  if [ -z "$archive" ]; then
    say "apt has no source for bookworm main, so the address of Debian 13 is unknown."
    return 1
  fi

  printf '%s\n' "Package: *" "Pin: release n=trixie" "Pin-Priority: 50" > "$pin"
  {
    printf '%s\n' "Types: deb" "URIs: $archive" "Suites: trixie" "Components: main"
    [ ! -e "$keyring" ] || printf '%s\n' "Signed-By: $keyring"
  } > "$source"
  apt_update
  if ! apt_get install -t trixie libstdc++6; then
    rm -f "$source" "$pin"
    say "libstdc++6 could not be installed from Debian 13 ($archive). Debian 13 or Ubuntu 24.04 needs none of this."
    return 1
  fi
}

machine="$(uname -s) $(uname -m)"
case $machine in
  "Linux x86_64") ;;
  "Darwin arm64" | MINGW*x86_64 | MSYS*x86_64) exit 0 ;; # the package brings all it needs
  *)
    say "TorchSharp's packages have libtorch for Linux x64, Windows x64 and macOS arm64, not for $machine."
    exit 1
    ;;
esac
has_font || install_font
has_libstdcxx && has_libgomp && exit 0

system=$(. /etc/os-release 2> /dev/null && echo "${ID:-} ${VERSION_ID:-}" || echo unknown)
if ! installable "what TorchSharp and LightGBM load (libstdc++ with $wanted, libgomp)"; then
  say "Install it with this system's package manager ($system): Fedora 39, RHEL 10, Debian 13 and Ubuntu 24.04 have it."
  # With --no-setup the machine is the user's affair; this check may be wrong there.
  if [ "${SPIKING_SETUP:-yes}" = no ]; then exit 0; else exit 1; fi
fi

if ! has_libstdcxx && [ "$system" = "debian 12" ]; then
  install_from_trixie
elif ! has_libstdcxx; then
  say "Setup: installing libstdc++6 for TorchSharp (--no-setup prevents this)."
  apt_update
  apt_get install libstdc++6
fi
if ! has_libgomp; then
  say "Setup: installing libgomp1 for LightGBM (--no-setup prevents this)."
  apt_update
  apt_get install libgomp1
fi

if ! has_libstdcxx; then
  say "TorchSharp needs libstdc++ with $wanted (GCC 13), and $system has an older one:" \
    "use Ubuntu 24.04, Debian 12 or 13, Fedora 39 or later."
  exit 1
fi
