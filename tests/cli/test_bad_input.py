"""Whatever is wrong, there is one clear line that says what happened and what to do, and nothing is lost."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def vynexus(home: Path | None, *arguments: str, raw: bytes = b"", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **more}
    if home is not None:
        environment["HOME"] = str(home)
    command = [sys.executable, "-m", "vynexus_tui", *arguments]
    done = subprocess.run(command, input=raw, capture_output=True, env=environment, check=False, timeout=120)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def says_one_clear_thing(done: subprocess.CompletedProcess[str], *words: str, status: int = 1) -> None:
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert lines[0].startswith("vynexus: ")
    assert len(lines) >= 2, "it does not say what to do"
    for word in words:
        assert word in done.stderr


def database(home: Path) -> Path:
    return home / ".local/share/vynexus/vynexus.db"


def test_a_missing_history(home: Path) -> None:
    says_one_clear_thing(vynexus(home, "peek", "/nowhere/history"), "/nowhere/history")


def test_no_history_at_all(home: Path) -> None:
    done = vynexus(home, "peek", "-")
    assert done.returncode == 0
    assert "holds no commands yet" in done.stdout


def test_an_empty_history_says_that_it_is_empty(home: Path) -> None:
    (home / ".bash_history").write_text("")
    done = vynexus(home, "peek", str(home / ".bash_history"))
    assert "holds no commands yet" in done.stdout
    assert not database(home).exists()


@pytest.mark.parametrize("content", [os.urandom(5000) + b"\0" * 500, b"SQLite format 3\0" + b"\0" * 4000, b"\x7fELF" + bytes(5000)])
def test_a_binary_file_is_refused(home: Path, content: bytes) -> None:
    (home / "x").write_bytes(content)
    says_one_clear_thing(vynexus(home, "peek", str(home / "x")))


def test_a_folder_is_refused(home: Path) -> None:
    says_one_clear_thing(vynexus(home, "peek", str(home)), "folder")


def test_a_file_that_may_not_be_read(home: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("root may read everything")
    (home / "x").write_text("ls\n")
    (home / "x").chmod(0)
    says_one_clear_thing(vynexus(home, "peek", str(home / "x")), "ermission")


def test_a_half_written_history_is_read_as_far_as_it_goes(home: Path) -> None:
    text = b"#1763800000\nmake\n#1763800010\nmake test\n#17638000"
    done = vynexus(home, "import", "--from", "bash", "-", raw=text)
    assert done.returncode == 0
    assert "2 new" in done.stdout


def test_a_history_of_100_mb_is_read_and_says_what_was_left_out(home: Path) -> None:
    block = b"".join(b"make build && ./deploy.sh staging-%04d --verbose\n" % (n % 7000) for n in range(100_000))
    with (home / "big").open("wb") as file:
        for _ in range(22):
            file.write(block)
    assert (home / "big").stat().st_size > 100_000_000
    done = vynexus(home, "peek", str(home / "big"))
    assert done.returncode == 0, done.stderr
    assert "only the newest 100,000 commands were looked at" in done.stdout


def test_a_locked_database(home: Path) -> None:
    vynexus(home, "import", "--from", "bash", "-", raw=b"ls\n")
    holder = sqlite3.connect(database(home), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    config = home / "c.yaml"
    config.write_text("engine:\n  busy_timeout_ms: 200\n")
    done = vynexus(home, "--config", str(config), "import", "--from", "bash", "-", raw=b"ls\nmake\n")
    says_one_clear_thing(done, "locked by another process")
    holder.execute("ROLLBACK")
    holder.close()
    assert "1 new" in vynexus(home, "import", "--from", "bash", "-", raw=b"ls\nmake\n").stdout


def test_a_read_only_database(home: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("root may write everything")
    vynexus(home, "import", "--from", "bash", "-", raw=b"ls\n")
    for path in database(home).parent.iterdir():
        path.chmod(0o400)
    database(home).parent.chmod(0o500)
    says_one_clear_thing(vynexus(home, "import", "--from", "bash", "-", raw=b"ls\nmake\n"), "written")
    database(home).parent.chmod(0o700)


def test_a_damaged_database_is_kept(home: Path) -> None:
    database(home).parent.mkdir(parents=True)
    database(home).write_bytes(b"something else entirely " * 400)
    says_one_clear_thing(vynexus(home, "status"), "not a database", "mv ")
    assert database(home).read_bytes() == b"something else entirely " * 400


def test_a_database_of_a_newer_version(home: Path) -> None:
    vynexus(home, "import", "--from", "bash", "-", raw=b"ls\n")
    with sqlite3.connect(database(home)) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    says_one_clear_thing(vynexus(home, "status"), "newer VyNexus", "update")


def test_a_settings_file_with_a_typo(home: Path) -> None:
    config = home / ".config/vynexus/optimization_config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("engine:\n  cycle_intervall_s: 300\n")
    says_one_clear_thing(vynexus(home, "status"), str(config), "cycle_intervall_s", "did you mean 'cycle_interval_s'", status=2)


def test_no_home() -> None:
    says_one_clear_thing(vynexus(None, "status"), "HOME is not set")


def test_a_dashboard_without_a_terminal(home: Path) -> None:
    done = vynexus(home)
    assert done.returncode == 2
    assert "not a terminal" in done.stderr
    assert not (home / ".local").exists()


@pytest.mark.parametrize("arguments", [["nonsense"], ["try", "--arg"], ["peek", "--from", "csv", "x"]])
def test_words_that_are_not_understood_exit_with_2(home: Path, arguments: list[str]) -> None:
    done = vynexus(home, *arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["patterns"], ["automations"], ["bottlenecks"], ["workflows"], ["savings"], ["report"], ["status"], ["report", "--markdown"]],
)
def test_every_list_has_words_for_nothing_yet_and_writes_nothing(home: Path, arguments: list[str]) -> None:
    done = vynexus(home, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert not (home / ".local").exists()


@pytest.mark.parametrize("name", ["patterns", "automations", "bottlenecks", "workflows", "savings", "report", "status", "doctor"])
def test_every_reading_command_speaks_json(home: Path, name: str) -> None:
    import json

    assert json.loads(vynexus(home, name, "--json").stdout) is not None


def test_hostile_commands_are_printed_harmlessly(home: Path) -> None:
    hostile = "echo [@click=app.quit]x \x1b]2;PWNED\x07 \u202egnp.exe [/nope]"
    lines = "\n".join(f"step-{n}\n{hostile} {n}\ncp a.txt b-{n}.txt\nexit" for n in range(12))
    done = vynexus(home, "peek", "-", "--from", "bash", raw=lines.encode())
    assert done.returncode == 0, done.stderr
    assert not set("\x1b\x07\u202e") & set(done.stdout)


def test_a_hostile_name_in_an_error_message_is_harmless(home: Path) -> None:
    done = vynexus(home, "peek", "/nowhere/x\x1b]0;PWN\x07\u202e")
    assert done.returncode == 1
    assert not set("\x1b\x07\u202e") & set(done.stderr)


def test_a_recorded_folder_with_an_impossible_name_is_asked_for_instead(home: Path) -> None:
    import json

    lines = [
        json.dumps(
            {"cmd": c, "cwd": "/" + "d" * 300, "session": f"s{d}", "ts": time.time() - 86_400 * (9 - d) + n, "exit": 0, "duration_ms": 4000}
        )
        for d in range(9)
        for n, c in enumerate(("sort -u data/a.csv -o data/b.csv", "wc -l data/b.csv"))
    ]
    vynexus(home, "import", "--from", "jsonl", "-", raw="\n".join(lines).encode())
    vynexus(home, "cycle")
    (automation,) = json.loads(vynexus(home, "automations", "--json").stdout)["automations"]
    says_one_clear_thing(vynexus(home, "try", automation["name"]), "folder", "--cwd")


@pytest.mark.parametrize("words", [("record", "off"), ("hook", "status"), ("hook", "remove", "bash"), ("uninstall", "--yes"), ("doctor",)])
def test_a_mistake_in_the_settings_keeps_nobody_from_switching_off(home: Path, words: tuple[str, ...]) -> None:
    config = home / "c.yaml"
    config.write_text("recording:\n  command_filtr: [x]\n")
    done = vynexus(home, "--config", str(config), *words)
    assert done.returncode == (1 if words == ("doctor",) else 0), done.stderr
    if words == ("doctor",):
        assert "unknown key 'command_filtr'" in done.stdout
