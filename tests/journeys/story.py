"""The people of the journeys: a home, a project to work on, and what they typed in the last weeks."""

import random
from datetime import datetime, timedelta
from pathlib import Path

_EVERYDAY = (
    "ls", "ls -la", "git status", "cd ..", "vim notes.md", "df -h", "man sort", "htop", "cat VERSION", "history", "pwd", "git diff",
    "grep -rn total data", "less README.md", "docker ps", "ps aux", "which python3", "du -sh .", "free -h", "git log --oneline",
)  # fmt: skip
REGIONS = ("north", "south", "west", "east", "north", "south", "north")


def build_home(home: Path) -> Path:
    """A home with a project in it; gives the project's folder."""
    shop = home / "shop"
    (shop / "data").mkdir(parents=True)
    for region in set(REGIONS):
        (shop / f"data/{region}.csv").write_text(f"id,total\n3,{region}\n1,x\n3,{region}\n")
    (shop / "VERSION").write_text("1.4.2\n")
    (home / ".bashrc").write_text("# my own lines\nPS1='here> '\nHISTFILE=~/.bash_history\n")
    return shop


def routine(region: str) -> list[str]:
    """What is typed again and again: two steps with one value in common."""
    return [f"sort -u data/{region}.csv -o data/{region}.sorted.csv", f"wc -l data/{region}.sorted.csv"]


def weeks_of_commands(seed: int, *, sessions: int = 40) -> list[list[str]]:
    """Sessions of everyday commands; most of them go to the project and do the routine."""
    choose = random.Random(seed)
    told = []
    for _ in range(sessions):
        typed = [choose.choice(_EVERYDAY) for _ in range(choose.randint(2, 6))]
        if choose.random() < 0.7:
            typed += ["cd ~/shop", *routine(choose.choice(REGIONS))]
        typed += [choose.choice(_EVERYDAY) for _ in range(choose.randint(1, 5))]
        told.append(typed)
    return told


def write_stamped_history(home: Path, *, now: datetime) -> int:
    """A bash history with times (HISTTIMEFORMAT was set); gives the number of commands."""
    lines: list[str] = []
    sessions = weeks_of_commands(3)
    for back, typed in zip(range(len(sessions), 0, -1), sessions, strict=True):
        at = now - timedelta(hours=17 * back)
        for command in [*typed, "exit"]:
            at += timedelta(seconds=25)
            lines += [f"#{int(at.timestamp())}", command]
    (home / ".bash_history").write_text("\n".join(lines) + "\n")
    return len(lines) // 2


def write_untimed_history(home: Path, *, lines: int = 2000) -> None:
    """The commonest file there is: Debian's, 2,000 lines without a time; ignoreboth has dropped immediate repeats."""
    typed = [command for session in weeks_of_commands(4, sessions=400) for command in session]
    kept = [c for before, c in zip(["", *typed], typed, strict=False) if c != before]
    (home / ".bash_history").write_text("\n".join(kept[-lines:]) + "\n")
