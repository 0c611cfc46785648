"""How well and how fast detection works on planted logs: a table of F1 (whole list, no cutoff) over profiles and seeds.

    python tests/benchmarks/detection.py --profiles base,noisy,null --seeds 61,62,63 --n 10000 [--evaluation DIR] [--verbose]

Needs the log generator and scorer (gen.py, evaluate.py) in DIR; by default ../shared/evaluation beside the checkout.
The profile `rand` draws a random mix of noise and structure; `untimed` is tests/habits/planted_history.py.
"""

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.habits.planted_history import build_untimed_history  # noqa: E402
from vynexus_tui.domain.events import CommandEvent, TimeQuality  # noqa: E402
from vynexus_tui.domain.patterns import Pattern  # noqa: E402
from vynexus_tui.domain.settings import RepetitiveTaskDetection  # noqa: E402
from vynexus_tui.mining.repetitive_task_identifier import RepetitiveTaskIdentifier  # noqa: E402


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--profiles", default="base,noisy,null,untimed")
    arguments.add_argument("--seeds", default="61,62,63,64,65,66")
    arguments.add_argument("--n", type=int, default=10_000)
    arguments.add_argument("--evaluation", type=Path, default=ROOT.parent / "shared" / "evaluation")
    arguments.add_argument("--verbose", action="store_true", help="print what was missed and what was wrongly listed")
    options = arguments.parse_args()
    evaluate = _load(options.evaluation / "evaluate.py")
    generate = _load(options.evaluation / "gen.py")
    print(
        f"{'profile':<9}{'F1 median':>10}{'min':>7}{'recall':>8}{'precision':>10}{'false':>7}{'bind R':>8}{'bind P':>8}{'sched':>9}{'s':>7}"
    )
    for profile in options.profiles.split(","):
        rows = []
        for seed in map(int, options.seeds.split(",")):
            events, truth = _plant(generate, profile, seed, options.n)
            patterns, duration_s = _identify(events)
            score = evaluate.score([_as_scored(pattern) for pattern in patterns], truth)
            rows.append({**score, "s": duration_s})
            if options.verbose:
                _explain(score, patterns, truth)
        _print_row(profile, rows)


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.exists():
        sys.exit(f"{path} is missing; give its folder with --evaluation")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _plant(generate: Any, profile: str, seed: int, n: int) -> tuple[list[CommandEvent], dict[str, Any]]:
    if profile == "untimed":
        lines, key = build_untimed_history(seed, n)
        planted = [{"kind": h.name, "steps": h.steps, "nsteps": len(h.steps), "occ": h.occurrences, "bindings": h.bindings} for h in key]
        events = [
            CommandEvent(event_id=i, command=line, sequence_no=i, session_id="", origin="bash_history") for i, line in enumerate(lines)
        ]
        return events, {"planted": planted}
    alphabet = generate.SYL
    shape = _random_shape(generate, seed) if profile == "rand" else None
    rows, truth = generate.build(n, seed, "base" if profile == "rand" else profile, shape=shape)
    generate.SYL = alphabet
    return [_as_event(row) for row in rows], truth


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


def _as_event(row: dict[str, Any]) -> CommandEvent:
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


def _identify(events: Sequence[CommandEvent]) -> tuple[tuple[Pattern, ...], float]:
    dates = [event.started_at for event in events if event.started_at]
    now = max(dates, default=datetime(2026, 1, 1, tzinfo=UTC)) + timedelta(hours=1)
    begin = time.perf_counter()
    patterns = RepetitiveTaskIdentifier(RepetitiveTaskDetection()).identify(events, now=now)
    return patterns, time.perf_counter() - begin


def _as_scored(pattern: Pattern) -> dict[str, Any]:
    schedule = pattern.schedule
    return {
        "steps": [step.template for step in pattern.steps],
        "occ": [list(occurrence.event_ids) for occurrence in pattern.occurrences],
        "bindings": [list(binding) for binding in pattern.bindings],
        "schedule": None if schedule is None else {"type": schedule.type.value, "hour": schedule.hour, "minute": schedule.minute},
        "score": pattern.potential.score,
    }


def _explain(score: dict[str, Any], patterns: Sequence[Pattern], truth: dict[str, Any]) -> None:
    for number in score["missed"]:
        planted = truth["planted"][number]
        print(f"   missed {len(planted['occ']):>4} x {' › '.join(planted['steps'])}")
    for number in score["false"]:
        print(f"   false  {patterns[number].occurrence_count:>4} x {patterns[number].title}  {'; '.join(patterns[number].reasons)}")


def _print_row(profile: str, rows: Sequence[dict[str, Any]]) -> None:
    def middle(key: str) -> str:
        known = [row[key] for row in rows if row[key] is not None]
        return f"{statistics.median(known):.3f}" if known else "-"

    false_count = sum(len(row["false"]) for row in rows) / len(rows)
    right, total = (sum(int(row["sched"].split("/")[k]) for row in rows) for k in (0, 1))
    lowest = min(row["F1"] for row in rows)
    print(
        f"{profile:<9}{middle('F1'):>10}{lowest:>7.3f}{middle('recall'):>8}{middle('precision'):>10}{false_count:>7.2f}"
        f"{middle('bind_recall'):>8}{middle('bind_prec'):>8}{f'{right}/{total}':>9}{max(row['s'] for row in rows):>7.2f}"
    )


if __name__ == "__main__":
    main()
