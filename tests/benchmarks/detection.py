"""How well, how fast and in how much memory habits are found in planted logs; the whole table with one command.

    python tests/benchmarks/detection.py [--json] [--peers /path/to/other/environment/bin/python]
    python tests/benchmarks/detection.py --profiles base,noisy --seeds 61,62 --n 10000 --verbose

Needs the log generator and scorer (gen.py, evaluate.py) in --evaluation; by default ../shared/evaluation beside the checkout.
F1, precision and recall are of the whole list, no cutoff, median over the seeds. Every log is planted and mined in processes of
its own: seconds are CPU seconds of identifying (reading commands included), MB the peak of the process that holds the log.
`rand` draws a random mix of noise and structure and an alphabet of its own; `stripped` is `base` as a bare `.bash_history`
(no times, exits, durations, folders or sessions, immediate repeats dropped); `untimed` is tests/habits/planted_history.py.
A value that misses its target is marked `!`. --peers: other miners in their own environment on the same logs (see detection_peers.py).
"""

import argparse
import importlib.util
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.habits.planted_history import build_untimed_history  # noqa: E402
from vynexus_tui.domain.events import CommandEvent, TimeQuality  # noqa: E402
from vynexus_tui.domain.patterns import Pattern  # noqa: E402
from vynexus_tui.domain.settings import RepetitiveTaskDetection  # noqa: E402
from vynexus_tui.mining.repetitive_task_identifier import RepetitiveTaskIdentifier  # noqa: E402

Row = dict[str, Any]
_DEFAULT_GRID = [("base", 10_000), ("noisy", 10_000), ("harsh", 10_000), ("rand", 10_000), ("null", 10_000)]
_DEFAULT_GRID += [("base", 100_000), ("noisy", 100_000), ("stripped", 2_000)]
_PEER_GRID = [("base", 1_000), ("base", 10_000), ("noisy", 10_000), ("base", 100_000)]
_KINDS = ("exact", "param", "workflow", "rule", "periodic")
_UNSCHEDULED = {"exact", "param", "workflow", "rule"}
_BUCKETS = (("<=4", 0, 4), ("5-6", 5, 6), ("7-9", 7, 9), (">=10", 10, sys.maxsize))
_CUTOFFS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 65, 80, 100, 150, 200, 300, 500, 1000, 2000)


class Target(NamedTuple):
    """What a row must reach."""

    column: str
    value: float
    at_most: bool = False

    def is_met(self, row: Row) -> bool:
        """Also when the row says nothing about it."""
        found = row[self.column]
        return found is None or (found <= self.value if self.at_most else found >= self.value)


_BY_PROFILE = {
    "base": [Target("F1", 0.98)],
    "noisy": [Target("F1", 0.95)],
    "harsh": [Target("F1", 0.85)],
    "rand": [Target("F1_mean", 0.93), Target("F1_min", 0.85)],
    "stripped": [Target("F1", 0.90)],
    "null": [Target("patterns", 0, at_most=True)],
}
_EVERYWHERE = [
    Target("bind_precision", 0.99),
    Target("bind_recall", 0.95),
    Target("schedules", 0.95),
    Target("redundancy", 0, at_most=True),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", help="comma-separated; default: the whole table")
    parser.add_argument("--seeds", default="61,62,63,64,65,66")
    parser.add_argument("--n", type=int, help="lines to plant with --profiles (default 10000, stripped 2000)")
    parser.add_argument("--evaluation", type=Path, default=ROOT.parent / "shared" / "evaluation")
    parser.add_argument("--jobs", type=int, default=1, help="logs measured at once; more than one disturbs the seconds")
    parser.add_argument("--verbose", action="store_true", help="print what was missed and what was wrongly listed")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--peers", help="a Python with other miners installed: theirs beside ours, first seed of each size")
    parser.add_argument("--peer-limit-s", type=int, default=65)
    options = parser.parse_args()
    evaluate = _load(options.evaluation / "evaluate.py")
    seeds = [int(seed) for seed in options.seeds.split(",")]
    grid, peer_grid = _DEFAULT_GRID, _PEER_GRID
    if options.profiles or options.n:
        profiles = (options.profiles or "base,noisy,null,untimed").split(",")
        grid = peer_grid = [(profile, options.n or (2_000 if profile == "stripped" else 10_000)) for profile in profiles]
    rows = _measure_grid(grid, seeds, evaluate, options)
    peers = _compare_with_peers(peer_grid, seeds[0], evaluate, options) if options.peers else []
    if options.json:
        print(json.dumps({"rows": rows, "peers": peers}))
    elif any(not target.is_met(row) for row in rows for target in _targets(row)):
        print("\nmissed: " + "; ".join(_missed(row) for row in rows if _missed(row)))


def _measure_grid(grid: Sequence[tuple[str, int]], seeds: Sequence[int], evaluate: Any, options: argparse.Namespace) -> list[Row]:
    rows = []
    if not options.json:
        _print_head()
    for profile, n in grid:
        with tempfile.TemporaryDirectory() as folder, _fresh_processes(options.jobs) as pool:
            logs = [Path(folder) / str(seed) for seed in seeds]
            planted = [pool.submit(_plant_log, options.evaluation, profile, seed, n, log) for seed, log in zip(seeds, logs, strict=True)]
            measured = [pool.submit(_measure_log, _settled(log, plant)) for log, plant in zip(logs, planted, strict=True)]
            scores = [_score(evaluate, profile, future.result(), _read_truth(log)) for future, log in zip(measured, logs, strict=True)]
            if options.verbose and not options.json:
                for future, log, score in zip(measured, logs, scores, strict=True):
                    _explain(score, future.result()["patterns"], _read_truth(log))
        rows.append(_row(profile, n, seeds, scores))
        if not options.json:
            _print_row(rows[-1])
    return rows


def _fresh_processes(jobs: int) -> ProcessPoolExecutor:
    """A new interpreter for every log: nothing is warm, and peak memory is one log's."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1)


def _settled(log: Path, plant: Any) -> Path:
    plant.result()
    return log


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.exists():
        sys.exit(f"{path} is missing; give its folder with --evaluation")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Planting: in a process of its own, because it takes more memory than what is measured.


def _plant_log(evaluation: Path, profile: str, seed: int, n: int, log: Path) -> None:
    """Writes the folder `log`: events.jsonl and truth.json."""
    if profile == "untimed":
        rows, truth = _plant_untimed(seed, n)
    else:
        rows, truth = _plant(_load(evaluation / "gen.py"), profile, seed, n)
    log.mkdir()
    (log / "events.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (log / "truth.json").write_text(json.dumps(truth), encoding="utf-8")


def _plant(generate: Any, profile: str, seed: int, n: int) -> tuple[list[Row], Row]:
    alphabet = generate.SYL
    shape = _random_shape(generate, seed) if profile == "rand" else None
    rows, truth = generate.build(n, seed, "base" if profile in ("rand", "stripped") else profile, shape=shape)
    generate.SYL = alphabet
    return _strip(rows, truth) if profile == "stripped" else (rows, truth)


def _random_shape(generate: Any, seed: int) -> dict[str, Any]:
    """The same draw as gen.py --rand-shape, which also changes the alphabet."""
    rng = generate.random.Random(seed * 7919 + 13)
    bounds = {"ins": (0, 0.45), "tail": (0.1, 0.5), "drop": (0, 0.1), "swap": (0, 0.05), "fail": (0, 0.1), "inter": (0, 0.12)}
    bounds |= {"surface": (0, 0.3), "join": (0, 0.15), "assoc": (0.1, 0.35), "burst": (0, 0.2)}
    shape: dict[str, Any] = {key: rng.uniform(*limits) for key, limits in bounds.items()}
    shape["sess"] = rng.random() < 0.8
    shape |= {k: rng.uniform(0, top) for k, top in (("samep", 0.3), ("common", 0.2), ("share", 0.3), ("choice", 0.2), ("loop", 0.2))}
    shape["drift"] = rng.uniform(0, 0.2)
    consonants, vowels = rng.sample(list("bcdfghjklmnpqrstvwxz"), 10), ["a", "ei", "o", "uu", "y", "ia", "e"]
    generate.SYL = [consonant + vowel for consonant in consonants for vowel in rng.sample(vowels, 4)]
    return shape


def _strip(rows: Sequence[Row], truth: Row) -> tuple[list[Row], Row]:
    """What bash would have kept of it: the lines, without immediate repeats. The key speaks of the line that was kept."""
    kept: list[Row] = []
    kept_as = {}
    for row in rows:
        if not kept or kept[-1]["cmd"] != row["cmd"]:
            kept.append({"id": row["id"], "cmd": row["cmd"]})
        kept_as[row["id"]] = kept[-1]["id"]
    for planted in truth["planted"]:
        planted["occ"] = [list(dict.fromkeys(kept_as[event_id] for event_id in occurrence)) for occurrence in planted["occ"]]
    return kept, truth


def _plant_untimed(seed: int, n: int) -> tuple[list[Row], Row]:
    lines, key = build_untimed_history(seed, n)
    planted = [
        {
            "kind": "workflow" if len(habit.steps) > 1 else "param" if "{" in habit.steps[0] else "exact",
            "steps": habit.steps,
            "nsteps": len(habit.steps),
            "occ": habit.occurrences,
            "bindings": habit.bindings,
        }
        for habit in key
    ]
    return [{"id": number, "cmd": line} for number, line in enumerate(lines)], {"planted": planted}


# Measuring


def _measure_log(log: Path) -> Row:
    """What was found in a planted log, the CPU seconds it took and the peak memory of this process."""
    events = _read_events(log)
    begin_s = time.process_time()
    patterns, wall_s = _identify(events)
    cpu_s = time.process_time() - begin_s
    return {"patterns": [_as_scored(pattern) for pattern in patterns], "cpu_s": cpu_s, "wall_s": wall_s, "peak_mb": _peak_mb()}


def _read_events(log: Path) -> list[CommandEvent]:
    with (log / "events.jsonl").open(encoding="utf-8") as file:
        return [_as_event(row) if "ts" in row else _as_bare_line(row, number) for number, row in enumerate(map(json.loads, file))]


def _read_truth(log: Path) -> Row:
    truth: Row = json.loads((log / "truth.json").read_text(encoding="utf-8"))
    return truth


def _as_event(row: Row) -> CommandEvent:
    return CommandEvent(
        event_id=row["id"],
        command=row["cmd"],
        sequence_no=row["id"],
        session_id=row["session"],
        started_at=datetime.fromtimestamp(row["ts"], UTC),
        duration_s=row["duration_ms"] / 1000,
        exit_code=row["exit"],
        cwd=row["cwd"],
        origin="jsonl",
        time_quality=TimeQuality.EXACT,
    )


def _as_bare_line(row: Row, number: int) -> CommandEvent:
    return CommandEvent(event_id=row["id"], command=row["cmd"], sequence_no=number, session_id="", origin="bash_history")


def _identify(events: Sequence[CommandEvent]) -> tuple[tuple[Pattern, ...], float]:
    dates = [event.started_at for event in events if event.started_at]
    now = max(dates, default=datetime(2026, 1, 1, tzinfo=UTC)) + timedelta(hours=1)
    begin = time.perf_counter()
    patterns = RepetitiveTaskIdentifier(RepetitiveTaskDetection()).identify(events, now=now)
    return patterns, time.perf_counter() - begin


def _peak_mb() -> float:
    """VmHWM: unlike ru_maxrss it starts anew when a process becomes another program."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def _as_scored(pattern: Pattern) -> Row:
    schedule = pattern.schedule
    return {
        "steps": [step.template for step in pattern.steps],
        "occ": [list(occurrence.event_ids) for occurrence in pattern.occurrences],
        "bindings": [list(binding) for binding in pattern.bindings],
        "schedule": None if schedule is None else {"type": schedule.type.value, "hour": schedule.hour, "minute": schedule.minute},
        "score": pattern.potential.score,
        "reasons": list(pattern.reasons),
    }


def _score(evaluate: Any, profile: str, measured: Row, truth: Row) -> Row:
    """The scorer's figures of one log, with recall counted by kind and by support."""
    score: Row = evaluate.score(measured["patterns"], truth, kinds=_UNSCHEDULED if profile == "stripped" else None)
    missed = set(evaluate.score(measured["patterns"], truth)["missed"])
    by_kind = {kind: [0, 0] for kind in _KINDS}
    by_support = {name: [0, 0] for name, _, _ in _BUCKETS}
    for number, planted in enumerate(truth["planted"]):
        bucket = next(name for name, low, high in _BUCKETS if low <= len(planted["occ"]) <= high)
        for tally in (by_kind[planted["kind"]], by_support[bucket]):
            tally[0] += number not in missed
            tally[1] += 1
    figures = {key: measured[key] for key in ("cpu_s", "wall_s", "peak_mb")}
    return {**score, **figures, "by_kind": by_kind, "by_support": by_support, "sched": [int(part) for part in score["sched"].split("/")]}


def _row(profile: str, n: int, seeds: Sequence[int], scores: Sequence[Row]) -> Row:
    """Several seeds of one profile and size together."""

    def known(key: str) -> list[float]:
        return [] if profile == "null" and key in ("F1", "precision", "recall") else [s[key] for s in scores if s[key] is not None]

    def over(function: Callable[[list[float]], float], key: str) -> float | None:
        return round(function(known(key)), 4) if known(key) else None

    def pooled(key: str, name: str) -> list[int]:
        return [sum(score[key][name][k] for score in scores) for k in (0, 1)]

    right, planted = (0, 0) if profile == "stripped" else (sum(score["sched"][k] for score in scores) for k in (0, 1))
    return {
        "profile": profile,
        "n": n,
        "seeds": list(seeds),
        "F1": over(statistics.median, "F1"),
        "F1_mean": over(statistics.mean, "F1"),
        "F1_min": over(min, "F1"),
        "precision": over(statistics.median, "precision"),
        "precision_min": over(min, "precision"),
        "recall": over(statistics.median, "recall"),
        "recall_min": over(min, "recall"),
        "recall_by_kind": {kind: pooled("by_kind", kind) for kind in _KINDS},
        "recall_by_support": {name: pooled("by_support", name) for name, _, _ in _BUCKETS},
        "bind_recall": over(statistics.median, "bind_recall"),
        "bind_precision": over(statistics.median, "bind_prec"),
        "schedules": round(right / planted, 4) if planted else None,
        "schedules_right": [right, planted],
        "redundancy": over(max, "redundancy"),
        "patterns": sum(score["n_pred"] for score in scores) if profile == "null" else None,
        "false": sum(len(score["false"]) for score in scores),
        "cpu_s": over(statistics.median, "cpu_s"),
        "peak_mb": over(max, "peak_mb"),
    }


def _targets(row: Row) -> list[Target]:
    return _BY_PROFILE.get(row["profile"], []) + ([] if row["profile"] == "null" else _EVERYWHERE)


def _missed(row: Row) -> str:
    misses = [f"{t.column} {row[t.column]} ({'<=' if t.at_most else '>='} {t.value})" for t in _targets(row) if not t.is_met(row)]
    return f"{row['profile']} {row['n']:,}: {', '.join(misses)}" if misses else ""


# Printing


def _explain(score: Row, patterns: Sequence[Row], truth: Row) -> None:
    for number in score["missed"]:
        planted = truth["planted"][number]
        print(f"   missed {len(planted['occ']):>4} x {' › '.join(planted['steps'])}")
    for number in score["false"]:
        pattern = patterns[number]
        print(f"   false  {len(pattern['occ']):>4} x {' › '.join(pattern['steps'])}  {'; '.join(pattern['reasons'])}")


def _print_head() -> None:
    goals = [f"{p} {t.column} {'<=' if t.at_most else '>='} {t.value}" for p, targets in _BY_PROFILE.items() for t in targets]
    goals += [f"{t.column} {'<=' if t.at_most else '>='} {t.value}" for t in _EVERYWHERE]
    print("targets: " + ", ".join(goals))
    print(f"{'':<17}{'F1':^21}{'precision':^14}{'recall':^14}{'recall by kind':^35}{'recall by support':^28}{'bindings':^14}")
    print(
        f"{'profile':<9}{'size':>8}{'median':>7}{'mean':>7}{'min':>7}" + f"{'med.':>7}{'min':>7}" * 2
        + "".join(f"{kind[:6]:>7}" for kind in _KINDS) + "".join(f"{name:>7}" for name, _, _ in _BUCKETS)
        + f"{'R':>7}{'P':>7}{'schedules':>11}{'redund':>7}{'false':>7}{'CPU s':>7}{'MB':>6}"
    )  # fmt: skip


def _print_row(row: Row) -> None:
    targets = {target.column: target for target in _targets(row)}

    def cell(column: str) -> str:
        text = "-" if row[column] is None else f"{row[column]:.3f}"
        return f"{text + ('!' if column in targets and not targets[column].is_met(row) else ''):>7}"

    def share(tally: Sequence[int]) -> str:
        return f"{f'{tally[0] / tally[1]:.2f}' if tally[1] else '-':>7}"

    columns = ("F1", "F1_mean", "F1_min", "precision", "precision_min", "recall", "recall_min")
    right, planted = row["schedules_right"]
    schedules = f"{right}/{planted}" + ("!" if not Target("schedules", 0.95).is_met(row) else "")
    false = f"{row['false']}" + ("!" if row["patterns"] else "")
    print(
        f"{row['profile']:<9}{row['n']:>8,}" + "".join(map(cell, columns))
        + "".join(map(share, row["recall_by_kind"].values())) + "".join(map(share, row["recall_by_support"].values()))
        + cell("bind_recall") + cell("bind_precision") + f"{schedules:>11}" + cell("redundancy")
        + f"{false:>7}{row['cpu_s']:>7.2f}{row['peak_mb']:>6.0f}",
        flush=True,
    )  # fmt: skip


# Peers


def _compare_with_peers(grid: Sequence[tuple[str, int]], seed: int, evaluate: Any, options: argparse.Namespace) -> list[Row]:
    """Other miners on the first seed of each size, with our symbols, their better ranking and the best cutoff in hindsight."""
    script = Path(__file__).with_name("detection_peers.py")
    listing = subprocess.run([options.peers, str(script), "--list"], check=True, capture_output=True, text=True)
    results = []
    if not options.json:
        print(
            f"\nworkflows and rules, seed {seed}; peers: symbols of ours, best ranking, best cutoff in hindsight, {options.peer_limit_s} s"
        )
        print(f"{'miner':<22}{'profile':<9}{'size':>8}{'F1':>7}{'patterns':>10}{'wall s':>8}{'MB':>7}")
    for profile, n in grid:
        with tempfile.TemporaryDirectory() as folder, _fresh_processes(1) as pool:
            log = Path(folder) / "log"
            pool.submit(_plant_log, options.evaluation, profile, seed, n, log).result()
            truth = _read_truth(log)
            ours = pool.submit(_measure_log, log).result()
            pool.submit(_write_symbols, log).result()
            f1 = evaluate.score(ours["patterns"], truth, kinds={"workflow", "rule"})["F1"]
            results.append({"miner": "ours (whole program)", "F1": f1, "patterns": len(ours["patterns"]), **_costs(ours)})
            results[-1] |= {"profile": profile, "n": n}
            _print_peer(results[-1], options)
            for miner in listing.stdout.split("\n"):
                if miner:
                    results.append({"miner": miner, "profile": profile, "n": n, **_run_peer(miner, script, log, truth, evaluate, options)})
                    _print_peer(results[-1], options)
    return results


def _write_symbols(log: Path) -> None:
    """symbols.json: our activities per step, the fragments they stand in, and their text, for miners that know only symbols."""
    from vynexus_tui.mining.segmentation import build_traces
    from vynexus_tui.mining.timeline import build_timeline

    timeline = build_timeline(build_traces(_read_events(log)))
    columns = {
        "symbols": list(timeline.symbols),
        "segments": list(timeline.segments),
        "event_ids": [step.event_id for step in timeline.steps],
        "texts": [step.text for step in timeline.steps],
    }
    (log / "symbols.json").write_text(json.dumps(columns), encoding="utf-8")


def _run_peer(miner: str, script: Path, log: Path, truth: Row, evaluate: Any, options: argparse.Namespace) -> Row:
    command = [options.peers, str(script), miner, str(log / "symbols.json"), str(options.peer_limit_s)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGALRM:
        return {"F1": None, "reason": f"> {options.peer_limit_s} s"}
    if done.returncode:
        return {"F1": None, "reason": (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1][:60]}
    found = json.loads(done.stdout)
    best = 0.0
    for ranking in found["rankings"].values():
        for cutoff in _CUTOFFS:
            best = max(best, evaluate.score(ranking[:cutoff], truth, kinds={"workflow", "rule"})["F1"])
            if cutoff >= len(ranking):
                break
    return {"F1": best, "patterns": found["count"], **_costs(found)}


def _costs(measured: Row) -> Row:
    return {"wall_s": round(measured["wall_s"], 3), "peak_mb": round(measured["peak_mb"], 1)}


def _print_peer(result: Row, options: argparse.Namespace) -> None:
    if options.json:
        return
    head = f"{result['miner']:<22}{result['profile']:<9}{result['n']:>8,}"
    if result["F1"] is None:
        print(f"{head}{'-':>7}  {result['reason']}", flush=True)
    else:
        print(f"{head}{result['F1']:>7.3f}{result['patterns']:>10,}{result['wall_s']:>8.2f}{result['peak_mb']:>7.0f}", flush=True)


if __name__ == "__main__":
    main()
