"""An imaginary person at a terminal: habits are planted among everyday commands, with dates, durations, sessions and exit codes.

    person = Person(seed=1)
    for version in ("1.0", "1.1", "2.0"):
        with person.sitting():
            person.does("release", "npm run build", f"git tag v{version}")

`sitting` is a day's session with everyday commands before and after; `does` types one occurrence of a habit.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from vynexus_tui.domain.events import CommandEvent, TimeQuality
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.domain.settings import RepetitiveTaskDetection
from vynexus_tui.mining.repetitive_task_identifier import RepetitiveTaskIdentifier

FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
_EVERYDAY = """ls|ls -la|cd {folder}|cd ..|git status|git diff|git log --oneline|vim {file}|cat {file}|less {file}|pwd|htop|clear
grep -rn {word} src|rm {file}|cp {file} /tmp/|python3 {file}|man {program}|which {program}|tail -f /var/log/{word}.log|df -h|du -sh {folder}
ps aux|kill {number}|echo {word}|touch {file}|chmod +x {word}.sh|wc -l {file}|head {file}|find . -name {word}|ping {word}.lan|top|jobs
diff {file} {file}|mv {file} {file}|sort {file}|date|free -h|uname -a|history|tree {folder}|stat {file}|whoami|cal""".replace(
    "\n", "|"
).split("|")
_WORDS = """login invoice search cart header footer profile export import cache queue worker mailer report billing session upload avatar
banner theme router schema webhook audit limiter locale ticket coupon stock parser""".split()
_PROGRAMS = "jq rg tmux curl rsync awk sed tree ncdu fzf sort tar find ss ip".split()


class Person:
    """Types, and remembers which events belong to which planted habit."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = Random(seed)
        self.events: list[CommandEvent] = []
        self.planted: defaultdict[str, list[tuple[int, ...]]] = defaultdict(list)
        self.now = FIRST_DAY
        self._day = 0
        self._shell = ""

    @contextmanager
    def sitting(self, *, day: int | None = None, at: str = "", noise: int = 4) -> Iterator[None]:
        """A new session, on the next day unless told, at some time between 8 and 18, with `noise` everyday commands at both ends."""
        self._day = self._day + 1 if day is None else day
        hour, minute = map(int, at.split(":")) if at else (self.rng.randint(8, 17), self.rng.randint(0, 59))
        begin = FIRST_DAY + timedelta(days=self._day, hours=hour, minutes=minute)
        self._shell = f"shell{len(self.events)}"
        self.now = begin - timedelta(minutes=noise / 2)
        self.potters(noise)
        self.now = max(self.now, begin)
        yield
        self.potters(noise)

    def types(self, command: str, *, exit_code: int = 0, pane: str = "", duration_s: float | None = None) -> int:
        """One command; its event id. A `pane` is another shell of the same person at the same time."""
        duration_s = round(self.rng.uniform(0.2, 6.0), 3) if duration_s is None else duration_s
        self.events.append(
            CommandEvent(
                event_id=len(self.events),
                command=command,
                sequence_no=len(self.events),
                session_id=self._shell + pane,
                started_at=self.now,
                duration_s=duration_s,
                exit_code=exit_code,
                cwd="/home/ada/shop",
                origin="hook",
                time_quality=TimeQuality.EXACT,
            )
        )
        self.now += timedelta(seconds=duration_s + self.rng.uniform(2, 25))
        return len(self.events) - 1

    def move_last(self, folder: str) -> None:
        """The last command was typed in another folder than the usual one."""
        self.events[-1] = replace(self.events[-1], cwd=folder)

    def does(self, habit: str, *commands: str, noise_share: float = 0.0, most_noise: int = 1) -> None:
        """One occurrence of a habit; with `noise_share` everyday commands get in between two steps."""
        ids = []
        for number, command in enumerate(commands):
            if number and self.rng.random() < noise_share:
                self.potters(self.rng.randint(1, most_noise))
            ids.append(self.types(command))
        self.planted[habit].append(tuple(ids))

    def potters(self, count: int) -> None:
        """Everyday commands that belong to no habit."""
        for _ in range(count):
            self.types(re.sub(r"\{(\w+)\}", lambda found: self._value(found[1]), self.rng.choice(_EVERYDAY)))

    def _value(self, kind: str) -> str:
        word = self.rng.choice(_WORDS)
        return {
            "word": word,
            "file": f"{self.rng.choice(['src', 'docs', 'test'])}/{word}{self.rng.randint(1, 30)}.py",
            "folder": f"~/{word}/{self.rng.choice(_WORDS)}",
            "program": self.rng.choice(_PROGRAMS),
            "number": str(self.rng.randint(300, 32000)),
        }[kind]

    def without_times(self) -> list[CommandEvent]:
        """What a bare `.bash_history` would have kept."""
        return [
            CommandEvent(event_id=e.event_id, command=e.command, sequence_no=e.sequence_no, session_id="", origin="bash_history")
            for e in self.events
        ]

    def habits(self) -> tuple[Pattern, ...]:
        """What is found in all that was typed, an hour after the last command."""
        return mine(self.events, now=self.now + timedelta(hours=1))


def mine(events: Sequence[CommandEvent], *, now: datetime) -> tuple[Pattern, ...]:
    """Patterns with default settings."""
    return RepetitiveTaskIdentifier(RepetitiveTaskDetection()).identify(events, now=now)


def spelled(pattern: Pattern) -> list[str]:
    """The steps with parameters numbered in order of appearance: how they are named is another matter, which are the same is not."""
    numbers: dict[str, str] = {}
    return [
        re.sub(r"\{(\w+)\}", lambda found: "{" + numbers.setdefault(found[1], str(len(numbers) + 1)) + "}", step.template)
        for step in pattern.steps
    ]


def spelled_all(patterns: Sequence[Pattern]) -> list[list[str]]:
    """All patterns, spelled, in an order that does not depend on their rank."""
    return sorted(map(spelled, patterns))


def event_ids(pattern: Pattern) -> list[tuple[int, ...]]:
    """The events of each occurrence, in order of time."""
    return sorted(tuple(int(e) for e in occurrence.event_ids) for occurrence in pattern.occurrences)


def agreement(pattern: Pattern, planted: Sequence[tuple[int, ...]]) -> float:
    """0-1: how far the pattern's events and the planted ones are the same (Jaccard)."""
    found = {e for occurrence in event_ids(pattern) for e in occurrence}
    wanted = {e for occurrence in planted for e in occurrence}
    return len(found & wanted) / len(found | wanted)
