#!/usr/bin/env python3
"""Mutation testing of a random sample: draws mutants of a room from Stryker's list of all, and scores them.

draw LISTING ROOM SIZE SEED CONFIG SAMPLE
    LISTING: a mutation report that covers the room, of tests that reach nothing. CONFIG: the settings for Stryker, into
    which the spans of the drawn mutants are written. SAMPLE: the file that names the drawn mutants.
    Exit code 3: LISTING is missing or of other sources.
score REPORT SAMPLE
    The share of the drawn mutants that the tests notice, with a 95 % confidence interval, and those that survived.
"""
import collections
import json
import math
import os
import random
import sys

KILLED = ("Killed", "Timeout", "RuntimeError")


def read(path):
    with open(path, encoding="utf-8-sig") as file:
        return json.load(file)


def inside_room(name, room):
    """The path below the library's folder, or None for files of other rooms."""
    name = name.replace("\\", "/")
    start = name.find(f"Microsoft.ML.Spiking/{room}/")
    return None if start < 0 else name[start + len("Microsoft.ML.Spiking/"):]


def offsets(source):
    """Where each line of the source begins."""
    starts = [0]
    for i, letter in enumerate(source):
        if letter == "\n":
            starts.append(i + 1)
    return starts


def span_of(mutant, starts):
    begin, end = mutant["location"]["start"], mutant["location"]["end"]
    return starts[begin["line"] - 1] + begin["column"] - 1, starts[end["line"] - 1] + end["column"] - 1


def key(path, mutant, span):
    return [path, *span, mutant["mutatorName"], mutant["replacement"]]


def mutants_of(report, room):
    """Each mutant that compiles: its key and its record."""
    for name, file in sorted(report["files"].items()):
        path = inside_room(name, room)
        if path is None:
            continue
        starts = offsets(file["source"])
        for mutant in file["mutants"]:
            if mutant["status"] not in ("CompileError", "Ignored"):
                yield key(path, mutant, span_of(mutant, starts)), mutant


def is_current(report, room):
    """Whether the listing was made of the sources as they are."""
    files = 0
    for name, file in report["files"].items():
        if inside_room(name, room) is None:
            continue
        files += 1
        if not os.path.exists(name):
            return False
        with open(name, encoding="utf-8-sig", newline="") as source:
            if source.read() != file["source"]:
                return False
    return files > 0


def patterns(drawn, others):
    """Spans that include what was drawn, and leave out what lies inside it and was not drawn."""
    included, excluded = collections.defaultdict(set), collections.defaultdict(set)
    for path, begin, end, *_ in drawn:
        included[path].add((begin, end))
    for path, begin, end, *_ in others:
        if any(a <= begin and end <= b for a, b in included[path]) \
                and not any(begin <= a and b <= end for a, b in included[path]):
            excluded[path].add((begin, end))
    for sign, spans in (("", included), ("!", excluded)):
        for path in sorted(spans):
            if spans[path]:
                yield f"{sign}{path}" + "".join(f"{{{a}..{b}}}" for a, b in sorted(spans[path]))


def draw(listing, room, size, seed, config, sample):
    report = read(listing) if os.path.exists(listing) else None
    if report is None or not is_current(report, room):
        return 3
    keys = [found for found, _ in mutants_of(report, room)]
    drawn = random.Random(int(seed)).sample(keys, min(int(size), len(keys)))
    chosen = {tuple(found) for found in drawn}
    settings = read(config)
    settings["stryker-config"]["mutate"] = list(patterns(drawn, [k for k in keys if tuple(k) not in chosen]))
    with open(config, "w", encoding="utf-8") as file:
        json.dump(settings, file, indent=2)
    with open(sample, "w", encoding="utf-8") as file:
        json.dump({"room": room, "of": len(keys), "seed": int(seed), "mutants": drawn}, file, indent=1)
    print(f"{len(drawn)} of the {len(keys)} mutants in {room}, seed {seed}", file=sys.stderr)
    return 0


def interval(hits, total):
    """Wilson's interval at 95 %, in percent."""
    z = 1.96
    centre = (hits + z * z / 2) / (total + z * z)
    half = z * math.sqrt(hits * (total - hits) / total + z * z / 4) / (total + z * z)
    return f"{100 * hits / total:.1f} % [{100 * (centre - half):.1f}, {100 * (centre + half):.1f}]"


def score(report, sample):
    drawn = read(sample)
    wanted = collections.Counter(tuple(found) for found in drawn["mutants"])
    states, survivors = collections.Counter(), []
    lines = {}
    for name, file in read(report)["files"].items():
        lines[inside_room(name, drawn["room"])] = file["source"].split("\n")
    for found, mutant in mutants_of(read(report), drawn["room"]):
        if wanted[tuple(found)] == 0:
            continue
        wanted[tuple(found)] -= 1
        states[mutant["status"]] += 1
        if mutant["status"] not in KILLED:
            survivors.append((found[0], mutant))
    for path, mutant in sorted(survivors, key=lambda s: (s[1]["status"], s[0], s[1]["location"]["start"]["line"])):
        line = mutant["location"]["start"]["line"]
        print(f"{mutant['status']}  {path}:{line}  {mutant['mutatorName']}")
        print(f"    {lines[path][line - 1].strip()[:100]}  =>  {' '.join(mutant['replacement'].split())[:80]}")
    missing = sum(wanted.values())
    noticed = sum(states[state] for state in KILLED)
    reached = noticed + states["Survived"]
    total = reached + states["NoCoverage"]
    print(f"{drawn['room']}: {total} of {drawn['of']} mutants drawn, seed {drawn['seed']}: "
          f"{states['Killed']} killed, {states['Timeout']} timeouts, {states['RuntimeError']} crashes, "
          f"{states['Survived']} survived, {states['NoCoverage']} not reached by a test")
    if missing > 0:
        print(f"{missing} drawn mutants have no result and are left out.")
    if reached > 0:
        print(f"Noticed of those that a test reaches: {interval(noticed, reached)}")
        print(f"Noticed of all: {interval(noticed, total)}")
    return 0


if __name__ == "__main__":
    commands = {"draw": (draw, 6), "score": (score, 2)}
    command, count = commands.get(sys.argv[1] if len(sys.argv) > 1 else "", (None, 0))
    if command is None or len(sys.argv) != 2 + count:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(command(*sys.argv[2:]))
