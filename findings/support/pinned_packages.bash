# Sourced: `pinned package version ...` installs Debian packages where these versions are not there; a temporary folder
# becomes the current one, removed at the end. Sets `versions`.
folder=$(mktemp -d /tmp/finding-XXXXXX)
trap 'cd / && rm -rf "$folder"' EXIT
cd "$folder"
versions=
pinned() {
  local wanted=()
  while [ $# -gt 0 ]; do
    if [ "$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null)" != "$2" ]; then wanted+=("$1=$2"); fi
    versions+="${versions:+, }$1 $2"
    shift 2
  done
  if [ ${#wanted[@]} -gt 0 ]; then apt-get install -y -q --no-install-recommends "${wanted[@]}" >/dev/null; fi
}
changed() {
  echo "the behaviour has changed ($versions)"
  exit 1
}
