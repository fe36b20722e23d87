# Sourced by the other scripts in eng/: what a machine lacks is installed by apt-get, as root, unless the user said no.

say() { printf '%s\n' "$*" >&2; }

# installable "what is needed": whether this script may and can install packages here; says why not.
# build.sh --no-setup sets SPIKING_SETUP=no.
installable() {
  if [ "${SPIKING_SETUP:-yes}" = no ]; then
    say "Setup: $1 is missing; nothing is installed, because of --no-setup."
  elif [ "$(id -u)" != 0 ]; then
    say "Setup: $1 is missing; nothing is installed, because this is not root."
  elif ! command -v apt-get > /dev/null; then
    say "Setup: $1 is missing; nothing is installed, because there is no apt-get here."
  else
    return 0
  fi
  return 1
}

# An archive that fails once often works a moment later. Errors stay on standard error.
apt_get() {
  local command=(env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=300
    -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@")
  "${command[@]}" > /dev/null || { sleep 5 && "${command[@]}" > /dev/null; }
}

# A third party's source may be gone; what matters is whether the installation works.
apt_update() { apt_get update || say "apt could not read every source; going on with the others."; }
