"""`vynexus try` as a tool of its own, typed by a person at a real terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import SandboxLevel
from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 30.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    capability = AutomationSandbox(Sandbox(), home=str(tmp_path), cache_dir=None).capability()
    if capability.level is not SandboxLevel.FULL:
        pytest.skip(f"no sandbox on this machine: {capability.failed_stage}")
    (tmp_path / "notes.txt").write_text("one\n")
    return tmp_path


def environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(_ROOT), "TERM": "xterm-256color"}


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vynexus_tui", *words]
    return subprocess.run(command, cwd=home, env=environment(home), capture_output=True, text=True, timeout=_PATIENCE_S)


class AtTerminal:
    """`vynexus` with a terminal of its own."""

    def __init__(self, home: Path, *words: str) -> None:
        self.text = ""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execve(sys.executable, [sys.executable, "-m", "vynexus_tui", *words], environment(home))

    def read_until(self, wanted: str) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not re.search(wanted, self.text):
            assert time.monotonic() < deadline, self.text
            if select.select([self._terminal], [], [], 1)[0]:
                self.text += os.read(self._terminal, 65536).decode()

    def press_ctrl_c(self) -> None:
        os.write(self._terminal, b"\x03")

    def end(self) -> int:
        """Everything it still says, and its exit status."""
        while True:
            try:
                chunk = os.read(self._terminal, 65536)
            except OSError:  # Linux: EIO once the other side is closed
                break
            if not chunk:
                break
            self.text += chunk.decode()
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_output_is_shown_while_the_command_runs_and_not_once_more(home: Path) -> None:
    seen = AtTerminal(home, "try", "--", "echo early; while [ ! -e go ] && ((i++ < 10)); do sleep .1; done; printf 'last words'")
    seen.read_until("│ early")
    assert "passed" not in seen.text
    assert seen.end() == 0
    assert seen.text.count("early") == 1
    assert re.search("│ last words\r?\n", seen.text)
    assert "passed: changes nothing" in seen.text


def test_ctrl_c_ends_the_command_and_still_lists_what_it_did(home: Path) -> None:
    seen = AtTerminal(home, "try", "--", "echo two >> notes.txt; echo waiting; sleep 25")
    seen.read_until("│ waiting")
    began = time.monotonic()
    seen.press_ctrl_c()
    assert seen.end() == 3
    assert time.monotonic() - began < 15
    assert "cut off: stopped" in seen.text
    assert "+two" in seen.text
    assert (home / "notes.txt").read_text() == "one\n"


def test_ctrl_c_twice_ends_everything_at_once(home: Path) -> None:
    seen = AtTerminal(home, "try", "--", "trap '' INT; echo waiting; sleep 25")
    seen.read_until("│ waiting")
    seen.press_ctrl_c()
    seen.read_until("stopping the try")
    seen.press_ctrl_c()
    assert seen.end() in (3, 130)


def test_a_pipe_gets_the_verdict_first(home: Path) -> None:
    told = run(home, "try", "--", "echo hello")
    assert (told.returncode, told.stdout.splitlines()[0].split(" in ")[0]) == (0, "passed: changes nothing")
    assert "    hello" in told.stdout


def test_a_script_file_and_its_steps(home: Path) -> None:
    (home / "job.sh").write_text(
        ": step 1\necho two >> notes.txt\n: step 2\nexec 3<>/dev/tcp/192.0.2.1/80 || exit 1\n: step 3\nrm notes.txt\n"
    )
    told = run(home, "try", "--script", "job.sh", "--json")
    assert told.returncode == 3
    answer = json.loads(told.stdout)
    assert answer["verdict"] == "stops_at_network"
    assert [step["outcome"] for step in answer["steps"]] == ["passed", "needs network", "unknown"]
    assert [(Path(change["path"]).name, change["steps"]) for change in answer["changes"]] == [("notes.txt", [1])]
    words = run(home, "try", "--script", "job.sh").stdout
    assert re.search(r"step 1  passed .*\n +~ notes.txt\n  step 2  needs network .*\n  step 3  unknown", words)


def test_a_try_leaves_nothing_behind_where_nobody_uses_us_yet(home: Path) -> None:
    run(home, "try", "--", "touch x")
    assert [path.name for path in home.iterdir()] == ["notes.txt"]


def test_line_ends_are_the_scripts_own(home: Path) -> None:
    (home / "job.sh").write_bytes(b"echo hi > made\r\n")
    told = json.loads(run(home, "try", "--script", "job.sh", "--json").stdout)
    assert [Path(change["path"]).name for change in told["changes"]] == ["made\r"]


def test_a_folder_may_be_named_from_where_one_stands(home: Path) -> None:
    (home / "sub").mkdir()
    told = json.loads(run(home, "try", "--cwd", "sub", "--json", "--", "touch made").stdout)
    assert [change["path"] for change in told["changes"]] == [f"{home}/sub/made"]


def test_a_script_for_another_program_and_no_script_at_all_are_refused(home: Path) -> None:
    (home / "job.py").write_text("#!/usr/bin/env python3\nprint('hi')\n")
    (home / "program").write_bytes(b"\x7fELF\0\0")
    for name, wanted in (("job.py", "vynexus try -- python3 job.py"), ("program", "is no script"), ("absent", "No such file")):
        told = run(home, "try", "--script", name)
        assert (told.returncode, wanted in told.stderr) == (1, True), told.stderr
    assert "what should be tried?" in run(home, "try", "--", "").stderr


def test_a_long_list_is_cut_and_all_of_it_can_be_had(home: Path) -> None:
    short = run(home, "try", "--", "for i in {100..199}; do echo line > new$i; done").stdout
    assert "and 60 more (--all shows them)" in short
    whole = run(home, "try", "--all", "--", "for i in {100..199}; do echo line > new$i; done").stdout
    assert whole.count("+ new1") == 100


def test_endless_output_does_not_fill_the_screen(home: Path) -> None:
    seen = AtTerminal(home, "try", "--", "yes | head -n 5000; echo end of it")
    assert seen.end() == 0
    assert seen.text.count("│ y") <= 200
    assert "end of it" in seen.text.rpartition("output:")[2]
