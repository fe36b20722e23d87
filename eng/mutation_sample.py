#!/usr/bin/env python3
"""Mutation testing of a random sample: draws mutants of a room from Stryker's list, and tests each one alone.

stale LISTING ROOM
    The room's files that LISTING, a mutation report, does not hold as they are now.
merge LISTING REPORT ROOM
    Takes the files of REPORT into LISTING, which need not exist yet.
run LISTING ROOM SIZE SEED COMPILER BIN RESULTS [survivors]
    Draws SIZE mutants that compile, compiles the library with each in turn, and runs the room's tests in a copy of the
    folder BIN until one fails; those that do not reach the mutant do not run. COMPILER: the compiler's path and
    arguments, as MSBuild prints them. RESULTS: a line for each mutant; a run that was interrupted goes on there. With
    survivors, only those that no test noticed run again.

The list gives where each mutant is and what stands in its place. Compiled alone it runs at full speed, while in an
assembly that holds all of them every expression is behind a switch.
"""
import concurrent.futures
import hashlib
import json
import math
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARY = os.path.join(ROOT, "Microsoft.ML.Spiking")
ASSEMBLY = "Microsoft.ML.Spiking.dll"
COMPILED_AHEAD = 2    # mutants that compile while another one is tested
QUICK_SECONDS, SLOW_SECONDS = 0.5, 8.0    # quick test methods run first, slow ones last and alone

# What was written for a room and stands in the folder of another one.
TESTS_ELSEWHERE = {
    "Neurons": ["Conversion.BurstGoldenTests.", "Conversion.FirstSpikeGoldenTests.", "Pipelines.NeuronChoiceTests.",
                "Serialization.DefinitionJsonTests."],
    "Scoring": ["Conversion.BurstGoldenTests.", "Conversion.FirstSpikeGoldenTests.", "Pipelines.EarlyExitTests.",
                "Networks.FeedbackGoldenTests.", "Networks.GatedRecurrentGoldenTests.", "Pipelines.RecurrenceTests."],
}

COVERAGE_SETTINGS = """<Configuration><CodeCoverage>
<ModulePaths><Include><ModulePath>.*Microsoft\\.ML\\.Spiking\\.dll$</ModulePath></Include></ModulePaths>
<EnableStaticManagedInstrumentation>False</EnableStaticManagedInstrumentation>
<EnableStaticNativeInstrumentation>False</EnableStaticNativeInstrumentation>
<EnableDynamicNativeInstrumentation>False</EnableDynamicNativeInstrumentation>
</CodeCoverage></Configuration>"""


def read(path):
    with open(path, encoding="utf-8-sig") as file:
        return json.load(file)


def text(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return file.read()


def in_library(name):
    """The path below the library's folder."""
    return name.replace("\\", "/").rpartition("Microsoft.ML.Spiking/")[2]


def sources(room):
    """The room's files as they are now."""
    for folder, _, names in sorted(os.walk(os.path.join(LIBRARY, room))):
        for name in sorted(names):
            if name.endswith(".cs"):
                path = os.path.join(folder, name)
                yield os.path.relpath(path, LIBRARY).replace(os.sep, "/"), text(path)


def listed(listing):
    return {in_library(name): file for name, file in read(listing)["files"].items()} if os.path.exists(listing) else {}


def stale(listing, room):
    known = listed(listing)
    for path, source in sources(room):
        if path not in known or known[path]["source"] != source:
            print(path)
    return 0


def merge(listing, report, room):
    known, new, now = listed(listing), listed(report), dict(sources(room))
    known.update({path: file for path, file in new.items() if now.get(path) == file["source"]
                  and any(mutant["status"] != "Ignored" for mutant in file["mutants"])})
    files = {path: file for path, file in known.items() if now.get(path) == file["source"]}
    for path in now.keys() - files.keys():
        print(f"{path} has no mutants.", file=sys.stderr)
        files[path] = {"source": now[path], "mutants": []}
    os.makedirs(os.path.dirname(os.path.abspath(listing)), exist_ok=True)
    with open(listing, "w", encoding="utf-8") as out:
        json.dump({"files": files}, out)
    return 0


def offset(starts, place):
    return starts[place["line"] - 1] + place["column"] - 1


def mutants_of(listing, room):
    """Each mutant of the files that are as listed: path, begin, end, mutator, replacement; and its line.

    Those that do not compile among all others, behind switches, often compile alone.
    """
    known = listed(listing)
    for path, source in sources(room):
        if path not in known or known[path]["source"] != source:
            continue
        starts = [0] + [match.end() for match in re.finditer("\n", source)]
        for mutant in known[path]["mutants"]:
            if mutant["status"] != "Ignored":
                place = mutant["location"]
                yield (path, offset(starts, place["start"]), offset(starts, place["end"]), mutant["mutatorName"],
                       mutant["replacement"]), place["start"]["line"]


def rank(seed, key):
    """Where a mutant stands in the order of drawing: it does not change when other files do."""
    return hashlib.sha256(json.dumps([int(seed), *key]).encode()).hexdigest()


class Compiler:
    """Compiles the library with one file replaced."""

    def __init__(self, path, scratch):
        found = read(path)
        self.command = ["dotnet", os.path.join(found["Properties"]["RoslynTargetsPath"], "bincore", "csc.dll")]
        left_out = ("/out:", "/refout:", "/doc:", "/pdb:", "/debug", "/sourcelink:", "/embed", "/errorlog:",
                    "/warnaserror")
        self.arguments = [item["Identity"] for item in found["Items"]["CscCommandLineArgs"]
                          if not item["Identity"].startswith(left_out)]
        self.scratch = scratch

    def compile(self, path, source, out):
        """Whether the library compiles with this text in the place of the file."""
        changed = os.path.join(self.scratch, "Changed.cs")
        with open(changed, "w", encoding="utf-8", newline="") as file:
            file.write(source)
        replaced = 0
        lines = [f"/out:{out}", "/debug-", "/warn:0", "/skipanalyzers+"]
        for argument in self.arguments:
            if argument.replace("\\", "/") == path:
                argument, replaced = changed, replaced + 1
            if not argument.startswith("/noconfig"):
                lines.append(f'"{argument}"' if " " in argument and not argument.startswith("/") else argument)
        if replaced != 1:
            raise SystemExit(f"The compiler's arguments name {path} {replaced} times instead of once.")
        response = os.path.join(self.scratch, "library.rsp")
        with open(response, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        done = subprocess.run([*self.command, "/noconfig", "/shared", f"@{response}"], cwd=LIBRARY,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.output = done.stdout
        return done.returncode == 0


class Tests:
    """The room's tests in a folder of their own, in stages: those that are done soon run first.

    A mutant skips the stages that do not reach its line.
    """

    def __init__(self, room, bin_folder, folder):
        self.folder = folder
        names = "|".join(f"FullyQualifiedName~.Tests.{part}" for part in [f"{room}.", *TESTS_ELSEWHERE.get(room, [])])
        self.all = f"({names})&TestCategory!=Slow"
        shutil.rmtree(folder, ignore_errors=True)
        # Native libraries are large, and no mutant changes them.
        shutil.copytree(bin_folder, folder, copy_function=lambda a, b:
                        os.symlink(os.path.abspath(a), b) if ".so" in os.path.basename(a) else shutil.copy2(a, b))
        self.stages = None

    def take(self, assembly):
        target = os.path.join(self.folder, ASSEMBLY)
        os.remove(target)
        shutil.copyfile(assembly, target)

    def run(self, test_filter, limit, *arguments, stop=True):
        """Passed, Killed, Timeout or Crashed; the first test that failed or the exit code; seconds of processor time.

        limit: seconds of processor time, which a busy machine does not use up; twenty times as many may pass.
        stop: whether the run ends at the first test that fails.
        """
        program = os.path.join(self.folder, "Microsoft.ML.Spiking.Tests.dll")
        environment = dict(os.environ, DOTNET_GCHeapHardLimit="100000000", DOTNET_TieredPGO="0")
        begun, first, late = processor_seconds(), None, threading.Event()
        command = ["dotnet", program, "--filter", test_filter, "--progress", "off", "--no-ansi", *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=self.folder,
            env=environment, start_new_session=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 5)))

        def end():
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

        timer = threading.Timer(20 * limit, lambda: (late.set(), end()))
        timer.start()
        try:
            for line in process.stdout:
                if line.startswith("failed ") and stop:
                    first = line.strip()[len("failed "):][:200]
                    break
            if first is not None:
                end()
            code = process.wait()
        finally:
            timer.cancel()
            end()    # also what the tests have started
            process.wait()
            process.stdout.close()
        seconds = processor_seconds() - begun
        if first is not None:
            return "Killed", first, seconds
        if late.is_set() or code == -signal.SIGXCPU:
            return "Timeout", f"{limit:.0f} s", seconds
        return ("Passed", "", seconds) if code == 0 else ("Crashed", f"exit code {code}", seconds)

    def measure(self, kept):
        """Runs all tests without a mutant: what they take, and which lines of the library they reach.

        kept: a file that keeps the answer for as long as tests and library are the same.
        """
        key = digest(os.path.join(self.folder, "Microsoft.ML.Spiking.Tests.dll")) + digest(
            os.path.join(self.folder, ASSEMBLY)) + self.all
        base = read(kept) if os.path.exists(kept) else {}
        if base.get("key") != key:
            base = {"key": key, "stages": []}
            for test_filter, slow in self.filters(self.times()):
                state, why, seconds = self.run(test_filter, 3600)
                if state != "Passed":
                    raise SystemExit(f"Without a mutant the tests do not pass: {state} {why}.")
                base["stages"].append({"filter": test_filter, "slow": slow, "seconds": seconds,
                                       "lines": self.reached(test_filter)})
                print(f"Stage {len(base['stages'])}: {seconds:.0f} s, {', '.join(slow) or 'all others'}",
                      file=sys.stderr, flush=True)
            with open(kept, "w", encoding="utf-8") as file:
                json.dump(base, file)
        self.stages = base["stages"]

    def filters(self, times):
        """The filter of each stage, and the methods that it names: quick ones, slow ones, the slowest one by one."""
        slow = sorted((name for name in times if times[name] > QUICK_SECONDS), key=times.get)
        alone = [name for name in slow if times[name] > SLOW_SECONDS]
        yield self.all + "".join(f"&FullyQualifiedName!={name}" for name in slow), []
        for group in [[name for name in slow if name not in alone], *([name] for name in alone)]:
            if group:
                yield "(" + "|".join(f"FullyQualifiedName={name}" for name in group) + ")&TestCategory!=Slow", group

    def times(self):
        """The seconds of each test method."""
        report = "base.trx"
        self.run(self.all, 3600, "--report-trx", "--report-trx-filename", report, "--results-directory", self.folder,
                 stop=False)
        root = xml.etree.ElementTree.parse(os.path.join(self.folder, report)).getroot()
        spaces = {"t": root.tag[1:].partition("}")[0]}
        names = {}
        for test in root.iterfind(".//t:UnitTest", spaces):
            method = test.find("t:TestMethod", spaces)
            names[test.get("id")] = f"{method.get('className')}.{re.split('[ (]', method.get('name'))[0]}"
        times = {}
        for result in root.iterfind(".//t:UnitTestResult", spaces):
            hours, minutes, rest = result.get("duration", "0:0:0").split(":")
            name = names[result.get("testId")]
            times[name] = times.get(name, 0) + int(hours) * 3600 + int(minutes) * 60 + float(rest)
        return times

    def reached(self, test_filter):
        """For each file of the library the lines that code stands in, and whether these tests reach it."""
        settings, report = os.path.join(self.folder, "coverage.xml"), os.path.join(self.folder, "reached.xml")
        with open(settings, "w", encoding="utf-8") as file:
            file.write(COVERAGE_SETTINGS)
        self.run(test_filter, 3600, "--coverage", "--coverage-settings", settings, "--coverage-output-format",
                 "cobertura", "--coverage-output", report, stop=False)
        lines = {}
        for owner in xml.etree.ElementTree.parse(report).getroot().iter("class"):
            of_file = lines.setdefault(in_library(owner.get("filename")), {})
            for line in owner.iter("line"):
                number = line.get("number")
                of_file[number] = of_file.get(number, 0) or int(int(line.get("hits")) > 0)
        return lines

    def reach(self, path, line):
        """The stages whose tests reach the line; where a line has no code of its own, those that reach the file."""
        for stage in self.stages:
            lines = stage["lines"].get(path, {})
            if lines.get(str(line), any(lines.values()) or not lines):
                yield stage

    def judge(self, path, line):
        total, reached = 0.0, False
        for stage in self.reach(path, line):
            reached = True
            # Generous, since a mutant may be slow without being wrong.
            state, why, seconds = self.run(stage["filter"], 15 + 5 * stage["seconds"])
            total += seconds
            if state != "Passed":
                return state, why, total
        return "Survived" if reached else "NotReached", "", total


def processor_seconds():
    """Of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def run(listing, room, size, seed, compiler, bin_folder, results, again=""):
    size, keys = int(size), dict(mutants_of(listing, room))
    order = sorted(keys, key=lambda key: rank(seed, key))
    tests_hash = digest(os.path.join(bin_folder, "Microsoft.ML.Spiking.Tests.dll"))
    records = {}
    if os.path.exists(results):
        with open(results, encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                key = tuple(record["key"])
                same = record["source"] == hashlib.sha256(text(os.path.join(LIBRARY, key[0])).encode()).hexdigest() \
                    if key in keys else False
                if same and (again or record["tests"] == tests_hash):
                    records[key] = record
    if again:
        order = [key for key in order if key in records]
        size = len([key for key in order if records[key]["status"] != "NoCompile"])
    scratch = tempfile.mkdtemp(prefix="mutant-")
    tests = Tests(room, bin_folder, os.path.join(os.path.dirname(os.path.abspath(results)), f"run-{room}"))
    ahead = concurrent.futures.ThreadPoolExecutor(COMPILED_AHEAD)
    try:
        tests.measure(os.path.join(os.path.dirname(os.path.abspath(results)), f"{room}-base.json"))
        path = order[0][0]
        first = Compiler(compiler, scratch)
        if not first.compile(path, text(os.path.join(LIBRARY, path)), os.path.join(scratch, ASSEMBLY)):
            raise SystemExit(f"Without a mutant the library does not compile: {first.output[-2000:]}")
        waiting = [key for key in order if key not in records
                   or (again and records[key]["status"] in ("Survived", "NotReached"))]
        compiled, drawn = {}, 0
        for key in order:
            if drawn == size:
                break
            known = records.get(key)
            if waiting and key == waiting[0]:
                for other in waiting[:COMPILED_AHEAD + 1]:
                    if other not in compiled:
                        compiled[other] = ahead.submit(compile_mutant, other, compiler, scratch)
                waiting.pop(0)
                known = test(key, keys[key], compiled.pop(key).result(), tests)
                known["tests"], records[key] = tests_hash, known
                with open(results, "a", encoding="utf-8") as file:
                    file.write(json.dumps(known) + "\n")
                print(f"{drawn + 1}: {known['status']} {key[0]}:{known['line']} {key[3]} {known['by']} "
                      f"({known['compiled']:.0f} + {known['tested']:.0f} s)", file=sys.stderr, flush=True)
            drawn += known["status"] != "NoCompile"
    except KeyboardInterrupt:
        print("Interrupted; the mutants tested so far are a smaller sample.", file=sys.stderr)
    finally:
        ahead.shutdown(cancel_futures=True)
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(tests.folder, ignore_errors=True)
    report(room, [records[key] for key in order if key in records], len(keys), seed)
    return 0


def compile_mutant(key, compiler, scratch):
    """The assembly, None where the mutant does not compile; and the seconds that this took."""
    path, begin, end, _, replacement = key
    folder = tempfile.mkdtemp(dir=scratch)
    source, out = text(os.path.join(LIBRARY, path)), os.path.join(folder, ASSEMBLY)
    begun = time.monotonic()
    compiles = Compiler(compiler, folder).compile(path, source[:begin] + replacement + source[end:], out)
    return out if compiles else None, time.monotonic() - begun


def test(key, line, compiled, tests):
    assembly, seconds = compiled
    source = text(os.path.join(LIBRARY, key[0]))
    record = {"key": key, "line": line, "source": hashlib.sha256(source.encode()).hexdigest(), "compiled": seconds}
    if assembly is None:
        return {**record, "status": "NoCompile", "by": "", "tested": 0.0}
    tests.take(assembly)
    shutil.rmtree(os.path.dirname(assembly))
    status, by, seconds = tests.judge(key[0], line)
    return {**record, "status": status, "by": by, "tested": seconds}


def interval(hits, total):
    """Wilson's interval at 95 %, in percent."""
    z = 1.96
    centre = (hits + z * z / 2) / (total + z * z)
    half = z * math.sqrt(hits * (total - hits) / total + z * z / 4) / (total + z * z)
    return f"{100 * hits / total:.1f} % [{100 * (centre - half):.1f}, {100 * (centre + half):.1f}]"


def report(room, records, of, seed):
    states = {}
    for record in records:
        states[record["status"]] = states.get(record["status"], 0) + 1
    for record in sorted(records, key=lambda r: (r["status"], r["key"][0], r["line"])):
        if record["status"] in ("Killed", "NoCompile"):
            continue
        path, begin, end, mutator, replacement = record["key"]
        old = " ".join(text(os.path.join(LIBRARY, path))[begin:end].split())
        print(f"{record['status']}  {path}:{record['line']}  {mutator} {record['by']}")
        print(f"    {old[:100]}  =>  {' '.join(replacement.split())[:80]}")
    noticed = sum(states.get(state, 0) for state in ("Killed", "Timeout", "Crashed"))
    reached = noticed + states.get("Survived", 0)
    total = reached + states.get("NotReached", 0)
    print(f"{room}: {total} of {of} mutants drawn, seed {seed}: {states.get('Killed', 0)} killed, "
          f"{states.get('Timeout', 0)} timeouts, {states.get('Crashed', 0)} crashes, "
          f"{states.get('Survived', 0)} survived, {states.get('NotReached', 0)} not reached; "
          f"{states.get('NoCompile', 0)} more did not compile alone")
    for name, count in (("reached", reached), ("all", total)):
        if count > 0:
            print(f"Noticed of {name}: {interval(noticed, count)}")


if __name__ == "__main__":
    commands = {"stale": (stale, 2, 2), "merge": (merge, 3, 3), "run": (run, 7, 8)}
    command, least, most = commands.get(sys.argv[1] if len(sys.argv) > 1 else "", (None, 0, 0))
    if command is None or not 2 + least <= len(sys.argv) <= 2 + most:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(command(*sys.argv[2:]))
