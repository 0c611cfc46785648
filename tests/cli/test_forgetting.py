"""`vynexus redact` and `vynexus forget` as a person types them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

WORD = "Zebra-Quartz-77"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".bash_history").write_text(f"#1763000000\nunlock {WORD}\n#1763000100\nmake\n")
    run(tmp_path, "import")
    return tmp_path


def run(home: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/bash", "LANG": "C.UTF-8", "PYTHONPATH": str(_ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "vynexus_tui", *words], input=typed, capture_output=True, text=True, env=environment, timeout=60
    )


_ROOT = Path(__file__).resolve().parents[2]


def is_on_disk(home: Path) -> bool:
    return any(WORD.encode() in p.read_bytes() for p in (home / ".local").rglob("*") if p.is_file())


def test_nothing_is_rewritten_without_a_yes(home: Path) -> None:
    answer = run(home, "redact", WORD, typed="")
    assert answer.returncode == 1
    assert "to be redacted in 1 command" in answer.stdout
    assert is_on_disk(home)


def test_it_says_where_else_the_word_is_and_never_prints_it(home: Path) -> None:
    answer = run(home, "redact", WORD, "--yes")
    assert answer.returncode == 0
    assert ".bash_history (1 line)" in answer.stdout
    assert WORD not in answer.stdout + answer.stderr
    assert not is_on_disk(home)


def test_the_expression_can_be_given_where_no_history_sees_it(home: Path) -> None:
    answer = run(home, "redact", "--yes", typed=f"{WORD}\n")
    assert answer.returncode == 0
    assert not is_on_disk(home)


def test_forgetting_a_day_and_a_command_in_json(home: Path) -> None:
    dry = json.loads(run(home, "forget", "--command", "^make$", "--dry-run", "--json").stdout)
    assert (dry["event_count"], dry["is_dry"]) == (1, True)
    done = json.loads(run(home, "forget", "--before", "2026-01-01", "--json", "--yes").stdout)
    assert (done["event_count"], done["is_dry"]) == (2, False)
    assert json.loads(run(home, "status", "--json").stdout)["event_count"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("forget",), "forget what?"),
        (("forget", "--before", "yesterday"), "is not a date"),
        (("forget", "--before", "2999-01-01"), "still to come"),
        (("redact", "("), "not a regular expression"),
        (("redact", "a*"), "matches everything"),
        (("redact", "zebra", "--json"), "add --yes"),
    ],
)
def test_a_mistake_is_one_clear_line(home: Path, words: tuple[str, ...], said: str) -> None:
    answer = run(home, *words)
    assert answer.returncode == 1
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
