"""What a journey starts with."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.story import build_home
from tests.journeys.terminal import Desk, a_desk, has_tmux

ROOT = Path(__file__).resolve().parents[2]


class Person:
    """Somebody with a home, a project, and VyNexus on the PATH."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.shop = build_home(home)
        self.environment = {
            "HOME": str(home),
            "PATH": f"{_program_dir(home.parent)}:/usr/local/bin:/usr/bin:/bin",
            "SHELL": "/bin/bash",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "TEXTUAL_ANIMATIONS": "none",
        }

    def vynexus(self, *arguments: str, cwd: Path | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs `vynexus` as in a terminal; fails with its words."""
        done = subprocess.run(
            ["vynexus", *arguments], env=self.environment, cwd=cwd or self.home, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, executable=shutil.which("vynexus", path=self.environment["PATH"]),
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def files(self) -> dict[str, bytes]:
        """Every file in the home."""
        return {str(p.relative_to(self.home)): p.read_bytes() for p in sorted(self.home.rglob("*")) if p.is_file()}


def _program_dir(folder: Path) -> Path:
    """`vynexus` as pip installs it: a small program that calls this interpreter."""
    programs = folder / "programs"
    programs.mkdir(parents=True)
    program = programs / "vynexus"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m vynexus_tui "$@"\n')
    program.chmod(0o755)
    return programs


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path / "home")


@pytest.fixture
def desk(person: Person, tmp_path: Path) -> Iterator[Desk]:
    if not has_tmux() or not os.access("/tmp", os.W_OK):
        pytest.skip("tmux is not installed: journeys through a real terminal cannot be made here")
    with a_desk(tmp_path, person.environment) as opened:
        yield opened


@pytest.fixture
def needs_sandbox(tmp_path: Path) -> None:
    stranger = Person(tmp_path / "stranger/home")
    done = stranger.vynexus("try", "--json", "--", "true", check=False)
    if '"level": "full"' not in done.stdout:
        pytest.skip(f"no sandbox of level full on this machine: {done.stdout[:400]}")
