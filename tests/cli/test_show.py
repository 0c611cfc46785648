"""`vynexus show PATTERN`: what it is, what varied, why its potential is what it is, and whether a script would help."""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from vynexus_tui.cli.pattern_explanation import Explained, explanation_lines
from vynexus_tui.domain.automations import Refusal, RefusalReason
from vynexus_tui.domain.cycles import NEVER_AGAIN
from vynexus_tui.domain.events import CommandEvent, CountQuality
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import Occurrence, Pattern, PatternKind, PatternStep, SlotSpan
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.engine.explanation import Outcome, explain_potential, held_back, varying_values
from vynexus_tui.mining.potential import score_potential

_ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SETTINGS = RepetitiveTaskDetection()


def run(home: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(_ROOT),
        "TZ": "UTC",
    }
    return subprocess.run(
        [sys.executable, "-m", "vynexus_tui", *words], input=typed, capture_output=True, text=True, env=environment, timeout=60
    )


def shown_pattern(home: Path, days: Sequence[Sequence[str]], *words: str, **known: Any) -> str:
    """What `show` prints about the best pattern of these sessions, one a day."""
    now = datetime.now(UTC)
    lines = [
        {"cmd": command, "session": f"s{number}"}
        | ({"ts": (now - timedelta(days=len(days) - number, seconds=-9 * place)).timestamp()} if known.get("is_dated", True) else {})
        | {key: value for key, value in known.items() if key != "is_dated"}
        for number, commands in enumerate(days)
        for place, command in enumerate(commands)
    ]
    run(home, "import", "-", "--from", "jsonl", typed="".join(json.dumps(line) + "\n" for line in lines))
    run(home, "cycle")
    best = json.loads(run(home, "patterns", "--json").stdout)["patterns"][0]
    answer = run(home, "show", best["pattern_id"], *words)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


REGIONS = ["north", "south", "north", "west", "north", "south", "north"]
NOISE = ["git status", "vim notes", "htop", "man sort", "df -h"]
DAYS = [[NOISE[k % 5], f"sort data/{r}.csv -o {r}.txt", f"wc -l {r}.txt", NOISE[(k * 3 + 1) % 5]] for k, r in enumerate(REGIONS)]


def test_a_workflow_is_explained_with_its_values_its_dates_and_each_part_of_its_potential(tmp_path):
    text = shown_pattern(tmp_path, DAYS, cwd=f"{tmp_path}/shop", exit=0, duration_ms=2000)
    lines = text.splitlines()
    assert "  1  sort data/{name}.csv -o {name}.txt" in lines
    assert "  2  wc -l {name}.txt" in lines
    assert "seen      7 times in 7 sessions" in lines
    assert "in        ~/shop 7x" in lines
    assert "result    succeeded 7 of 7 times" in lines
    assert "  {name}  3 values, the same in steps 1, 2" in lines
    assert "      north 4x, south 2x, west 1x" in lines
    assert any(line.startswith("  frequency ") and line.endswith(" × 0.4   7 times in the last 4 weeks") for line in lines), text
    assert any(line.startswith("  time saving ") and line.endswith(" × 0.3   about 11.0 s by hand each time") for line in lines), text
    assert any(line.startswith("  recency ") and " × 0.3   last seen 2" in line and line.endswith("hours ago") for line in lines), text
    assert "worth automating: sort-and-wc is new, see it with `vynexus show sort-and-wc`" in lines
    at = lines.index("occurrences, newest first")
    assert lines[at + 2 : at + 4] == ["    sort data/north.csv -o north.txt", "    wc -l north.txt"]
    assert lines[at + 5] == "    sort data/south.csv -o south.txt"
    assert lines[-1] == "  and 2 more (--json lists all)"


def test_what_a_history_without_dates_cannot_say_is_said(tmp_path):
    text = shown_pattern(tmp_path, DAYS, is_dated=False)
    for words in (
        "from      unknown: the commands have no dates",
        "in        folder unknown",
        "result    unknown: no exit codes",
        "(partial: what is unknown is left out)",
        "unknown      no dates are known",
        "  date unknown  folder unknown",
        "7 times; how often per week is unknown without dates",
    ):
        assert words in text


def test_json_has_the_shape_that_programs_rely_on_and_the_reasons(tmp_path):
    found = json.loads(shown_pattern(tmp_path, DAYS, "--json", exit=0, duration_ms=2000))
    assert found["steps"] == ["sort data/{name}.csv -o {name}.txt", "wc -l {name}.txt"]
    assert (found["kind"], found["worthy"], found["reasons"], found["occurrence_count"]) == ("workflow", True, [], 7)
    assert found["bindings"] == [[0, 1, "name"]]
    (parameter,) = found["parameters"]
    assert parameter["steps"] == [0, 1]
    assert parameter["seen"][0] == {"value": "north", "count": 4}
    assert [p["name"] for p in found["potential_parts"]] == ["frequency", "time saving", "recency"]
    assert found["potential"]["score"] == pytest.approx(sum(p["share"] * p["weight"] for p in found["potential_parts"]))
    assert len(found["occurrences"]) == len(found["evidence"]) == 7


def test_a_name_that_is_not_known_says_how_to_list_them(tmp_path):
    answer = run(tmp_path, "show", "nonsense")
    assert answer.returncode == 1
    assert "no automation or pattern 'nonsense'" in answer.stderr
    assert "vynexus patterns" in answer.stderr


def test_steps_that_the_projects_makefile_does_are_pointed_at_it(tmp_path):
    (tmp_path / "shop").mkdir()
    steps = ["sort -u all.csv -o sorted.csv", "gzip -kf sorted.csv", "cp sorted.csv.gz backup/today.gz"]
    (tmp_path / "shop/Makefile").write_text("pack:\n" + "".join(f"\t@{step}\n" for step in steps))
    days = [[NOISE[k % 5], *steps, NOISE[(k * 3 + 1) % 5]] for k in range(8)]
    text = shown_pattern(tmp_path, days, cwd=f"{tmp_path}/shop", exit=0)
    assert "not worth automating\n  · use yours: make pack\n" in text
    assert json.loads(run(tmp_path, "automations", "--json").stdout)["automations"] == []


def _pattern(*texts: str, count: int = 6, **changes: Any) -> Pattern:
    occurrences = tuple(
        Occurrence(
            event_ids=(n,),
            session_id=f"s{n}",
            started_at=NOW - timedelta(days=count - n),
            hands_on_s=12.0,
            cwd="/home/me/shop",
            slot_values={"file": f"{n % 3}.csv"},
        )
        for n in range(count)
    )
    pattern = Pattern(
        pattern_id=PatternId("abc"),
        kind=PatternKind.WORKFLOW,
        steps=tuple(PatternStep(text=text) for text in texts),
        occurrences=occurrences,
        potential=score_potential(occurrences, SETTINGS, now=NOW),
        worthy=True,
    )
    changed = replace(pattern, **changes)
    return replace(changed, potential=score_potential(changed.occurrences, SETTINGS, now=NOW))


def _lines(
    pattern: Pattern, outcome: Outcome | None = None, threshold: float = 0.7, evidence: Sequence[Sequence[CommandEvent]] = ()
) -> list[str]:
    parts = explain_potential(pattern, SETTINGS, now=NOW)
    return explanation_lines(
        Explained(
            pattern=pattern,
            parts=parts,
            held=held_back(pattern, parts),
            varying=varying_values(pattern),
            outcome=outcome or Outcome(),
            evidence=evidence,
            threshold=threshold,
            now=NOW,
            home="/home/me",
        )
    )


def test_an_optional_step_says_how_often_it_was_there():
    steps = (PatternStep(text="git pull"), PatternStep(text="npm ci", presence_share=2 / 3), PatternStep(text="npm run build"))
    lines = _lines(_pattern(steps=steps))
    assert lines[lines.index("  2  npm ci") + 1] == "       optional: in 4 of 6"
    assert "  3  npm run build" in lines


def test_a_score_that_is_held_back_says_why():
    two = tuple(
        replace(o, session_id=f"s{n % 2}", started_at=NOW - timedelta(days=n % 2, minutes=n))
        for n, o in enumerate(_pattern("x").occurrences)
    )
    (line,) = [line for line in _lines(_pattern("git pull", "make", occurrences=two)) if "held" in line]
    assert line.startswith("  held at 0.70 instead of 0.")
    assert line.endswith(": seen on 2 occasions only; one day counts as two")
    assert not any("held" in line for line in _lines(_pattern("git pull", "make")))


def test_each_verdict_has_its_words():
    worthy = _pattern("git pull", "make")
    assert "worth automating: potential is above 0.70; the next cycle makes a script" in _lines(worthy)
    assert "worth automating, but not proposed: potential is not above 0.99" in _lines(worthy, threshold=0.99)
    key = "  a script all the same: vynexus new --pattern abc (on the dashboard: m)"
    assert key in _lines(worthy, threshold=0.99)
    assert key not in _lines(_pattern("vim a.py", "make"), threshold=0.99)
    refusal = Refusal(pattern_id=PatternId("abc"), reason=RefusalReason.UNKNOWN_PROGRAM, detail="frob is no program")
    refused = _lines(worthy, Outcome(refusal=refusal))
    assert "  · unknown program: frob is no program" in refused
    assert key not in refused
    lines = _lines(replace(worthy, worthy=False, reasons=("already short", "fails: 4 of 6 times")))
    at = lines.index("not worth automating")
    assert lines[at + 1 : at + 3] == ["  · already short", "  · fails: 4 of 6 times"]
    asleep = _lines(worthy, Outcome(snoozed_until=NOW + timedelta(days=3)))
    assert any(line.startswith("  · put aside by you; shown again: 2026-11-25") for line in asleep)
    for_good = _lines(worthy, Outcome(snoozed_until=NEVER_AGAIN))
    assert "  · put aside by you; shown again: never (now: vynexus undo abc)" in for_good
    assert not any("put aside" in line for line in _lines(worthy, Outcome(snoozed_until=NOW - timedelta(days=3))))


def test_counts_of_a_shell_that_drops_repeats_are_a_lower_bound():
    assert "seen      at least 6 times in 6 sessions" in _lines(_pattern("x", count_quality=CountQuality.DEDUPED))


def test_recorded_text_is_harmless_and_no_line_is_wider_than_80_columns():
    evil = "scp \x1b]0;owned\x07 \u202egnp.exe " + "a" * 300 + " " + "word " * 60 + "\udcff\nrm -rf /"
    occurrences = tuple(
        replace(o, slot_values={"file": evil, "b\x1bc": "\x9b31m"}, cwd=f"/home/me/\x1b[2J{'deep/' * 40}{n}")
        for n, o in enumerate(_pattern("x").occurrences)
    )
    steps = (
        PatternStep(text=evil, slots=(SlotSpan(start=0, end=3, name="file"),)),
        PatternStep(text="a" * 500),
        PatternStep(text="b c " * 90),
    )
    refusal = Refusal(pattern_id=PatternId("abc"), reason=RefusalReason.FRAGILE, detail=evil)
    for changes in ({}, {"worthy": False, "reasons": (evil, "fails " * 40)}):
        lines = _lines(_pattern(steps=steps, occurrences=occurrences, **changes), Outcome(refusal=refusal))
        assert max(map(len, lines)) <= 80
        assert not [c for line in lines for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs")]


def test_a_long_step_can_be_read_whole():
    step = "rsync -av --delete --exclude node_modules --exclude .git --exclude dist photos/2026/november/ nas:/volume1/photos/2026/"
    lines = _lines(_pattern(step))
    start = next(n for n, line in enumerate(lines) if line.startswith("  1  "))
    stop = lines.index("", start)
    assert " ".join(line.strip().removeprefix("1  ") for line in lines[start:stop]) == step


def test_wide_characters_take_two_cells_and_no_line_is_wider_than_80_of_them():
    wide = "部署" * 120
    occurrences = tuple(
        replace(o, slot_values={"file": f"{wide}{n}", "e\u0301": "é" * 60}, cwd="/home/me/" + "資料夾/" * 30 + str(n % 5))
        for n, o in enumerate(_pattern("x").occurrences)
    )
    steps = (PatternStep(text=f"cp {wide} b", slots=(SlotSpan(start=3, end=5, name="file"),)), PatternStep(text="e\u0301" * 150))
    pattern = _pattern(steps=steps, occurrences=occurrences, worthy=False, reasons=(f"{wide} ends",))
    event = CommandEvent(event_id=1, sequence_no=1, session_id="s", command=f"cp {wide} b", exit_code=3)
    lines = _lines(pattern, evidence=((event,),))
    assert max(map(cell_len, lines)) <= 80
    shown_whole = "".join(line.strip() for line in lines[2 : lines.index("", 2)])
    assert shown_whole.count("部署") == 119
    assert any(line.startswith("    cp 部") and line.endswith("…  exit 3") for line in lines)


def test_long_work_by_hand_is_told_in_hours_and_minutes():
    occurrences = tuple(replace(o, hands_on_s=432_060.0) for o in _pattern("x").occurrences)
    assert any(line.endswith("  about 120 h 1 m by hand each time") for line in _lines(_pattern("x", occurrences=occurrences)))


def test_runs_without_a_date_that_score_more_alone_say_why_the_dates_are_left_out():
    runs = _pattern("x").occurrences * 4
    undated = tuple(replace(o, session_id=f"u{n}", started_at=None) for n, o in enumerate(runs))
    pattern = _pattern("x", occurrences=(*undated, replace(runs[0], started_at=NOW - timedelta(days=200))))
    text = "\n".join(_lines(pattern))
    assert "24 times without a date" in text
    assert text.count("unknown      left out: the runs without dates score more alone") == 2
    assert "held" not in text


def test_a_rate_says_in_how_many_days_it_was_measured():
    far = tuple(replace(o, started_at=NOW - timedelta(days=40 + 10 * n)) for n, o in enumerate(_pattern("x").occurrences[:3]))
    assert any(line.endswith("  3 times in the last 60 days") for line in _lines(_pattern("x", occurrences=far)))
