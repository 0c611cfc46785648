"""Where AppArmor stands in the way the launcher is a program of its own, and its profile names it alone.

Tried by hand on Ubuntu 24.04 (Linux 6.8, AppArmor 4.0): level static before the two commands, full after them, and another script of
the same interpreter still gets no user namespace. A profile on a virtual environment's interpreter does nothing: it is a link.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from vynexus_tui.sandbox import apparmor

_ROOT = Path(__file__).resolve().parents[2]


def test_the_profile_names_the_launcher_and_nothing_wider() -> None:
    commands = apparmor.loading_commands("/home/a b/venv/bin/vynexus[1]")
    first, _, rest = commands.partition("\n")
    assert first.startswith("sudo tee /etc/apparmor.d/vynexus-sandbox ")
    profile, _, last = rest.partition("END\n")
    assert 'profile vynexus-sandbox "/home/a b/venv/bin/vynexus\\[1\\]" flags=(unconfined) {' in profile
    assert "userns," in profile
    assert last == "sudo apparmor_parser -r /etc/apparmor.d/vynexus-sandbox\n"
    if shutil.which("apparmor_parser"):
        subprocess.run(["apparmor_parser", "-Q", "-K"], input=profile, text=True, check=True)


def test_the_launcher_is_installed_under_the_name_the_profile_has() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())
    assert project["project"]["scripts"][apparmor.PROGRAM] == "vynexus_tui.sandbox.launcher:main"


def test_the_installed_launcher_is_found_and_what_is_not_installed_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    assert apparmor.path_to_name() == str(tmp_path / "python3")
    program = tmp_path / "vynexus-sandbox"
    program.write_text("#!/bin/sh\n")
    assert apparmor.launcher_program() is None, "it cannot be started"
    program.chmod(0o755)
    assert apparmor.path_to_name() == os.path.realpath(program)
