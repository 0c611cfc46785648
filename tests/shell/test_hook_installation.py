import json
import os
import shutil
import stat
import subprocess
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vynexus_tui.domain.errors import ShellError
from vynexus_tui.shell.hook_installation import (
    HOOK_SHELLS,
    HookPaths,
    install_hook,
    read_hook_status,
    refresh_hook,
    remove_hook,
    render_hook,
)


@pytest.fixture
def paths(tmp_path):
    return HookPaths(home=tmp_path, data_dir=tmp_path / "it's data", state_dir=tmp_path / "state")


def tree(folder):
    return {
        str(p.relative_to(folder)): (p.read_bytes() if p.is_file() else None, stat.S_IMODE(p.lstat().st_mode))
        for p in sorted(folder.rglob("*"))
        if not p.is_symlink() or p.exists()
    }


@pytest.mark.parametrize("shell", HOOK_SHELLS)
@given(content=st.none() | st.binary(max_size=80).filter(lambda b: b"vynexus" not in b))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_removing_is_the_exact_reverse_of_installing(tmp_path, shell, content):
    home = tmp_path / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    paths = HookPaths(home=home, data_dir=home / "data", state_dir=home / "state", bin_dir=home / "bin")
    for folder in (paths.data_dir, paths.state_dir, paths.state_dir / "spool"):
        folder.mkdir(mode=0o700)
    if content is not None:
        paths.rc_file(shell).parent.mkdir(parents=True, exist_ok=True)
        paths.rc_file(shell).write_bytes(content)
        paths.rc_file(shell).chmod(0o640)
    before = tree(home)
    install_hook(shell, paths)
    assert tree(home) != before
    remove_hook(shell, paths)
    assert tree(home) == before


def test_installing_twice_changes_nothing_more(paths, tmp_path):
    paths.rc_file("bash").write_text("alias ll='ls -l'")
    first = install_hook("bash", paths)
    before = tree(tmp_path)
    second = install_hook("bash", paths)
    assert (first.rc_changed, second.rc_changed) == (True, False)
    assert tree(tmp_path) == before
    assert paths.rc_file("bash").read_text() == "alias ll='ls -l'\n" + first.block


def test_the_hook_gets_our_paths_and_private_files(paths):
    install_hook("bash", paths)
    text = paths.hook_file("bash").read_text()
    assert f"\n__vy_state={paths.state_dir}\n" in text
    assert "it'\"'\"'s data'\n" in text
    assert "XDG_" not in text
    assert stat.S_IMODE((paths.state_dir / "spool").stat().st_mode) == 0o700
    assert stat.S_IMODE(paths.hook_file("bash").stat().st_mode) == 0o600


@pytest.mark.parametrize("shell", HOOK_SHELLS)
def test_an_installed_hook_records(home, shell):
    paths = HookPaths(home=home.root, data_dir=home.data, state_dir=home.state)
    home.write_rc(shell, hook="")
    install_hook(shell, paths)
    with home.shell(shell) as running:
        running.type("echo recorded")
    assert home.commands() == ["echo recorded"]


@pytest.mark.parametrize("shell", HOOK_SHELLS)
def test_every_place_that_is_filled_in_is_there_and_only_those_change(paths, shell):
    before = files("vynexus_tui.shell").joinpath("hooks", f"vynexus.{shell}").read_text().splitlines()
    after = render_hook(shell, paths, measures_cpu=False).splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert [line.removeprefix("typeset -g ").removeprefix("set -g ")[:8] for line in changed] == ["__vy_sta", "__vy_dat", "__vy_cpu"]
    assert changed[-1].endswith("__vy_cpu ''" if shell == "fish" else "__vy_cpu=")
    assert [old for old, new in zip(before, after, strict=True) if old != new][-1][-1] == "1"


@pytest.mark.parametrize("shell", HOOK_SHELLS)
def test_measuring_the_cpu_time_can_be_switched_off(home, shell):
    paths = HookPaths(home=home.root, data_dir=home.data, state_dir=home.state)
    home.write_rc(shell, hook="")
    install_hook(shell, paths, measures_cpu=False)
    assert read_hook_status(shell, paths, measures_cpu=False).is_current
    with home.shell(shell) as running:
        running.type("sleep 0.2")
    assert [(e.command, e.cpu_s) for e in home.read().events] == [("sleep 0.2", None)]


@pytest.mark.parametrize("shell", HOOK_SHELLS)
def test_a_hook_is_brought_up_to_date_without_touching_the_rc_file(paths, shell):
    assert not refresh_hook(shell, paths, measures_cpu=True)
    assert not paths.hook_file(shell).exists()
    install_hook(shell, paths)
    rc = paths.rc_file(shell)
    before = (rc.read_bytes(), rc.stat().st_ino, rc.stat().st_mtime_ns)
    assert not refresh_hook(shell, paths, measures_cpu=True)
    assert refresh_hook(shell, paths, measures_cpu=False)
    assert paths.hook_file(shell).read_text() == render_hook(shell, paths, measures_cpu=False)
    paths.hook_file(shell).write_text("# an older version\n")
    assert refresh_hook(shell, paths, measures_cpu=True)
    assert read_hook_status(shell, paths).is_current
    assert before == (rc.read_bytes(), rc.stat().st_ino, rc.stat().st_mtime_ns)
    assert stat.S_IMODE(paths.hook_file(shell).stat().st_mode) == 0o600


def test_the_folder_of_fish_goes_again_when_we_made_it_and_nobody_uses_it(tmp_path):
    paths = HookPaths(home=tmp_path, data_dir=tmp_path / "d", state_dir=tmp_path / "s", config_home=tmp_path / "my config")
    assert paths.rc_file("fish") == tmp_path / "my config/fish/config.fish"
    install_hook("fish", paths)
    remove_hook("fish", paths)
    assert not (tmp_path / "my config").exists()
    (tmp_path / "my config").mkdir()
    install_hook("fish", paths)
    (tmp_path / "my config/fish/fish_variables").write_text("theirs")
    remove_hook("fish", paths)
    assert [p.name for p in (tmp_path / "my config/fish").iterdir()] == ["fish_variables"]
    (tmp_path / "my config/fish/fish_variables").unlink()
    install_hook("fish", paths)
    remove_hook("fish", paths)
    assert list((tmp_path / "my config").iterdir()) == [tmp_path / "my config/fish"]


def test_an_installation_that_fails_leaves_no_folder_behind(tmp_path):
    if os.geteuid() == 0:
        (tmp_path / ".config").write_text("a file where a folder should be")
    else:
        (tmp_path / ".config").mkdir(mode=0o500)
    with pytest.raises(ShellError):
        install_hook("fish", HookPaths(home=tmp_path, data_dir=tmp_path / "d", state_dir=tmp_path / "s"))
    assert not (tmp_path / ".config/fish").exists()


def test_edits_after_the_installation_survive_the_removal(paths):
    rc = paths.rc_file("bash")
    rc.write_text("one\n")
    install_hook("bash", paths)
    rc.write_text("zero\n" + rc.read_text() + "two\n")
    assert remove_hook("bash", paths).rc_changed
    assert rc.read_text() == "zero\none\ntwo\n"


def test_an_rc_file_that_we_made_is_deleted_only_when_nobody_wrote_into_it(paths):
    rc = paths.rc_file("zsh")
    assert install_hook("zsh", paths).rc_created
    assert remove_hook("zsh", paths).rc_created
    assert not rc.exists()
    install_hook("zsh", paths)
    rc.write_text(rc.read_text() + "setopt autocd\n")
    remove_hook("zsh", paths)
    assert rc.read_text() == "setopt autocd\n"


def test_a_link_into_a_dotfile_repository_stays_a_link(paths, tmp_path):
    target = tmp_path / "dotfiles" / "bashrc"
    target.parent.mkdir()
    target.write_text("mine\n")
    target.chmod(0o604)
    paths.rc_file("bash").symlink_to("dotfiles/bashrc")
    install_hook("bash", paths)
    assert paths.rc_file("bash").is_symlink()
    assert "vynexus" in target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o604
    remove_hook("bash", paths)
    assert target.read_text() == "mine\n"
    assert paths.rc_file("bash").is_symlink()


def test_what_is_not_ours_to_change_is_refused_untouched(paths, tmp_path):
    rc = paths.rc_file("bash")
    rc.write_text("mine\n")
    rc.chmod(0o444)
    with pytest.raises(ShellError, match="read-only"):
        install_hook("bash", paths)
    rc.chmod(0o644)
    for damaged in ("# >>> vynexus >>>\n", "# <<< vynexus <<<\n# >>> vynexus >>>\n", "# >>> vynexus >>>\n" * 2 + "# <<< vynexus <<<\n"):
        rc.write_text(damaged)
        with pytest.raises(ShellError, match="markers"):
            install_hook("bash", paths)
        with pytest.raises(ShellError, match="markers"):
            remove_hook("bash", paths)
        assert rc.read_text() == damaged
        assert read_hook_status("bash", paths).problem
    rc.unlink()
    rc.mkdir()
    with pytest.raises(ShellError, match="regular"):
        install_hook("bash", paths)
    if os.geteuid() == 0:
        rc.rmdir()
        rc.write_text("theirs\n")
        os.chown(rc, 12345, 12345)
        with pytest.raises(ShellError, match="another user"):
            install_hook("bash", paths)


def test_the_status_tells_what_is_there(paths):
    assert not read_hook_status("bash", paths).is_installed
    install_hook("bash", paths)
    status = read_hook_status("bash", paths)
    assert (status.is_installed, status.is_current, status.problem) == (True, True, None)
    assert not read_hook_status("zsh", paths).is_installed
    paths.hook_file("bash").write_text("# an older version\n")
    assert not read_hook_status("bash", paths).is_current
    paths.hook_file("bash").unlink()
    assert "vynexus hook install bash" in read_hook_status("bash", paths).problem


@pytest.mark.parametrize("shell", HOOK_SHELLS)
def test_a_text_of_the_persons_own_with_our_markers_in_it_is_left_alone(paths, shell):
    rc = paths.rc_file(shell)
    rc.parent.mkdir(parents=True, exist_ok=True)
    rc.write_text("cat <<'NOTE'\n# >>> vynexus >>>\nrm -r ~/old  # mine\n# <<< vynexus <<<\nNOTE\nalias a=b\n")
    before = tree(paths.home)
    for act in (install_hook, remove_hook):
        with pytest.raises(ShellError, match="not from VyNexus") as refused:
            act(shell, paths)
        assert str(rc) in refused.value.message
        assert "move your own lines" in refused.value.hint
        assert tree(paths.home) == before
    status = read_hook_status(shell, paths)
    assert (status.is_installed, status.has_traces) == (False, True)
    assert "not from VyNexus" in status.problem


def test_a_line_that_the_person_put_between_the_markers_is_not_deleted(paths):
    install_hook("bash", paths)
    rc = paths.rc_file("bash")
    rc.write_text(rc.read_text().replace("# <<<", "export EDITOR=vi\n# <<<"))
    with pytest.raises(ShellError, match="not from VyNexus"):
        remove_hook("bash", paths)
    assert "export EDITOR=vi" in rc.read_text()


@pytest.mark.parametrize("shell", HOOK_SHELLS)
def test_a_block_that_could_not_be_recognised_again_is_not_written(tmp_path, shell):
    paths = HookPaths(home=tmp_path, data_dir=tmp_path / "two\nlines", state_dir=tmp_path / "state")
    with pytest.raises(ShellError, match="line break"):
        install_hook(shell, paths)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", HOOK_SHELLS)
def test_the_block_goes_when_nothing_else_of_ours_is_left(paths, shell):
    rc = paths.rc_file(shell)
    rc.parent.mkdir(parents=True, exist_ok=True)
    rc.write_text("")
    install_hook(shell, paths)
    shutil.rmtree(paths.data_dir)
    status = read_hook_status(shell, paths)
    assert (status.is_installed, status.has_traces, status.marked_files) == (False, True, (rc,))
    assert remove_hook(shell, paths).rc_changed
    assert rc.read_bytes() == b""
    assert not read_hook_status(shell, paths).has_traces


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_block_is_found_where_it_was_put_under_other_folders(tmp_path, shell):
    def of(folder):
        root = tmp_path / folder
        return HookPaths(home=tmp_path, data_dir=tmp_path / "d", state_dir=tmp_path / "s", zdotdir=root, config_home=root)

    old, new = of("old"), of("new")
    for paths in (old, new):
        paths.rc_file(shell).parent.mkdir(parents=True)
    old.rc_file(shell).write_text("# mine\n")
    install_hook(shell, old)
    status = read_hook_status(shell, new)
    assert (status.is_installed, status.rc_file) == (True, old.rc_file(shell))
    assert not install_hook(shell, new).rc_changed
    # The person copied the folder: both blocks go.
    new.rc_file(shell).write_bytes(old.rc_file(shell).read_bytes() + b"# new\n")
    assert set(read_hook_status(shell, new).marked_files) == {old.rc_file(shell), new.rc_file(shell)}
    assert remove_hook(shell, new).rc_changed
    assert (old.rc_file(shell).read_text(), new.rc_file(shell).read_text()) == ("# mine\n", "# mine\n# new\n")


def test_each_thing_of_ours_is_a_trace_and_a_strangers_file_is_none(paths):
    rc = paths.rc_file("bash")
    rc.write_text("mine\n")
    rc.chmod(0o444)
    assert not read_hook_status("bash", paths).has_traces
    rc.chmod(0o644)
    for text in ("# >>> vynexus >>>\n", "# <<< vynexus <<<\n"):
        rc.write_text(text)
        assert read_hook_status("bash", paths).has_traces
    rc.write_text("mine\n")
    for file in (paths.hook_file("bash"), paths.manifest_file("bash")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('{"rc_file": "a\\u0000b"}')
        assert read_hook_status("bash", paths).has_traces
        file.unlink()
    assert not read_hook_status("bash", paths).has_traces


def test_an_rc_file_that_cannot_be_read_any_more_is_said_and_our_knowledge_of_it_stays(paths):
    if os.geteuid() == 0:
        pytest.skip("root can read every file")
    rc = paths.rc_file("bash")
    rc.write_text("mine\n")
    install_hook("bash", paths)
    rc.chmod(0o000)
    with pytest.raises(ShellError, match=r"read-only|cannot be read"):
        remove_hook("bash", paths)
    assert paths.manifest_file("bash").exists()


def test_the_manifest_holds_digests_and_no_copy_of_the_rc_file(paths):
    paths.rc_file("bash").write_text("export TOKEN=hunter2\n")
    install_hook("bash", paths)
    manifest = json.loads(paths.manifest_file("bash").read_text())
    assert manifest["bytes_before"] == 21
    assert paths.hook_file("bash").exists()
    assert paths.manifest_file("bash").exists()
    assert "hunter2" not in paths.manifest_file("bash").read_text()


def test_removing_what_is_not_installed_changes_nothing(paths, tmp_path):
    paths.rc_file("bash").write_text("mine\n")
    before = tree(tmp_path)
    assert not remove_hook("bash", paths).rc_changed
    assert tree(tmp_path) == before


def test_the_bash_hook_passes_shellcheck(paths, tmp_path):
    checker = shutil.which("shellcheck")
    if checker is None:
        pytest.skip("shellcheck is not on PATH")
    file = tmp_path / "hook.bash"
    file.write_text(render_hook("bash", paths))
    ran = subprocess.run([checker, str(file)], capture_output=True, text=True)
    assert ran.stdout == ""
