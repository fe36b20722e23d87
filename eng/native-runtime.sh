#!/usr/bin/env bash
# Makes sure that the native libraries the trainer and the tests load can start on this machine:
# TorchSharp wants the libstdc++ of GCC 13 (GLIBCXX_3.4.32), LightGBM wants libgomp; and that there is a font to write a
# picture's axes with. Silent and quick where all is there already.
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

# Where SkiaSharp looks. Only pictures need it, so nothing fails and nobody is asked for a password.
has_font() { [ -n "$(find /usr/share/fonts \( -name '*.ttf' -o -name '*.otf' \) -print -quit 2> /dev/null)" ]; }

install_font() {
  if command -v apt-get > /dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2> /dev/null; }; then
    say "Installing fonts-dejavu-core, to draw learning curves with."
    apt_update
    apt_get install fonts-dejavu-core || say "Going on without."
  fi
}

# Debian 12 has GCC 12. Its successor's libstdc++6 replaces it cleanly; the pin keeps everything else where it is.
install_from_trixie() {
  local archive keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  local source=/etc/apt/sources.list.d/spiking-trixie.sources pin=/etc/apt/preferences.d/spiking-trixie
  say "Debian 12: installing libstdc++6 from Debian 13, because TorchSharp needs $wanted."
  apt_update
  # apt itself reads the machine's sources, in whichever format they are: Debian 13 is where Debian 12 comes from.
  archive=$(apt-get indextargets --format '$(LABEL) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "bookworm" && $3 == "main" && !found { print $4; found = 1 }')
  if [ -z "$archive" ]; then
    say "apt has no source for bookworm main, so there is no telling where Debian 13 would come from."
    return 1
  fi

  printf '%s\n' "Package: *" "Pin: release n=trixie" "Pin-Priority: 50" | as_root tee "$pin" > /dev/null
  {
    printf '%s\n' "Types: deb" "URIs: $archive" "Suites: trixie" "Components: main"
    [ ! -e "$keyring" ] || printf '%s\n' "Signed-By: $keyring"
  } | as_root tee "$source" > /dev/null
  apt_update
  if ! apt_get install -t trixie libstdc++6; then
    as_root rm -f "$source" "$pin"
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
if ! command -v apt-get > /dev/null; then
  say "TorchSharp needs libstdc++ with $wanted (GCC 13) and LightGBM needs libgomp; install them with" \
    "this system's package manager ($system). Fedora 39, RHEL 10, Debian 13 and Ubuntu 24.04 have them."
  exit 1
fi

need_root "Installing what TorchSharp and LightGBM load (libstdc++ with $wanted, libgomp)"
if ! has_libstdcxx && [ "$system" = "debian 12" ]; then
  install_from_trixie
elif ! has_libstdcxx; then
  apt_update
  apt_get install libstdc++6
fi
has_libgomp || { apt_update && apt_get install libgomp1; }

if ! has_libstdcxx; then
  say "TorchSharp needs libstdc++ with $wanted (GCC 13), and $system has an older one:" \
    "use Ubuntu 24.04, Debian 12 or 13, Fedora 39 or later."
  exit 1
fi
