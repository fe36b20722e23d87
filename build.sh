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
  coverage     the same tests with code coverage: a summary, and artifacts/coverage/index.html
  mutate ROOM [--sample N [--seed S]]
               mutation testing of Neurons, Networks, Serialization or Scoring by the tests of the same name without
               the slow ones, which takes hours; with --sample of N mutants at random, which needs python3: a score,
               and artifacts/mutation; the arguments after -- go to dotnet stryker, such as --mutate 'Scoring/Plan/*.cs'
  bench        build and run the benchmarks, which write benchmarks/results; -- --quick for a few minutes instead of an
               hour, -- NAME... for some of them
  gpu-check    make artifacts/gpu-check, a folder whose check.sh runs on a machine with an NVIDIA card and a libtorch,
               that of python3's torch or one that LD_LIBRARY_PATH names, without .NET: checks line by line, then speeds
  pack         make the NuGet packages and their symbols in artifacts/packages

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
  # One commit gives the same bytes each time.
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2> /dev/null || true)
  export SOURCE_DATE_EPOCH
  rm -rf "$root/artifacts/packages"
  in_root dotnet pack Microsoft.ML.Spiking -c Release -v quiet -o artifacts/packages >&2
  in_root dotnet pack Microsoft.ML.Spiking.Sweeps -c Release -v quiet -o artifacts/packages >&2
  in_root dotnet pack Microsoft.ML.Spiking.Interchange -c Release -v quiet -o artifacts/packages >&2
  in_root dotnet pack Microsoft.ML.Spiking.Plots -c Release -v quiet -o artifacts/packages >&2
  in_root dotnet pack Microsoft.ML.Spiking.Distributed -c Release -v quiet -o artifacts/packages >&2
  in_root dotnet pack Microsoft.ML.Spiking.Events -c Release -v quiet -o artifacts/packages >&2
  # With libtorch in it, and for this system alone.
  in_root dotnet pack Microsoft.ML.Spiking.Tool -c Release -v quiet -o artifacts/packages >&2
  ls -l "$root/artifacts/packages"
}

gpu_check() {
  local folder=$root/artifacts/gpu-check project=benchmarks/Microsoft.ML.Spiking.GpuCheck
  "$root/eng/dotnet-sdk.sh"
  rm -rf "$folder"
  in_root dotnet publish "$project" -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true \
    -p:EnableCompressionInSingleFile=true -v quiet -o "$folder" >&2
  find "$folder" \( -name '*.xml' -o -name '*.pdb' -o -name '*.dbg' \) -delete
  cp "$root/benchmarks/gpu/peers.py" "$root/benchmarks/gpu/check.sh" "$folder"
  du -sh "$folder" | cut -f 1
}

bench() {
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

run_tests() {
  results=$root/artifacts/test-results
  rm -rf "$results"
  trap report EXIT # the last line, however the run ends
  setup
  "$root/eng/postgresql.sh"
  "$root/eng/kernel-compilers.sh"
  "$root/eng/test-programs.sh"
  say "Building; the first time this downloads libtorch, which is large."
  in_root dotnet restore Spiking.sln -v quiet
  in_root dotnet build Spiking.sln -c Release --no-restore -warnaserror -v quiet

  local faults=0
  in_root dotnet format Spiking.sln --verify-no-changes --no-restore ||
    { say "The formatting differs: run dotnet format."; faults=1; }
  in_root dotnet test --solution Spiking.sln -c Release --no-build \
    --report-trx --results-directory "$results" "$@" || faults=1
  return $faults
}

coverage() {
  local faults=0
  in_root dotnet tool restore > /dev/null
  run_tests --coverage --coverage-output-format cobertura "$@" || faults=1
  assemblies=$(printf ';+Microsoft.ML.Spiking%s' '' .Sweeps .Interchange .Plots .Events .Distributed)
  in_root dotnet reportgenerator "-reports:$results/*.cobertura.xml" "-targetdir:$root/artifacts/coverage" \
    "-reporttypes:Html;TextSummary" \
    "-assemblyfilters:${assemblies:1}" \
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
  local size= seed=1
  while [ "${1:-}" = --sample ] || [ "${1:-}" = --seed ]; do
    if ! [[ "${2:-}" =~ ^[1-9][0-9]*$ ]]; then
      say "$1 takes a whole number from 1."
      return 2
    fi
    if [ "$1" = --sample ]; then size=$2; else seed=$2; fi
    shift 2
  done
  [ "${1:-}" != -- ] || shift
  setup
  in_root dotnet tool restore > /dev/null
  # Built first, because Stryker takes the compilations that it analyses for those of the library.
  in_root dotnet build Microsoft.ML.Spiking.Tests -c Release -v quiet >&2
  local folder=$root/artifacts/mutation config=$root/eng/stryker-config.json
  if [ -n "$size" ]; then
    draw_mutants
    config=$folder/sample-config.json
  else
    # Given arguments come last and may choose other files or tests.
    [[ " $* " == *" --mutate "* ]] || set -- --mutate "$room/**/*.cs" "$@"
  fi
  # All tests that reach a mutant run for it. Those that train, score whole presets or try every byte would take days.
  local tests="FullyQualifiedName~.Tests.$room.&TestCategory!=Slow"
  [[ " $* " == *" --test-case-filter "* ]] || set -- --test-case-filter "$tests" "$@"
  stryker --config-file "$config" --output "$folder" "$@"
  [ -z "$size" ] ||
    python3 "$root/eng/mutation_sample.py" score "$folder/reports/mutation-report.json" "$folder/sample.json"
}

stryker() { (cd "$root/Microsoft.ML.Spiking.Tests" && dotnet stryker "$@"); }

# Draws mutants of the room from a list of all. Unless the list is current, Stryker makes it with a test that reaches
# none of them.
draw_mutants() {
  local listing=$folder/all-$room drawn=0
  local -a draw=("$root/eng/mutation_sample.py" draw "$listing/reports/mutation-report.json" "$room" "$size" "$seed"
    "$folder/sample-config.json" "$folder/sample.json")
  mkdir -p "$folder"
  cp "$config" "$folder/sample-config.json"
  python3 "${draw[@]}" || drawn=$?
  if [ "$drawn" = 3 ]; then
    stryker --config-file "$config" --output "$listing" --mutate "$room/**/*.cs" \
      --test-case-filter "FullyQualifiedName~LineLengthTests.Offences" >&2
    python3 "${draw[@]}"
  elif [ "$drawn" != 0 ]; then
    return "$drawn"
  fi
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
  coverage) coverage "$@" ;;
  mutate) mutate "$@" ;;
  bench) bench "$@" ;;
  gpu-check) gpu_check ;;
  pack) pack ;;
  "" | help | -h | --help) usage ;;
  *)
    say "There is no command '$command'."
    usage >&2
    exit 2
    ;;
esac
