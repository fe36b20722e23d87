#!/usr/bin/env bash
# Brings NVRTC, the compiler of the CUDA kernels, into artifacts/nvrtc for the tests that compile them as users' cards
# do; it needs no card. Nothing is installed, and root is not needed: apt has settings, sources and lists of its own, in
# a folder that is deleted. Where NVRTC cannot be had, says that those tests are skipped. Never fails.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

target=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/artifacts/nvrtc

skip() {
  say "NVRTC: $1; the tests that compile the CUDA kernels with it are skipped."
  exit 0
}

if PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2> /dev/null | grep -E 'libnvrtc\.so\.(11\.2|12|13) ' > /dev/null; then
  say "NVRTC: it is installed on this system."
  exit 0
fi
if [ -d "$target" ]; then
  say "NVRTC: it is in artifacts/nvrtc."
  exit 0
fi
[ "${SPIKING_SETUP:-yes}" != no ] || skip "nothing is downloaded, because of --no-setup"
{ command -v apt-get && command -v dpkg; } > /dev/null || skip "there is no apt-get here"
system=$(. /etc/os-release && echo "${ID:-} ${VERSION_CODENAME:-}")
read -r distribution codename <<< "$system"
case $distribution in
  debian) origin=Debian component=non-free ;;
  ubuntu) origin=Ubuntu component=multiverse ;;
  *) skip "this is neither Debian nor Ubuntu" ;;
esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"/{lists/partial,cache/archives/partial,packages,unpacked}
# As root, apt downloads as a user without rights, who writes there.
chmod 755 "$folder"
[ "$(id -u)" != 0 ] || chown _apt "$folder/packages" 2> /dev/null || true

# The user's settings, such as a proxy, without the commands that follow an update.
{
  apt-config dump | grep -v 'Post-Invoke'
  echo "Dir::Etc::main \"/dev/null\"; Dir::Etc::parts \"/dev/null\";"
  echo "Dir::State::lists \"$folder/lists\"; Dir::Cache \"$folder/cache\";"
} > "$folder/apt.conf"
export APT_CONFIG=$folder/apt.conf

# Where this system has its own packages from; what they are is not read.
apt_get -o Acquire::IndexTargets::deb::Packages::DefaultEnabled=false update 2> /dev/null || true
archive=$(apt-get indextargets --format '$(CODENAME) $(RELEASE) $(SITE) $(ORIGIN)' 2> /dev/null |
  awk -v codename="$codename" -v origin="$origin" '$1 == codename && $2 !~ /-/ && $4 == origin { print $3; exit }')
[ -n "$archive" ] || skip "apt reaches no archive of $distribution $codename"

echo "deb [signed-by=/usr/share/keyrings/$distribution-archive-keyring.gpg target=Packages]" \
  "$archive $codename $component" > "$folder/sources.list"
echo "Dir::Etc::sourcelist \"$folder/sources.list\"; Dir::Etc::sourceparts \"/dev/null\";" >> "$folder/apt.conf"
apt_get update || skip "apt cannot read $component of $distribution $codename"
package=$(apt-cache pkgnames libnvrtc | grep -E '^libnvrtc[0-9.]+$' | sort -V | tail -n 1)
[ -n "$package" ] || skip "$component of $distribution $codename has no such package"
builtins=$(apt-cache depends "$package" | awk '$1 == "Depends:" && $2 ~ /^libnvrtc-builtins/ { print $2 }')

say "NVRTC: downloading $package into artifacts/nvrtc. It is NVIDIA's own, not free software, under NVIDIA's licence."
cd "$folder/packages"
# shellcheck disable=SC2086 # one word, or none
apt_get download "$package" $builtins || skip "the download failed"
for file in *.deb; do dpkg -x "$file" "$folder/unpacked" || skip "$file cannot be unpacked"; done
rm -rf "$target.part"
mkdir -p "$target.part" && find "$folder/unpacked" -name 'libnvrtc*.so*' -exec cp -P {} "$target.part" \; &&
  find "$folder/unpacked" -path '*/doc/*' -name copyright -exec cp {} "$target.part/LICENCE" \; &&
  mv "$target.part" "$target" || skip "$target cannot be written"
