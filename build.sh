#!/usr/bin/env bash
# Everything that newcomers and the build server do, by name. Installs what the machine lacks, unless told not to.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

usage() {
  cat << 'USAGE'
usage: ./build.sh <command> [--no-setup] [-- arguments]

  quickstart   build and run samples/Quickstart with the arguments after --
  sample NAME  build and run samples/NAME with the arguments after --
  test         build with warnings as errors, check the formatting, run all tests;
               the arguments after -- go to dotnet test
  nvrtc        bring NVRTC, NVIDIA's compiler of CUDA kernels, into artifacts/nvrtc for the tests, which compile the
               kernels with it then; not free software; from Debian or Ubuntu, without root, a card or an installation
  coverage     the same tests with code coverage: a summary, and artifacts/coverage/index.html
  mutate ROOM [--sample N [--seed S] [--survivors]]
               mutation testing of Neurons, Networks, Serialization or Scoring by the tests of the same name without
               the slow ones, which takes hours; with --sample of N mutants at random, each compiled alone, which needs
               python3; with --survivors of those that the sample's last run did not notice; results in
               artifacts/mutation; the arguments after -- go to dotnet stryker, such as --mutate 'Scoring/Plan/*.cs'
  bench        build and run the benchmarks, which write benchmarks/results; -- --quick for a few minutes instead of an
               hour, -- NAME... for some of them; -- --compare COMMIT [--quick] measures this tree and another commit
               in turn and prints what became slower, which ends with exit code 1
  gpu-check    make artifacts/gpu-check, a folder whose check.sh runs on a machine with an NVIDIA card and a libtorch,
               that of python3's torch or one that LD_LIBRARY_PATH names, without .NET: checks line by line, then speeds
  docs         make the documentation site, artifacts/docs/site/index.html: the pages of docs/ and the API reference;
               fails on warnings
  pack         make the NuGet packages, their symbols and bills of materials in artifacts/packages, with the version of
               the git tag; fails where the public API breaks users of the last release of the same major version

As root, on Debian and Ubuntu, the commands first install what is missing (the .NET SDK, libstdc++6, libgomp1, a font;
test also PostgreSQL, g++, clang, numpy, Open MPI and, beside npm, chromium) and say so, one line each. --no-setup,
anywhere before --, installs nothing.
USAGE
}

say() { printf '%s\n' "$*" >&2; }

# The scripts install nothing where SPIKING_SETUP is no, or without root.
setup() {
  "$root/eng/dotnet-sdk.sh"
  "$root/eng/native-runtime.sh"
}

# dotnet takes global.json, and with it the SDK and the test runner, from the current folder.
in_root() { (cd "$root" && "$@"); }

sample() {
  local name=${1:-} project
  project=samples/$name/$name.csproj
  if [ ! -f "$root/$project" ]; then
    say "There is no sample '$name'; there are: $(cd "$root/samples" && dirname */*.csproj | xargs)."
    return 2
  fi
  shift
  [ "${1:-}" != -- ] || shift
  setup
  say "Building; the first time this downloads libtorch, which is large."
  in_root dotnet build "$project" -c Release -v quiet >&2
  # Not in the root: relative paths among the arguments are the caller's.
  dotnet run --project "$root/$project" -c Release --no-build -- "$@"
}

pack() {
  "$root/eng/dotnet-sdk.sh"
  "$root/eng/pack.sh"
}

# What docfx warns of, such as a link that leads nowhere, is an error.
docs() {
  local site=$root/artifacts/docs
  setup
  in_root dotnet tool restore > /dev/null
  rm -rf "$site"
  in_root dotnet build Microsoft.ML.Spiking.Docs.Tests -c Release -v quiet >&2
  mkdir -p "$site/assemblies"
  # With the assemblies that they reference, and without links to libtorch.
  cp "$root"/Microsoft.ML.Spiking.Docs.Tests/bin/Release/net10.0/*/*.dll "$site/assemblies"
  cp "$root"/Microsoft.ML.Spiking.Docs.Tests/bin/Release/net10.0/*/Microsoft.ML.Spiking*.xml "$site/assemblies"
  in_root dotnet docfx metadata docfx.json --warningsAsErrors --logLevel Warning
  in_root dotnet docfx build docfx.json --warningsAsErrors --logLevel Warning
  echo "$site/site/index.html"
}

gpu_check() {
  local folder=$root/artifacts/gpu-check project=benchmarks/Microsoft.ML.Spiking.GpuCheck
  "$root/eng/dotnet-sdk.sh"
  rm -rf "$folder"
  in_root dotnet publish "$project" -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true \
    -p:EnableCompressionInSingleFile=true -v quiet -o "$folder" >&2
  find "$folder" \( -name '*.xml' -o -name '*.pdb' -o -name '*.dbg' \) -delete
  cp "$root"/benchmarks/gpu/* "$folder"
  du -sh "$folder" | cut -f 1
}

# The library of two commits, measured in turn by the same program.
compare() {
  local commit=${1:-} old=$root/artifacts/compare/old models=$root/artifacts/compare/models hash
  local guard=benchmarks/Microsoft.ML.Spiking.Guard
  if ! hash=$(git -C "$root" rev-parse --verify --quiet "$commit^{commit}"); then
    say "--compare wants a commit, such as HEAD~1 or a tag; '$commit' is none."
    return 2
  fi
  shift
  setup
  say "Building both; the first time this downloads libtorch, which is large."
  rm -rf "$root/artifacts/compare"
  git -C "$root" worktree prune
  git -C "$root" worktree add --quiet --detach "$old" "$hash"
  # A worktree left behind would be in the way of the next call.
  trap 'git -C "$root" worktree remove --force "$root/artifacts/compare/old" 2> /dev/null' EXIT
  rm -rf "${old:?}/$guard"
  mkdir -p "$old/$guard"
  cp "$root/$guard"/*.cs "$root/$guard"/*.csproj "$old/$guard"
  in_root dotnet build "$guard" -c Release -v quiet -o artifacts/compare/after >&2
  (cd "$old" && dotnet build "$guard" -c Release -v quiet -o ../before >&2) || {
    say "The library of $commit does not build with today's $guard, whose public API it must have."
    return 2
  }
  # Models of the older version load in the newer one.
  "$root/artifacts/compare/before/guard" prepare "$models"
  "$root/artifacts/compare/after/guard" compare "$root/artifacts/compare/before/guard" \
    "$root/artifacts/compare/after/guard" "$models" "$@"
}

bench() {
  if [ "${1:-}" = --compare ]; then
    shift
    compare "$@"
    return
  fi
  local project=benchmarks/Microsoft.ML.Spiking.Benchmarks/Microsoft.ML.Spiking.Benchmarks.csproj
  setup
  say "Building; the first time this downloads libtorch, which is large."
  in_root dotnet build "$project" -c Release -v quiet >&2
  # The benchmark of the start measures the published program.
  in_root dotnet publish "$project" -c Release -v quiet --no-build >&2
  dotnet run --project "$root/$project" -c Release --no-build -- --results "$root/benchmarks/results" "$@"
}

# The sum of one count of the results files: trx_count passed
trx_count() {
  cat "$results"/*.trx 2> /dev/null | grep -o '<Counters [^>]*>' |
    sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }' || true
}

report() {
  local failed=$(($(trx_count failed) + $(trx_count error) + $(trx_count timeout) + $(trx_count aborted)))
  echo "$(trx_count passed) passed, $failed failed, $(trx_count notExecuted) skipped"
}

# One compiler for all projects takes half the time of one for each. Where the environment allows none to stay behind
# (UseSharedCompilation=false), it ends with the build.
build_solution() {
  local built=0
  in_root dotnet build Spiking.sln -c Release --no-restore -warnaserror -v quiet -p:UseSharedCompilation=true ||
    built=$?
  [ "${UseSharedCompilation:-}" != false ] || in_root dotnet build-server shutdown --vbcscompiler > /dev/null || true
  return $built
}

run_tests() {
  results=$root/artifacts/test-results
  rm -rf "$results"
  mkdir -p "$root/artifacts"
  trap report EXIT # the last line, however the run ends
  setup
  "$root/eng/postgresql.sh"
  "$root/eng/kernel-compilers.sh"
  "$root/eng/test-programs.sh"
  say "Building; the first time this downloads libtorch, which is large."
  in_root dotnet restore Spiking.sln -v quiet
  build_solution || return

  local faults=0 format=$root/artifacts/format.log formatting
  # Beside the tests, which leave a core idle for much of their time.
  in_root dotnet format Spiking.sln --verify-no-changes --no-restore > "$format" 2>&1 &
  formatting=$!
  in_root dotnet test --solution Spiking.sln -c Release --no-build \
    --report-trx --results-directory "$results" "$@" || faults=1
  wait "$formatting" ||
    { cat "$format" >&2; say "The formatting differs: run dotnet format."; faults=1; }
  return $faults
}

coverage() {
  local faults=0
  in_root dotnet tool restore > /dev/null
  run_tests --coverage --coverage-settings "$root/eng/coverage.xml" --coverage-output-format cobertura "$@" || faults=1
  # Every package; a project's assembly has the name of its folder, except the tool's.
  local assemblies=+spiking project
  for project in "$root"/Microsoft.ML.Spiking*/; do
    project=$(basename "$project")
    [[ $project == *.@(Tests|Tool) ]] || assemblies+=";+$project"
  done
  in_root dotnet reportgenerator "-reports:$results/*.cobertura.xml" "-targetdir:$root/artifacts/coverage" \
    "-reporttypes:Html;TextSummary" \
    "-assemblyfilters:$assemblies" \
    "-filefilters:-*.g.cs" -verbosity:Warning
  cat "$root/artifacts/coverage/Summary.txt"
  return $faults
}

mutate() {
  local room=${1:-}
  case $room in
    Neurons | Networks | Serialization | Scoring) ;;
    *)
      say "Mutation testing wants a room: ./build.sh mutate Neurons, Networks, Serialization or Scoring."
      return 2
      ;;
  esac
  shift
  local size= seed=1 again=
  while :; do
    case ${1:-} in
      --sample | --seed)
        if ! [[ "${2:-}" =~ ^[1-9][0-9]*$ ]]; then
          say "$1 takes a whole number from 1."
          return 2
        fi
        if [ "$1" = --sample ]; then size=$2; else seed=$2; fi
        shift 2
        ;;
      --survivors) again=survivors; shift ;;
      *) break ;;
    esac
  done
  [ "${1:-}" != -- ] || shift
  if [ -n "$size" ] && [ $# -gt 0 ]; then
    say "With --sample nothing is passed on: $*"
    return 2
  fi
  setup
  in_root dotnet tool restore > /dev/null
  # Built first, because Stryker takes the compilations that it analyses for those of the library.
  in_root dotnet build Microsoft.ML.Spiking.Tests -c Release -v quiet >&2
  if [ -n "$size" ]; then
    mutate_sample "$room" "$size" "$seed" "$again"
    return
  fi
  # Given arguments come last and may choose other files or tests.
  [[ " $* " == *" --mutate "* ]] || set -- --mutate "$room/**/*.cs" "$@"
  # All tests that reach a mutant run for it. Those that train, score whole presets or try every byte would take days.
  local tests="FullyQualifiedName~.Tests.$room.&TestCategory!=Slow"
  [[ " $* " == *" --test-case-filter "* ]] || set -- --test-case-filter "$tests" "$@"
  stryker --output "$root/artifacts/mutation" "$@"
}

stryker() {
  (cd "$root/Microsoft.ML.Spiking.Tests" && dotnet stryker --config-file "$root/eng/stryker-config.json" "$@")
}

# Draws mutants of the room from a list of all and tests each alone. Stryker lists those of the files that have changed
# since, with a test that reaches none of them.
mutate_sample() {
  local room=$1 size=$2 seed=$3 again=$4 tool=$root/eng/mutation_sample.py folder=$root/artifacts/mutation
  local listing=$folder/$room.json path
  local -a changed=()
  mkdir -p "$folder"
  while read -r path; do changed+=(--mutate "$path"); done < <(python3 "$tool" stale "$listing" "$room")
  if [ ${#changed[@]} -gt 0 ]; then
    stryker --output "$folder/list" "${changed[@]}" \
      --test-case-filter "FullyQualifiedName~LineLengthTests.Offences" >&2
    python3 "$tool" merge "$listing" "$folder/list/reports/mutation-report.json" "$room"
    in_root dotnet build Microsoft.ML.Spiking.Tests -c Release -v quiet >&2
  fi
  in_root dotnet msbuild Microsoft.ML.Spiking -t:Compile -p:Configuration=Release -p:BuildProjectReferences=false \
    -p:ProvideCommandLineArgs=true -p:SkipCompilerExecution=true -p:NonExistentFile=none \
    -getItem:CscCommandLineArgs -getProperty:RoslynTargetsPath > "$folder/compiler.json"
  local -a tests=("$root"/Microsoft.ML.Spiking.Tests/bin/Release/net10.0/*/)
  python3 "$tool" run "$listing" "$room" "$size" "$seed" "$folder/compiler.json" "${tests[0]%/}" \
    "$folder/$room-$seed.jsonl" $again
}

# --no-setup counts anywhere before --; what follows -- belongs to the program that is run.
before=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  if [ "$1" = --no-setup ]; then export SPIKING_SETUP=no; else before+=("$1"); fi
  shift
done
set -- ${before[@]+"${before[@]}"} "$@"

command=${1:-}
[ $# -eq 0 ] || shift
[ "${1:-}" != -- ] || shift

case $command in
  quickstart) sample Quickstart "$@" ;;
  sample) sample "$@" ;;
  test) run_tests "$@" ;;
  nvrtc) "$root/eng/nvrtc.sh" ;;
  coverage) coverage "$@" ;;
  mutate) mutate "$@" ;;
  bench) bench "$@" ;;
  gpu-check) gpu_check ;;
  docs) docs ;;
  pack) pack ;;
  "" | help | -h | --help) usage ;;
  *)
    say "There is no command '$command'."
    usage >&2
    exit 2
    ;;
esac
