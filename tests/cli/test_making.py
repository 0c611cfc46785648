"""`vynexus new`, `export` and `snooze --never` as a person types them, in a shell that a real hook records."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


class Person:
    """Somebody with a home, whose bash has our hook."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "bin").mkdir(parents=True)
        program = home / "bin/vynexus"
        program.write_text(f'#!/bin/sh\nPYTHONPATH={_ROOT} exec {sys.executable} -m vynexus_tui "$@"\n')
        program.chmod(0o755)
        self.environment = {
            "HOME": str(home), "PATH": f"{home}/bin:/usr/bin:/bin", "SHELL": "/bin/bash", "LANG": "C.UTF-8", "HISTFILE": str(home / "h"), "TZ": "UTC",
        }  # fmt: skip

    def vynexus(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.home / "bin/vynexus"), *words], env=self.environment, capture_output=True, text=True, timeout=60, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def types(self, *lines: str) -> str:
        """Types into an interactive bash on a terminal; gives what it showed."""
        parent, child = pty.openpty()
        shell = subprocess.Popen(
            ["bash", "--noediting", "-i"], stdin=child, stdout=child, stderr=child, env={**self.environment, "PS1": ""}, cwd=self.home,
            start_new_session=True,
        )  # fmt: skip
        os.close(child)
        os.write(parent, ("".join(f"{line}\n" for line in lines) + "exit\n").encode())
        shown = b""
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:  # Linux says so when the last one who had it open has gone
                break
            shown += piece
            if not piece:
                break
        os.close(parent)
        shell.wait(60)
        return shown.decode(errors="replace").replace("\r\n", "\n")


@pytest.fixture
def person(tmp_path: Path) -> Person:
    person = Person(tmp_path / "home")
    (person.home / ".bashrc").write_text("PROMPT_COMMAND=\n")
    done = person.vynexus("hook", "install", "bash", "--yes")
    assert done.returncode == 0, done.stderr
    return person


def automations(person: Person) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(person.vynexus("automations", "--json").stdout)["automations"]
    return found


def test_the_last_commands_of_this_very_shell_become_an_automation(person: Person) -> None:
    person.types("touch /dev/null", "touch elsewhere")
    (person.home / "north.csv").write_text("b\na\n")
    shown = person.types(
        "mkdir -p out",
        "cd out",
        "sort ../north.csv -o north.txt",
        "ls",
        "vynexus new",
        "vynexus new sort-region --last 2 --param region=north",
    )
    assert "The last commands of this shell:" in shown
    assert "touch elsewhere" not in shown.partition("The last commands")[2]
    assert "made sort-region  (new, risk low; 1 parameter)" in shown
    (made,) = automations(person)
    assert (made["name"], made["cwd"], made["pattern_id"]) == ("sort-region", str(person.home), None)
    script = made["script"]
    assert isinstance(script, dict)
    assert re.findall(r"(?:mkdir -p out|cd out|sort .*)$", script["text"].partition(": step 1")[2], re.MULTILINE) == [
        "mkdir -p out", "cd out", 'sort ../"${region}".csv -o "${region}".txt',
    ]  # fmt: skip


def test_elsewhere_the_newest_session_is_offered_and_named_so(person: Person) -> None:
    person.types("sort a", "sort b")
    listed = person.vynexus("new")
    assert "This shell is not recorded. The last commands of the newest session that is:" in listed.stdout
    numbers = {e["cmd"]: e["id"] for e in json.loads(person.vynexus("new", "--json").stdout)["commands"]}
    made = json.loads(person.vynexus("new", "sort-b", "--pick", str(numbers["sort b"]), "--json").stdout)
    assert (made["name"], made["status"], made["summary"]) == ("sort-b", "new", "sort b")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no command is recorded yet"),
        (("x",), "x is to be made of what?"),
        (("--last", "2"), "it needs a name"),
        (("x", "--pattern", "none"), "no pattern none"),
        (("--param", "a=b"), "--param belongs to chosen commands"),
        (("x", "--last", "1", "--param", "ab"), "not understood"),
    ],
)
def test_what_cannot_be_made_is_said(person: Person, words: tuple[str, ...], said: str) -> None:
    if "--param" in words:
        person.types("sort a")
    done = person.vynexus("new", *words)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert "Traceback" not in done.stderr


def test_an_export_never_replaces_a_file_unasked(person: Person) -> None:
    person.types("sort a", "vynexus new sort-it --last 1")
    script = str(automations(person)[0]["script"]["text"])  # type: ignore[index]
    assert person.vynexus("export", "sort-it", "--to", "sh").stdout == script
    path = person.home / "sort-it.sh"
    assert person.vynexus("export", "sort-it", "--to", "sh", "--output", str(path)).returncode == 0
    assert (path.read_text(), path.stat().st_mode & 0o777) == (script, 0o755)
    path.write_text("mine\n")
    again = person.vynexus("export", "sort-it", "--to", "fish", "--output", str(path))
    assert (again.returncode, path.read_text(), "--force replaces it" in again.stderr) == (1, "mine\n", True)
    assert person.vynexus("export", "sort-it", "--to", "fish", "--output", str(path), "--force").returncode == 0
    assert path.read_text().startswith("function sort-it ")


def test_control_characters_are_not_written_to_a_terminal(person: Person) -> None:
    person.types("sort a", "vynexus new sort-it --last 1")
    editor = person.home / "editor"
    editor.write_text('#!/bin/sh\nprintf \'#!/usr/bin/env bash\\nprintf "\\033]0;x"\\n\' >"$1"\n')
    editor.chmod(0o755)
    person.environment["EDITOR"] = str(editor)
    assert "edited" in person.vynexus("edit", "sort-it").stdout
    assert "\033]0;" in person.vynexus("export", "sort-it", "--to", "sh").stdout
    shown = person.types("vynexus export sort-it --to sh")
    assert "it holds control characters" in shown
    assert "\033]0;x" not in shown


def test_a_pattern_that_is_never_to_be_shown_is_found_again(person: Person) -> None:
    lines = [
        json.dumps({"cmd": c, "session": f"s{day}", "ts": 1_795_000_000 + day * 86_400 + 9 * i, "exit": 0, "duration_ms": 4000})
        for day in range(8)
        for i, c in enumerate(["git pull", "frobnicate --all", "make test"])
    ]
    history = person.home / "history.jsonl"
    history.write_text("\n".join(lines) + "\n")
    person.vynexus("import", str(history), "--from", "jsonl")
    person.vynexus("cycle")
    (best, *_) = json.loads(person.vynexus("patterns", "--json").stdout)["patterns"]
    pattern_id = str(best["pattern_id"])
    assert f"vynexus undo {pattern_id}" in person.vynexus("snooze", pattern_id, "--never").stdout
    listed = person.vynexus("patterns").stdout
    assert "1 put aside (vynexus patterns --aside lists them)" in listed
    assert pattern_id not in listed
    aside = person.vynexus("patterns", "--aside").stdout
    assert (pattern_id in aside, "never" in aside) == (True, True)
    assert json.loads(person.vynexus("patterns", "--aside", "--json").stdout)["patterns"][0]["snoozed_until"] == "never"
    assert "shown again: never" in person.vynexus("show", pattern_id).stdout
    assert "is shown again" in person.vynexus("undo", pattern_id).stdout
    assert pattern_id in person.vynexus("patterns").stdout


pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
