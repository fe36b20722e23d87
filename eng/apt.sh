# Sourced by the other scripts in eng/: apt-get as root, patiently.

say() { printf '%s\n' "$*" >&2; }

# need_root "what it is for": whether the commands below can succeed at all.
need_root() {
  [ "$(id -u)" = 0 ] || command -v sudo > /dev/null || {
    say "$1 needs root, and there is no sudo here: run $0 once as root."
    return 1
  }
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# An archive that answers badly once often answers well a moment later. What goes wrong is on standard error.
apt_get() {
  local command=(env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=300
    -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@")
  as_root "${command[@]}" > /dev/null || { sleep 5 && as_root "${command[@]}" > /dev/null; }
}

# A machine may have a source of somebody else's that is gone; what matters is whether the install works.
apt_update() { apt_get update || say "apt could not read every source; going on with the others."; }
