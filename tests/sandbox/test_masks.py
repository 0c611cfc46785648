"""What a script does to a secret it cannot see is said: the real run would do it to the real thing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from vynexus_tui.domain.automations import Risk, RiskLevel
from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import ChangeKind, Consent, Trial, Verdict, approval_rule
from vynexus_tui.sandbox.mentions import Mentions
from vynexus_tui.sandbox.trial_request import masked_paths

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person


def lay_out(person: Person) -> None:
    for name in (".ssh/id", ".config/gh/hosts.yml", ".netrc", "work/a"):
        person.write(name, "CANARY\n", 0o600)


def consent(trial: Trial) -> Consent:
    return approval_rule(trial, trial.script_sha256, Risk(level=RiskLevel.LOW), runs_in=None).consent


def said(trial: Trial, secret: str) -> list[str]:
    return [note for note in trial.not_known if f"{secret} is hidden from trials" in note]


@pytest.mark.parametrize(
    ("script", "secret", "verb"),
    [
        ("rm -rf ~/.ssh", ".ssh", "removes"),
        ("rm -rf ~/.[a-z]*", ".ssh", "removes"),
        ("find ~ -mindepth 1 -delete", ".ssh", "removes"),
        ("find ~ -mindepth 1 -delete", ".config/gh", "removes"),
        ("d=s; mv ~/.s${d}h work/", ".ssh", "removes"),
        ("rm -r ~/.config", ".config/gh", "removes"),
        ("rm -r ~/.ssh; mkdir ~/.ssh", ".ssh", "changes"),
        ("chmod -R 777 ~", ".netrc", "changes"),
        ("echo mine >> ~/.ssh/authorized_keys", ".ssh", "changes"),
        ("x=.net; : > ~/${x}rc", ".netrc", "changes"),
        ("x=.net; sed -i s/a/b/ ~/${x}rc", ".netrc", "changes"),
        ("x=.net; cat ~/${x}rc", ".netrc", "reads"),
        ("grep -r x ~", ".ssh", "reads"),
    ],
)
def test_what_is_done_to_a_secret_is_seen(person: Person, script: str, secret: str, verb: str) -> None:
    lay_out(person)
    before = {path: path.lstat().st_ctime_ns for path in person.home.rglob("*")}
    trial = person.try_script(f"({script}) > /dev/null 2>&1 || true", cwd=str(person.home / "work"))
    assert {path: path.lstat().st_ctime_ns for path in person.home.rglob("*")} == before
    assert (trial.verdict, consent(trial)) == (Verdict.PASSED, Consent.TYPED_NAME)
    assert said(trial, secret) == [f"{person.home}/{secret} is hidden from trials, and the script {verb} it"]
    assert "CANARY" not in repr(trial)


def test_a_removed_secret_is_in_the_list_of_changes(person: Person) -> None:
    lay_out(person)
    trial = person.try_script("rm -rf ~/.ssh ~/.netrc; echo x > ~/.config/gh/new")
    assert {(os.path.relpath(c.path, person.home), c.kind, c.diff) for c in trial.changes} == {
        (".ssh", ChangeKind.DELETE, None),
        (".netrc", ChangeKind.DELETE, None),
        (".config/gh/new", ChangeKind.CREATE, None),
    }
    assert trial.headline == "passed: changes 1 file, deletes 3"


def test_a_secret_that_is_only_looked_for_is_named(person: Person) -> None:
    lay_out(person)
    for script in ("[ -f ~/.ssh/id ] || echo none", 'd=ss; test -e "$HOME/.${d}h" || :', "cd; [ -e .netrc ] || :"):
        assert len([n for n in person.try_script(script).not_known if "hidden from trials" in n]) == 1, script


def test_a_script_that_leaves_secrets_alone_is_not_burdened(person: Person) -> None:
    lay_out(person)
    trial = person.try_script("# not ~/.ssh\nls -la ~ ~/.config > /dev/null; echo b >> ~/work/a; mkdir ~/.config/new; touch ~/x.sshd")
    assert (trial.verdict, trial.not_known) == (Verdict.PASSED, ())
    assert {os.path.relpath(c.path, person.home) for c in trial.changes} == {"work/a", ".config/new", "x.sshd"}


def test_secrets_stay_hidden_whatever_becomes_of_the_stand_in(person: Person) -> None:
    lay_out(person)
    body = "import os\nfor n in ('opaque', 'overlay.opaque'):\n    try: os.removexattr('.ssh', f'user.overlay.{n}'); os.setxattr('.ssh', f'user.overlay.{n}', b'n')\n    except OSError: pass"
    trial = person.try_script(
        f"cd; {person.python} - <<'P'\n{body}\nP\n"
        "ls -A .ssh; mv .ssh s; ls -A s .ssh; mkdir .ssh; ls -A .ssh; cat .ssh/id s/id; rmdir .ssh; mv s .ssh; cat .ssh/id; rm .netrc; cat .netrc\n"
        "mv .config c; cat c/gh/hosts.yml .config/gh/hosts.yml; rm -rf .config; mkdir -p .config/gh; cat .config/gh/*"
    )
    assert "CANARY" not in repr(trial)


def test_a_secret_in_a_home_with_mounts_is_hidden_and_watched(me: Person) -> None:
    if me.user != 0:
        pytest.skip("only root can mount")
    lay_out(me)
    me.write("mounted/x", "")
    mount = 'mount -t tmpfs t "$HOME/mounted" && mount -t tmpfs t "$HOME/.ssh" && echo CANARY > "$HOME/.ssh/id" && exec "$@"'
    trial = me.try_script(
        "cat ~/.ssh/id ~/.netrc ~/.config/gh/hosts.yml; rm -rf ~/.ssh", wrapper=("unshare", "-m", "bash", "-c", mount, "bash")
    )
    assert "CANARY" not in repr(trial)
    assert said(trial, ".ssh") == [f"{me.home}/.ssh is hidden from trials, and the script removes it"]
    assert said(trial, ".netrc") == [f"{me.home}/.netrc is hidden from trials, and the script reads it"]


def test_a_name_inside_a_longer_one_is_no_mention(me: Person) -> None:
    lay_out(me)
    mentions = Mentions(str(me.home), (f"{me.home}/.ssh", f"{me.home}/.netrc", f"{me.home}/absent"))
    assert mentions.find(b"x.ssh .sshd .ssh-agent my.netrc absent lib/run /run/vynexus/script") == set()
    assert mentions.find(b"~/.ssh/id '.netrc' /var/run/x") == {b".ssh", b".netrc", b"/var/run"}


def test_a_person_may_let_trials_read_a_place_and_hide_another(me: Person) -> None:
    for name in (".kube/config", ".ssh/id_rsa", "clients/list"):
        me.write(name, f"content of {name}\n", 0o600)
    settings = Sandbox(unmasked_paths=("~/.kube",), masked_paths=(str(me.home / "clients"),))
    trial = me.try_script("cat ~/.kube/config ~/.ssh/id_rsa ~/clients/list", settings=settings)
    assert trial.stdout == "content of .kube/config\n"


def test_our_own_state_stays_hidden_whatever_the_settings_say(me: Person) -> None:
    settings = Sandbox(unmasked_paths=("/state", "~/.ssh"))
    assert {"/state", f"{me.home}/.ssh"} & set(masked_paths(str(me.home), settings, ("/state",))) == {"/state"}
