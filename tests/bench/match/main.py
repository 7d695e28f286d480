"""The matcher against its peers, one process a run.

``make bench-match`` for a few minutes' worth, or with everything:

    make bench-match ARGS="--instances 10 --seeds 3 --seconds 2 10 --visits 600 450 --json out.json"

A run lasts from start-up to the written answer; the clock is processor time (``--clock cpu``),
which a busy machine distorts least, or wall time; both are told. Every figure is the checker's and the objective's.
Own problems: ``--problem FILE ...`` in VROOM's format. A province, Linli in a fifth of the time that VROOM takes:

    make bench-match ARGS="--teams 216 --visits 2400 --side 80 --peers vroom --levels x0 --fraction 5"
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from linli.matcher import compiled
from tests.bench.match.deadline import NO_HURRY_S, Clock
from tests.bench.match.families import FAMILIES, Size
from tests.bench.match.measure import Candidate, measure
from tests.bench.match.peers import ALL, peers_of
from tests.bench.match.report import Trial, as_json, as_markdown
from tests.bench.match.solver_sketch import FOLDER
from tests.bench.match.source import family_source


def main() -> None:
    """Run what was asked for; print Markdown, write JSON."""
    given = _arguments().parse_args()
    if given.sketch:
        os.environ[FOLDER] = str(Path(given.sketch).absolute())
    clock: Clock = given.clock
    if not compiled.is_warm():
        sys.stderr.write("The search's machine code is missing: Linli would only insert. Run `make setup` first.\n")
    trials: list[Trial] = []
    wanted = list(_sources(given))
    for number, (group, source) in enumerate(wanted):
        sys.stderr.write(f"instance {number + 1} of {len(wanted)}: {source}\n")
        for seconds in [0.0] if given.fraction else given.seconds:
            trial = run(group, source, clock, seconds, given, backwards=number % 2 == 1)
            trials.append(trial)
            _tell(trial)
    text = as_markdown(trials, clock)
    sys.stdout.write(text)
    if given.json:
        Path(given.json).write_text(json.dumps(as_json(trials, clock), indent=1), encoding="utf-8")
    if given.markdown:
        Path(given.markdown).write_text(text, encoding="utf-8")


def run(group: str, source: str, clock: Clock, seconds: float, given: argparse.Namespace, *, backwards: bool) -> Trial:
    """Let everybody solve one source, in an order that alternates from source to source."""
    own = [Candidate("linli", str(seed), threads) for seed in range(1, given.seeds + 1) for threads in given.threads]
    peers = peers_of(given.peers, seconds, given.levels)
    if given.fraction:
        return hurried(group, source, clock, given.fraction, own, peers)
    everybody = own + peers
    rows = [measure(one, source, clock, seconds) for one in (everybody[::-1] if backwards else everybody)]
    trial = Trial(group, source, seconds, tuple(rows), clock=clock)
    peer = trial.best_peer()
    if not given.same or peer is None:
        return trial
    same = [measure(one, source, clock, seconds, peer.visits) for one in own]
    return Trial(group, source, seconds, tuple(rows), tuple(same), clock)


def hurried(
    group: str, source: str, clock: Clock, fraction: float, own: list[Candidate], peers: list[Candidate]
) -> Trial:
    """Let the peers go on as long as they like, then give Linli a part of the time that the best of them took."""
    rows = [measure(one, source, clock, NO_HURRY_S) for one in peers]
    trial = Trial(f"{group}, 1/{fraction:g} of the best peer's time", source, 0.0, tuple(rows), clock=clock)
    peer = trial.best_peer()
    if peer is None:
        return trial
    for one in own:
        seconds = peer.wall / fraction if clock == "wall" else peer.cpu / fraction / one.threads
        rows.append(measure(one, source, clock, seconds))
    return Trial(trial.group, source, 0.0, tuple(rows), clock=clock)


def _sources(given: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield every instance with the name of its group."""
    for path in given.problem:
        yield path, path
    if given.problem:
        return
    for visits in given.visits:
        for family in given.families:
            for instance in range(1, given.instances + 1):
                size = Size(given.teams, visits, given.classes, given.side)
                classes = f", {given.classes} classes" if given.classes > 1 else ""
                yield f"{given.teams} × {visits} {family}{classes}", family_source(family, size, instance)


def _tell(trial: Trial) -> None:
    """Say on standard error how a trial went, for who waits."""
    for row in trial.rows + trial.same:
        told = row.fault or f"served {row.count:5}  travel {row.travel // 60:6} min"
        words = f"{trial.group:<28} {trial.seconds:5.1f} s  {row.candidate.label:<20} {told}"
        sys.stderr.write(f"{words}  wall {row.wall:.1f}  cpu {row.cpu:.1f}  {row.peak_mb} MB\n")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", nargs="*", default=["mixed", "town", "spread", "two-hour"], choices=FAMILIES)
    parser.add_argument("--teams", type=int, default=54)
    parser.add_argument("--visits", type=int, nargs="*", default=[600])
    parser.add_argument("--classes", type=int, default=1, help="classes of urgency")
    parser.add_argument("--side", type=float, default=40.0, help="kilometres")
    parser.add_argument("--instances", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="of Linli, on every instance")
    parser.add_argument("--seconds", type=float, nargs="*", default=[2.0])
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2], help="of Linli")
    parser.add_argument("--peers", nargs="*", default=list(ALL), choices=ALL)
    parser.add_argument("--levels", nargs="*", help="of VROOM, instead of two that suit the budget: x0 x1 ...")
    parser.add_argument("--fraction", type=float, help="give Linli one in so many of the best peer's seconds")
    parser.add_argument("--clock", default="cpu", choices=["cpu", "wall"])
    parser.add_argument("--same", action="store_true", help="also: the visits that the best peer served, those alone")
    parser.add_argument("--sketch", help="folder of the rough baseline")
    parser.add_argument("--problem", nargs="*", default=[], metavar="FILE", help="own problems in VROOM's format")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--markdown", metavar="FILE")
    return parser


if __name__ == "__main__":
    main()
