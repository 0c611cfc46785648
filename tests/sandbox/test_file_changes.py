"""The list of changes says what a real run would do, in words and numbers a person can use. See also test_change_oracle.py."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import ChangeKind, FileChange, Verdict
from vynexus_tui.sandbox.automation_sandbox import stale_paths
from vynexus_tui.sandbox.file_changes import Comparison
from vynexus_tui.sandbox.masks import Masks
from vynexus_tui.sandbox.overlays import Layer

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person


def changes_by_name(person: Person, script: str) -> dict[str, FileChange]:
    trial = person.try_script(script)
    assert trial.verdict is Verdict.PASSED, trial.stderr
    return {os.path.relpath(c.path, person.home): c for c in trial.changes}


def test_a_text_change_has_a_diff_and_the_time_of_the_real_file(person: Person) -> None:
    path = person.write("notes.txt", "one\ntwo")
    change = changes_by_name(person, "echo three >> notes.txt")["notes.txt"]
    assert change.diff is not None
    assert change.diff.endswith("@@ -1,2 +1,2 @@\n one\n-two\n\\ No newline at end of file\n+twothree\n")
    assert change.lower_mtime_ns == path.lstat().st_mtime_ns


def test_touching_and_rewriting_the_same_is_no_change(person: Person) -> None:
    person.write("same.txt", "same\n")
    assert changes_by_name(person, "touch same.txt; echo same > same.txt; cp same.txt c; mv c same.txt; ls ~ > /dev/null") == {}


def test_moving_a_file_is_one_rename(person: Person) -> None:
    person.write("from.txt", "content\n")
    changes = changes_by_name(person, "mkdir into; mv from.txt into/to.txt")
    assert {n: (c.kind, c.renamed_from) for n, c in changes.items()} == {
        "into": (ChangeKind.CREATE, None),
        "into/to.txt": (ChangeKind.RENAME, f"{person.home}/from.txt"),
    }


def test_moving_a_directory_is_one_rename(person: Person) -> None:
    for number in range(30):
        person.write(f"doc/sub/{number}.txt", f"{number}\n")
    changes = changes_by_name(person, "mv doc paper")
    assert [(n, c.kind, c.renamed_from, c.contained_count) for n, c in changes.items()] == [
        ("paper", ChangeKind.RENAME, f"{person.home}/doc", 31)
    ]


def test_a_forged_move_is_not_taken_for_a_rename(person: Person) -> None:
    person.write("doc/a.txt", "harmless\n")
    forged = "mkdir paper; echo hArmless > paper/a.txt; touch -r doc/a.txt paper/a.txt; touch -r doc paper; rm -r doc"
    assert {n: c.kind for n, c in changes_by_name(person, forged).items()} == {
        "doc": ChangeKind.DELETE,
        "paper": ChangeKind.CREATE,
        "paper/a.txt": ChangeKind.CREATE,
    }


def test_a_large_new_tree_is_one_line_but_what_runs_later_keeps_its_own(person: Person) -> None:
    script = "mkdir -p big/.git/hooks; cd big; seq 300 | xargs touch; echo x > .git/hooks/pre-commit; echo x > .bashrc; cp /bin/true s; chmod u+s s"
    changes = changes_by_name(person, script)
    assert set(changes) == {"big", "big/.git/hooks", "big/.git/hooks/pre-commit", "big/.bashrc", "big/s"} - {"big/.git/hooks"}
    assert changes["big"].contained_count == 305
    assert changes["big/s"].warning == "setuid"


def test_a_deleted_tree_is_one_line_with_its_size(person: Person) -> None:
    for number in range(20):
        person.write(f"old/{number}/file", "x")
    change = changes_by_name(person, "rm -r old")["old"]
    assert (change.kind, change.type, change.contained_count) == (ChangeKind.DELETE, "dir", 40)


def test_secret_like_files_have_no_diff_and_that_is_said(person: Person) -> None:
    for name in (".env", "server.pem", "api_key.txt", "credentials.json", "monkey.txt", "token.py"):
        person.write(name, "HUSH=1\n")
    trial = person.try_script("for f in .env *; do echo HUSH=2 >> $f; done")
    left_out = {os.path.basename(c.path) for c in trial.changes if c.no_diff == "secret"}
    assert left_out == {".env", "server.pem", "api_key.txt", "credentials.json"}
    assert all(c.diff is None for c in trial.changes if c.no_diff)
    assert len([note for note in trial.not_known if "secret-like" in note]) == 4


def test_binary_and_large_files_say_why_they_have_no_diff(person: Person) -> None:
    changes = changes_by_name(person, r"printf 'a\0b' > binary; seq 100000 > large; head -c 900 /dev/zero | tr '\0' '\n' > small")
    assert {n: c.no_diff for n, c in changes.items()} == {"binary": "binary", "large": "large", "small": None}


def test_hostile_texts_cannot_hold_up_the_answer(me: Person) -> None:
    """Each of these pairs costs difflib 1 s."""
    for number in range(9):
        me.write(f"{number}.txt", "".join(f"{n % 104}\n" for n in range(2490)))
    started = time.monotonic()
    trial = me.try_script(
        "for i in {0..8}; do for ((n = 0; n < 2490; n++)); do echo $((n * 7 % 104)); done > $i.txt; done", settings=Sandbox()
    )
    assert time.monotonic() - started - (trial.duration_s or 0) < 7
    assert [c.no_diff for c in trial.changes] == ["large"] * 9


def test_modes_are_shown_before_and_after(person: Person) -> None:
    person.write("tool.sh", "x", 0o644)
    change = changes_by_name(person, "chmod +x tool.sh")["tool.sh"]
    assert (change.kind, change.mode) == (ChangeKind.CHMOD, "0644 -> 0755")


def test_a_long_list_is_cut_and_says_so(me: Person) -> None:
    trial = me.try_script("for d in {1..110}; do mkdir $d; (cd $d; seq 190 | xargs touch); done", settings=Sandbox())
    assert len(trial.changes) == 20_000
    assert "20,000 changes listed, 1,010 more exist" in trial.not_known


def test_deep_nesting_is_said_not_fatal(me: Person) -> None:
    trial = me.try_script("for i in {1..90}; do mkdir $(printf 'd%.0s' {1..60}); cd d*; done")
    assert any("too deep" in note for note in trial.not_known)


def test_an_ordinary_user_is_told_what_the_sticky_bit_forbids(person: Person) -> None:
    if person.user == 0 or os.geteuid() != 0:
        pytest.skip("root may delete in /tmp what it wants, and only root can lay out the file of somebody else")
    with tempfile.NamedTemporaryFile(dir="/tmp") as other:
        os.chmod(other.name, 0o666)
        trial = person.try_script(f"rm -f {other.name}; echo mine > /tmp/mine; echo x > /var/tmp/mine")
    changes = {c.path: c for c in trial.changes}
    assert changes[other.name].warning == "belongs to another user: the real run cannot do this"
    assert {"/tmp/mine", "/var/tmp/mine"} < set(changes)


def test_a_directory_below_those_of_others_can_be_worked_in(person: Person) -> None:
    """/var/lib/jenkins, a project on a shared disk: the directories above belong to root, the group is not one's own."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        cwd = Path(folder, "projects", "mine")
        (cwd / "src").mkdir(parents=True)
        (cwd / "src" / "a.txt").write_text("a\n")
        if person.identity:
            person.own(cwd)
            os.chown(cwd, person.user, 0)
        trial = person.try_script("echo b >> src/a.txt; mkdir new; mv src/a.txt new/; echo x > ~/x", cwd=str(cwd))
        found = {os.path.relpath(c.path, cwd): c.kind.value for c in trial.changes if c.path.startswith(str(cwd))}
    assert trial.verdict is Verdict.PASSED, trial.stderr
    assert found == {"new": "create", "new/a.txt": "create", "src/a.txt": "delete"}


def test_owner_changes_by_root_are_shown(me: Person) -> None:
    if me.user != 0:
        pytest.skip("only root can give a file away")
    me.write("mine.txt", "x")
    assert changes_by_name(me, "chown 1000:1000 mine.txt")["mine.txt"].warning == "owner 0:0 -> 1000:1000"


def test_paths_that_changed_since_the_trial_are_stale(me: Person) -> None:
    for name in ("changed", "gone", "same", "moved"):
        me.write(name, f"{name}\n")
    trial = me.try_script("echo x >> changed; rm gone; echo x >> same; echo x > appeared; echo x > still-new; mv moved elsewhere")
    assert stale_paths(trial) == ()
    me.write("changed", "somebody else was here\n")
    me.write("appeared", "")
    os.unlink(me.home / "gone")
    os.utime(me.home / "moved", ns=(1, 1))
    assert {os.path.basename(p) for p in stale_paths(trial)} == {"changed", "gone", "appeared", "elsewhere"}


def test_a_home_with_mounts_inside_is_split_and_still_whole(me: Person) -> None:
    if me.user != 0:
        pytest.skip("only root can mount")
    for name in ("plain.txt", "mounted/x", "side/deep/y"):
        me.write(name, "text\n")
    me.write("large.bin", bytes(2_000_000))
    mount = 'mount -t tmpfs t "$HOME/mounted" && echo in > "$HOME/mounted/in" && exec "$@"'
    script = "echo more >> plain.txt; echo more >> mounted/in; rm -r side/deep; echo x > new; mkdir side/made; echo x >> large.bin || :"
    trial = me.try_script(script, wrapper=("unshare", "-m", "bash", "-c", mount, "bash"))
    found = {os.path.relpath(c.path, me.home): c.kind.value for c in trial.changes}
    assert found == {"plain.txt": "modify", "mounted/in": "modify", "side/deep": "delete", "new": "create", "side/made": "create"}
    assert trial.not_known == (f"{me.home}/large.bin is read-only in the trial",)


def test_a_file_with_several_names_says_so(person: Person) -> None:
    os.link(person.write("one.txt", "1\n"), person.home / "other.txt")
    assert changes_by_name(person, "echo 2 >> one.txt")["one.txt"].warning == "has 1 other name that would change too"


def test_times_and_attributes_that_were_set_are_not_passed_over(person: Person) -> None:
    for name in ("dated", "tagged", "quiet"):
        person.write(name, "x")
    os.setxattr(person.home / "quiet", "user.kept", b"1")
    body = "import os; os.setxattr('tagged', 'user.note', b'1'); os.utime('quiet')"
    trial = person.try_script(f'touch -d 2001-01-01 dated; {person.python} -c "{body}"')
    assert (trial.changes, set(trial.not_known)) == ((), {"times of 1 path are not compared", "attributes of 1 path are not compared"})


@pytest.mark.parametrize("place", ["/run", "/run/lock", "/dev/shm", "/sys"])
def test_files_left_in_private_places_are_said(me: Person, place: str) -> None:
    if me.user != 0 and place in ("/run", "/sys"):
        pytest.skip("only root may write there")
    halves = f"{place[:2]} {place[2:]}".split()
    trial = me.try_script(f"a={halves[0]}; python3 -c \"open('$a' + '{halves[1]}' + '/left', 'w')\"")
    assert trial.changes == ()
    assert f"files in {place} are not part of the list of changes" in trial.not_known


def test_a_place_that_only_variables_spell_is_said_to_be_empty(person: Person) -> None:
    assert "/run is empty in the trial" in person.try_script('a=/r; b=un; rm -rf "$a$b/user/x" || :').not_known


def test_what_an_ordinary_user_may_not_do_is_flagged(person: Person) -> None:
    if person.user == 0:
        pytest.skip("root may")
    trial = person.try_script("chmod 777 /etc && echo x > /etc/new && rm /etc/hostname; chmod 700 ~; true")
    warnings = {c.path: c.warning for c in trial.changes}
    assert "the real run cannot do this" in (warnings.pop("/etc") or "")
    assert "the real run cannot do this" in (warnings.pop("/etc/new") or "")
    assert all("cannot" in (w or "") for p, w in warnings.items() if p.startswith("/etc"))


def test_a_layer_whose_real_directory_vanishes_meanwhile_is_said(tmp_path: Path) -> None:
    """Beside a mount every directory is a layer of its own, also those in /tmp that other programs remove again."""
    comparison = Comparison(os.geteuid(), Masks((), owner=os.geteuid()), started_ns=0)
    comparison.add_layer(Layer(f"{tmp_path}/untouched", str(tmp_path), 0o700, is_split=False))
    assert comparison.closing_notes() == []
    (tmp_path / "made").write_text("x")
    comparison.add_layer(Layer(f"{tmp_path}/gone", str(tmp_path), 0o700, is_split=False))
    assert comparison.closing_notes() == [f"{tmp_path}/gone vanished while the trial ran: changes in it are not listed"]


def test_no_name_can_forge_a_line_of_a_diff(person: Person) -> None:
    trial = person.try_script("echo x > $'two\\n-real line removed'; ln -s $'a\\n-real line removed' link; printf 'a\\f-b\\n' > feed")
    diffs = {os.path.basename(c.path): c.diff or "" for c in trial.changes}
    assert len(diffs) == 3
    assert not [line for diff in diffs.values() for line in diff.split("\n") if line.startswith("-") and not line.startswith("---")]
    assert "No newline" not in diffs["feed"]


def test_a_change_that_keeps_the_time_is_noticed(me: Person) -> None:
    path = me.write("a", "one\n")
    trial = me.try_script("echo x >> a")
    status = path.stat()
    path.write_text("two\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert stale_paths(trial) == (str(path),)


@pytest.mark.parametrize("script", ["rm -r build", "mv build elsewhere", "rm -r build; echo x > build"])
def test_something_new_deep_in_a_tree_that_would_go_is_noticed(me: Person, script: str) -> None:
    me.write("build/sub/old", "x")
    trial = me.try_script(script)
    assert stale_paths(trial) == ()
    me.write("build/sub/precious", "x")
    assert len(stale_paths(trial)) == 1


def test_a_directory_that_others_write_to_meanwhile_is_no_doubt(me: Person) -> None:
    me.write("busy/sub/file", "x")
    stopped = Event()

    def write_on() -> None:
        while not stopped.wait(0.005):
            me.write("busy/other", "y")
            os.unlink(me.home / "busy/other")

    others = Thread(target=write_on)
    others.start()
    try:
        trial = me.try_script("echo y > busy/sub/made; sleep 0.3")
    finally:
        stopped.set()
        others.join()
    assert trial.not_known == ()


def test_a_file_that_somebody_else_changed_meanwhile_is_named(me: Person) -> None:
    path = me.write("shared", "one\n")

    def write_there(output: str) -> None:
        path.write_text("somebody else\n")

    trial = me.try_script("echo two >> shared; echo now; sleep 0.5", on_output=write_there)
    assert f"{path} was changed by something else while the script was tried" in trial.not_known
