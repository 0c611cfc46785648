import resource
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.automations import automation
from vynexus_tui.domain.automations import Script
from vynexus_tui.domain.errors import RequestError, ShellError
from vynexus_tui.shell.hook_installation import HookPaths, install_hook
from vynexus_tui.shell.workflow_shortcuts import WorkflowShortcuts

SCRIPT = automation().script


def shortcuts_in(root, **changes):
    arguments = {"data_dir": root / "data", "home": root, "search_path": f"{root}/.local/bin:/usr/bin:/bin", "python": sys.executable}
    return WorkflowShortcuts(**(arguments | changes))


@pytest.fixture
def shortcuts(tmp_path):
    return shortcuts_in(tmp_path)


def tree(folder):
    return {
        str(p.relative_to(folder)): (p.read_bytes() if p.is_file() else None, stat.S_IMODE(p.lstat().st_mode)) for p in folder.rglob("*")
    }


def test_an_installed_automation_is_its_script_its_approval_and_a_command(shortcuts, tmp_path):
    installed = shortcuts.install(automation(runs_in="/srv/my logs"))
    assert installed.script_path.read_text() == SCRIPT.text
    assert stat.S_IMODE(installed.script_path.stat().st_mode) == 0o700
    approved = tmp_path / "data/automations/tidy-logs/approved"
    assert stat.S_IMODE(approved.stat().st_mode) == 0o600
    assert approved.read_text().splitlines() == [
        "version 1",
        "automation_id a1b2c3",
        f"sha256 {SCRIPT.sha256}",
        "status live",
        f"shortcut {tmp_path}/.local/bin/tidy-logs",
        "most_failures 3",
        "cwd /srv/my logs",
    ]
    assert installed.shortcut_path == tmp_path / ".local/bin/tidy-logs"
    assert stat.S_IMODE(installed.shortcut_path.stat().st_mode) == 0o755
    assert not shortcuts.needs_new_shell(installed)
    assert shortcuts.list_installed() == (installed,)


def test_the_command_hands_its_arguments_to_vynexus_run_untouched(tmp_path):
    python = tmp_path / "my python's"
    python.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    python.chmod(0o755)
    installed = shortcuts_in(tmp_path, python=str(python)).install(automation())
    ran = subprocess.run([installed.shortcut_path, "a b", "", "-x", "$(touch evil)", "*"], capture_output=True, text=True)
    assert ran.stdout == "<-P><-m><vynexus_tui><run><tidy-logs><a b><><-x><$(touch evil)><*>"


def test_a_command_whose_vynexus_is_gone_says_so(tmp_path):
    installed = shortcuts_in(tmp_path, python="/nowhere/it's/python").install(automation())
    ran = subprocess.run([installed.shortcut_path], capture_output=True, text=True)
    assert ran.returncode == 127
    assert ran.stderr.startswith(
        "tidy-logs cannot run: VyNexus was called by /nowhere/it's/python, which is gone.\n  Install VyNexus again"
    )
    assert ran.stderr.endswith(f"rm {installed.shortcut_path}\n")
    if shutil.which("shellcheck"):
        assert subprocess.run(["shellcheck", installed.shortcut_path], capture_output=True, text=True).stdout == ""


def test_a_vynexus_that_was_installed_anew_takes_its_commands_over(tmp_path):
    shortcuts_in(tmp_path, python="/nowhere/it's/python").install(automation())
    installed = shortcuts_in(tmp_path).install(automation("other-one", automation_id="b"))
    before = installed.shortcut_path.read_bytes()
    shortcuts_in(tmp_path, python="/bin/echo").refresh()
    ran = subprocess.run([tmp_path / ".local/bin/tidy-logs", "now"], capture_output=True, text=True)
    assert ran.stdout == "-P -m vynexus_tui run tidy-logs now\n"
    assert installed.shortcut_path.read_bytes() == before


def test_without_local_bin_on_path_our_own_directory_is_used(tmp_path):
    shortcuts = shortcuts_in(tmp_path, search_path="/usr/bin")
    installed = shortcuts.install(automation())
    assert installed.shortcut_path == tmp_path / "data/bin/tidy-logs"
    assert shortcuts.needs_new_shell(installed)
    again = shortcuts_in(tmp_path, search_path=f"/usr/bin:{tmp_path}/data/bin")
    assert [again.needs_new_shell(s) for s in again.list_installed()] == [False]


def test_removing_leaves_no_file_behind(shortcuts, tmp_path):
    (tmp_path / ".local/bin").mkdir(parents=True)
    shortcuts.install(automation("kept-one", automation_id="other"))
    before = tree(tmp_path)
    installed = shortcuts.install(automation())
    assert set(shortcuts.remove("tidy-logs")) == set(installed.paths)
    assert tree(tmp_path) == before
    assert shortcuts.remove("tidy-logs") == ()


def test_everything_that_was_written_is_listed_for_the_uninstaller(shortcuts, tmp_path):
    shortcuts.install(automation())
    listed = {str(p.relative_to(tmp_path)) for p in shortcuts.written_paths()}
    assert {p for p in tree(tmp_path) if "tidy" in p or "automations" in p} == listed


def test_an_automation_may_be_approved_again_with_another_text(shortcuts):
    shortcuts.install(automation())
    newer = Script(text="echo newer\n")
    assert shortcuts.install(automation(text=newer.text)).script_path.read_text() == "echo newer\n"
    assert [s.sha256 for s in shortcuts.list_installed()] == [newer.sha256]


def test_a_pause_keeps_the_command_and_only_marks_it(shortcuts):
    installed = shortcuts.install(automation())
    before = installed.shortcut_path.read_bytes()
    assert shortcuts.pause("tidy-logs").is_paused
    assert "status paused\n" in (installed.script_path.parent / "approved").read_text()
    assert installed.shortcut_path.read_bytes() == before
    assert [s.is_paused for s in shortcuts.list_installed()] == [True]
    assert shortcuts.resume("tidy-logs") == installed
    with pytest.raises(RequestError):
        shortcuts.pause("nothing-here")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("ls", "/ls"),
        ("cd", "word of the shell"),
        ("while", "word of the shell"),
        ("gs", "your alias for 'git status'"),
        ("qq", "too short"),
        ("mkcd", "function of your shell"),
    ],
)
def test_a_name_that_means_something_already_is_refused_with_the_reason(tmp_path, name, word):
    shortcuts = shortcuts_in(tmp_path, aliases={"gs": "git status"}, functions={"mkcd"})
    before = tree(tmp_path)
    with pytest.raises(ShellError) as raised:
        shortcuts.install(automation(name))
    assert word in raised.value.message
    assert f"vy-{name}" in raised.value.hint
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["x", "Tidy", "1st", "a b", "../evil", "a/b", "", "-rf", "a" * 42, "é-logs", "a\n"])
def test_a_name_that_is_none_is_refused(shortcuts, tmp_path, name):
    with pytest.raises(ShellError, match="cannot be a command's name"):
        shortcuts.install(automation(name))
    assert tree(tmp_path) == {}


def test_another_automation_of_the_same_name_is_not_replaced(shortcuts):
    shortcuts.install(automation())
    with pytest.raises(ShellError, match="another automation") as raised:
        shortcuts.install(automation(automation_id="ffff"))
    assert "free: vy-tidy-logs" in raised.value.hint


@pytest.mark.parametrize("kind", ["program", "text", "dangling link"])
def test_what_someone_else_put_there_is_never_overwritten_or_deleted(shortcuts, tmp_path, kind):
    place = tmp_path / ".local/bin/tidy-logs"
    place.parent.mkdir(parents=True)
    if kind == "dangling link":
        place.symlink_to("nowhere")
    else:
        place.write_text("#!/bin/sh\necho mine\n")
        place.chmod(0o755 if kind == "program" else 0o644)
    before = tree(tmp_path)
    with pytest.raises(ShellError, match="tidy-logs"):
        shortcuts.install(automation())
    assert tree(tmp_path) == before
    place.unlink()
    shortcuts.install(automation())
    place.unlink()
    place.write_text("#!/bin/sh\necho mine\n")
    shortcuts.remove("tidy-logs")
    assert place.read_text() == "#!/bin/sh\necho mine\n"


def test_a_failed_installation_changes_nothing(shortcuts, tmp_path):
    shortcuts.install(automation())
    (tmp_path / ".local/bin/tidy-logs").unlink()
    (tmp_path / ".local/bin").rmdir()
    (tmp_path / ".local/bin").write_text("a file where the folder should be")
    before = tree(tmp_path)
    with pytest.raises(ShellError, match="cannot be written"):
        shortcuts.install(automation(text="echo newer\n"))
    assert tree(tmp_path) == before
    with pytest.raises(ShellError, match="cannot be written"):
        shortcuts.install(automation("fresh-one", automation_id="ffff"))
    assert tree(tmp_path) == before


@given(st.text(max_size=60))
def test_a_free_name_can_always_be_installed(wanted):
    shortcuts = WorkflowShortcuts(
        data_dir=Path("/nowhere/data"), home=Path("/nowhere"), search_path="/usr/bin:/bin", python="x", aliases={"zz": "y"}
    )
    name = shortcuts.free_name(wanted)
    assert shortcuts.collision(name) is None
    assert shortcuts.free_name(name) == name


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_running_shell_finds_a_shortcut_at_its_next_prompt_and_loses_it_again(home, shell):
    shortcuts = WorkflowShortcuts(data_dir=home.data, home=home.root, search_path=home.env["PATH"], python="/bin/echo")
    paths = HookPaths(home=home.root, data_dir=home.data, state_dir=home.state, bin_dir=shortcuts.bin_directory)
    home.write_rc(shell, hook="")
    install_hook(shell, paths)
    with home.shell(shell) as running:
        assert "not found" in running.type("tidy-logs")
        shortcuts.install(automation())
        assert "vynexus_tui run tidy-logs now" in running.type("tidy-logs now")
        shortcuts.remove("tidy-logs")
        running.type("true")
        assert "not found" in running.type("tidy-logs")


def test_a_prediction_lies_beside_the_approval_and_goes_with_it(shortcuts, tmp_path):
    before = tree(tmp_path)
    installed = shortcuts.install(automation(), prediction=b"{}")
    path = tmp_path / "data/automations/tidy-logs/predicted"
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"{}", 0o600)
    assert path in installed.paths
    assert shortcuts.list_installed() == (installed,)
    shortcuts.pause("tidy-logs")
    shortcuts.resume("tidy-logs")
    assert path.exists()
    assert set(shortcuts.remove("tidy-logs")) == set(installed.paths)
    assert not (tree(tmp_path).keys() - before.keys() - {".local", ".local/bin", "data", "data/automations"})


def test_a_new_approval_without_a_prediction_takes_the_former_one_away(shortcuts, tmp_path):
    shortcuts.install(automation(), prediction=b"{}")
    shortcuts.install(automation())
    assert not (tmp_path / "data/automations/tidy-logs/predicted").exists()


def test_an_installation_that_fails_half_way_leaves_the_former_one_as_it_was(shortcuts, tmp_path):
    shortcuts.install(automation(), prediction=b"{}")
    before = tree(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(ShellError):
            shortcuts.install(automation(text="true\n"), prediction=b"x" * 2_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert tree(tmp_path) == before


def test_no_command_is_called_like_a_file_of_ours(shortcuts):
    assert shortcuts.free_name("predicted") == "vy-predicted"


@pytest.mark.parametrize("runs_in", ["/x\rstatus live\rcwd /y", "/x\ny", "/x\x1fy", "/x\0", "/x\x1b[31m", "/x\u2028y", "/x\x85y"])
def test_a_folder_with_control_characters_is_refused_in_words_and_nothing_is_written(shortcuts, tmp_path, runs_in):
    with pytest.raises(ShellError, match="control characters"):
        shortcuts.install(automation(runs_in=runs_in))
    assert tree(tmp_path) == {}


def test_no_value_of_the_approval_becomes_a_field_of_its_own(shortcuts):
    installed = shortcuts.install(automation(runs_in="/x"))
    shortcuts.pause("tidy-logs")
    approved = installed.approved_path.read_bytes()
    for odd in (b"cwd /x\rstatus live\rcwd /y\n", b"cwd /x\x0bstatus live\n", b"cwd /x\nstatus live\ncwd /y\n"):
        installed.approved_path.write_bytes(approved.replace(b"cwd /x\n", odd))
        (read,) = shortcuts.list_installed()
        assert read.is_paused
        assert read.cwd.startswith("/x")


@pytest.mark.parametrize("broken", ["published_texts", "publish", "write_whole", "write_new"])
@pytest.mark.parametrize("is_new", [True, False])
def test_whatever_goes_wrong_nothing_is_left_of_an_installation(tmp_path, monkeypatch, broken, is_new):
    shortcuts = shortcuts_in(tmp_path)
    if not is_new:
        shortcuts.install(automation(), prediction=b"{}")
        (tmp_path / ".local/bin/tidy-logs").unlink()
    before = {path: content for path, content in tree(tmp_path).items() if path not in ("data", "data/automations", ".local")}
    calls = []

    def breaks(*_arguments, **_keywords):
        calls.append(broken)
        raise LookupError

    monkeypatch.setattr(f"vynexus_tui.shell.workflow_shortcuts.{broken}", breaks)
    with pytest.raises(LookupError):
        shortcuts.install(automation(text="echo newer\n", runs_in="/y"))
    assert calls
    if broken in ("published_texts", "write_new"):  # the others are needed to put things back
        assert {path: content for path, content in tree(tmp_path).items() if path not in ("data", "data/automations", ".local")} == before


def test_failures_in_a_row_are_forgotten_by_a_new_approval_and_by_resuming_but_not_by_a_pause(shortcuts, tmp_path):
    before = tree(tmp_path)
    installed = shortcuts.install(automation(), most_failures=5)
    assert b"\nmost_failures 5\n" in installed.approved_path.read_bytes()
    assert [s.most_failures for s in shortcuts.list_installed()] == [5]
    installed.failures_path.write_bytes(b"xx")
    shortcuts.pause("tidy-logs", is_failing=True)
    assert installed.failures_path.read_bytes() == b"xx"
    assert installed.failures_path in shortcuts.written_paths()
    assert shortcuts.resume("tidy-logs") == installed
    assert not installed.failures_path.exists()
    assert b"\nmost_failures 5\n" in installed.approved_path.read_bytes()
    installed.failures_path.write_bytes(b"xx")
    shortcuts.install(automation())
    assert not installed.failures_path.exists()
    installed.failures_path.write_bytes(b"x")
    assert installed.failures_path in shortcuts.remove("tidy-logs")
    assert tree(tmp_path).keys() - before.keys() <= {"data", "data/automations", ".local"}
    assert shortcuts.free_name("failures") == "vy-failures"
