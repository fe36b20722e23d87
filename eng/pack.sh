#!/usr/bin/env bash
# Makes the packages, their symbols and their bills of materials in artifacts/packages. The version comes from the git
# tag: v1.2.0 on the commit gives 1.2.0, and a commit after it 1.2.1-preview.0.N. The public API is compared with that
# of the last released package of the same major version: a change that breaks its users fails.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
say() { printf '%s\n' "$*" >&2; }

out=artifacts/packages
libraries=(Microsoft.ML.Spiking Microsoft.ML.Spiking.Sweeps Microsoft.ML.Spiking.Interchange Microsoft.ML.Spiking.Plots
  Microsoft.ML.Spiking.Events Microsoft.ML.Spiking.Distributed Microsoft.ML.Spiking.Runtime)
# Without an API of their own. The tool has libtorch in it, and is for this system alone.
others=(Microsoft.ML.Spiking.Templates Microsoft.ML.Spiking.Tool)

# One commit gives the same bytes each time.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2> /dev/null || true)
export SOURCE_DATE_EPOCH
# CycloneDX writes the time of day into each bill of materials.
committed=$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ 2> /dev/null || true)
date_as_the_commit() {
  [ -n "$committed" ] || return 0
  sed "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$committed\"/" "$1" > "$1.tmp"
  mv "$1.tmp" "$1"
}

dotnet tool restore > /dev/null
version=$(dotnet minver --tag-prefix v --minimum-major-minor 0.2 --default-pre-release-identifiers preview.0 -v e)
say "Version $version."
rm -rf "$out" artifacts/released
mkdir -p "$out"

# The package of the last release, made of its sources, or nothing where there is none to be compatible with.
last=$(git describe --tags --match 'v[0-9]*' --abbrev=0 HEAD^ 2> /dev/null || true)
[ "${last%%.*}" = "v${version%%.*}" ] || last=
if [ -n "$last" ]; then
  say "Packing $last, whose public API is compared."
  git worktree prune
  git worktree add --quiet --detach artifacts/released/tree "$last"
  trap 'git worktree remove --force artifacts/released/tree 2> /dev/null' EXIT
fi

for project in "${libraries[@]}"; do
  validation=()
  if [ -n "$last" ] && [ -d "artifacts/released/tree/$project" ]; then
    (cd artifacts/released/tree && dotnet pack "$project" -c Release -v quiet -p:Version="${last#v}" -o ..) >&2
    validation=(-p:EnablePackageValidation=true
      "-p:PackageValidationBaselinePath=$root/artifacts/released/$project.${last#v}.nupkg")
  fi
  dotnet pack "$project" -c Release -v quiet -p:Version="$version" ${validation[@]+"${validation[@]}"} -o "$out" >&2
  dotnet CycloneDX "$project/$project.csproj" -o "$out" -fn "$project.$version.cdx.json" -F Json --no-serial-number \
    --exclude-dev --set-name "$project" --set-version "$version" --set-type Library > /dev/null
  date_as_the_commit "$out/$project.$version.cdx.json"
done
for project in "${others[@]}"; do
  dotnet pack "$project" -c Release -v quiet -p:Version="$version" -o "$out" >&2
done
ls -l "$out"
