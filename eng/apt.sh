# Sourced by the other scripts in eng/: apt-get as root, patiently.

say() { printf '%s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    say "This needs root and there is no sudo here. Run the same command once as root."
    return 1
  fi
}

# An archive that answers badly once often answers well a moment later. What goes wrong is on standard error.
apt_get() {
  local command=(env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=300
    -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@")
  as_root "${command[@]}" > /dev/null || { sleep 5 && as_root "${command[@]}" > /dev/null; }
}
