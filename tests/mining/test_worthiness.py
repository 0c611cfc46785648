"""What is worth a script and what is not, with the reason a person reads."""

from datetime import timedelta

import pytest

from tests.mining.conftest import NOW
from vynexus_tui.domain.events import CountQuality
from vynexus_tui.domain.patterns import Occurrence, PatternStep, SlotSpan
from vynexus_tui.domain.targets import ProjectTarget
from vynexus_tui.mining.worthiness import is_pointless, is_session, reasons_against


def _step(template: str) -> PatternStep:
    """`{name=value}` marks a slot: `scp {file=a.txt} web:`."""
    text, slots = "", []
    for piece in template.replace("}", "{").split("{"):
        name, is_slot, value = piece.partition("=")
        if is_slot and template.count("{" + piece + "}"):
            slots.append(SlotSpan(start=len(text), end=len(text) + len(value), name=name))
            text += value
        else:
            text += piece
    return PatternStep(text=text, slots=tuple(slots))


def _times(sessions: str = "abcde", *, days_apart: float = 1.0, failed: int = 0, cwd: str | None = None) -> list[Occurrence]:
    """One occurrence per letter, in the session of that name, a day apart."""
    return [
        Occurrence(
            event_ids=(n,),
            session_id=session,
            started_at=NOW - timedelta(days=days_apart * (len(sessions) - n)),
            is_successful=n >= failed,
            cwd=cwd,
        )
        for n, session in enumerate(sessions)
    ]


def _reasons(*templates: str, occurrences=None, aliases=None, targets=(), quality=CountQuality.EXACT) -> tuple[str, ...]:
    return reasons_against(
        [_step(t) for t in templates],
        _times() if occurrences is None else occurrences,
        count_quality=quality,
        aliases=aliases or {},
        known_targets=targets,
    )


@pytest.mark.parametrize(
    "steps",
    [
        ["git status"],
        ["ls -la"],
        ["cd src", "ls", "cd ..", "pwd"],
        ["cat notes.md", "head x.csv", "which python", "df -h"],
        ["git log", "git diff"],
        ["vim notes.md", "ls"],
        ["make --help", "ls", "man make"],
        ["htop", "free", "uptime"],
    ],
)
def test_looking_and_moving_around_is_not_even_listed(steps):
    assert is_pointless([_step(s) for s in steps])


@pytest.mark.parametrize(
    "steps",
    [["git pull", "make"], ["cd shop", "make install"], ["ls > files.txt", "wc files.txt"], ["ssh -i key.pem deploy@web"], ["rm a.o"]],
)
def test_what_does_something_is_listed(steps):
    assert not is_pointless([_step(s) for s in steps])


def test_a_routine_of_different_days_is_worthy():
    assert _reasons("git pull", "npm run build", "npm run deploy") == ()


def test_a_row_of_commands_that_only_show_things_is_listed_but_not_worthy():
    steps = ["git log", "kubectl get pods", "docker ps"]
    assert not is_pointless([_step(s) for s in steps])
    assert _reasons(*steps) == ("only looks around",)


def test_one_short_command_among_others_that_only_look_is_not_worthy():
    assert _reasons("git status", "git diff", "git push") == ("all but one short step only look around",)
    assert _reasons("git status", "git diff", "git commit -a -m 'work in progress' --no-verify") == ()
    assert _reasons("cd ~/shop", "ls", "git pull") == ()


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        (["man nmap", "ls", "nmap -A 10.1.26.9", "ssh web"], "man waits for a person (pager)"),
        (["ssh -i key.pem deploy@web.example.com"], "ssh opens a session"),
        (["vim app.py", "ssh web"], "vim opens an editor"),
        (["make bundle", "ssh web", "scp bundle.tgz web:/srv"], "ssh opens a session"),
        (["vim notes.md", "git log", "git diff"], "vim opens an editor"),
        (["passwd admin", "passwd root"], "passwd waits for an answer"),
    ],
)
def test_what_waits_for_a_person_says_which_step_does(steps, reason):
    assert _reasons(*steps)[0] == reason


@pytest.mark.parametrize(
    "steps",
    [
        ["vim app.py", "pytest -q", "git push"],
        ["git pull", "make install", "htop"],
        ["make bundle", "ssh web", "scp bundle.tgz web:/srv", "rm bundle.tgz"],
        ["vim compose.yml", "docker compose -f compose.yml up -d --build"],
    ],
)
def test_a_routine_after_the_last_step_that_waits_is_worthy(steps):
    assert _reasons(*steps) == ()


def test_one_session_is_not_a_habit():
    assert _reasons("git pull", "make install", occurrences=_times("aaaaaaa", days_apart=0.001)) == ("seen in one session only",)


@pytest.mark.parametrize("sessions", ["aaaaaaaab", "aaaab", "aaaaaaaaabc"])
def test_an_afternoon_of_retries_is_a_burst(sessions):
    (reason,) = _reasons("git pull", "make install", occurrences=_times(sessions, days_apart=0.01))
    assert reason.startswith("a burst: ")


def test_a_habit_with_one_long_afternoon_is_not_a_burst():
    assert _reasons("git pull", "make install", occurrences=_times("a" * 40 + "bcdef", days_apart=0.5)) == ()


def test_what_mostly_fails_is_not_worthy_and_a_tie_is():
    assert _reasons("git pull", "make install", occurrences=_times("abcde", failed=3)) == ("fails: 3 of 5 times",)
    assert _reasons("git pull", "make install", occurrences=_times("abcd", failed=2)) == ()


def test_counts_that_are_not_known_are_said_so():
    assert _reasons("git pull", "make install", quality=CountQuality.DEDUPED) == (
        "how often is unknown: this history keeps one of each command",
    )


def test_an_alias_of_ones_own_is_pointed_out():
    aliases = {"gl": "git log --oneline", "glg": "git log --oneline --graph --all"}
    assert _reasons("git log --oneline --graph --all", aliases=aliases) == ("use your alias glg",)


@pytest.mark.parametrize(
    "call",
    [
        "make release-candidate",
        "just ship-to-customers --yes",
        "npm run build:production",
        "make deploy ENV=staging REGION=north",
        "yarn run e2e:all",
    ],
)
def test_a_call_of_a_target_is_a_name_already(call):
    assert _reasons(call)[0] == f"{call} is a name already"


DEPLOY = ProjectTarget(
    "make deploy", "/home/me/shop", ("docker build -t shop:$(TAG) .", "docker push shop:$(TAG)", "kubectl apply -f shop.yml")
)
STEPS = ("docker build -t shop:{tag=v7} .", "docker push shop:{tag=v7}", "kubectl apply -f shop.yml")


def test_steps_that_a_target_of_the_same_folder_does_are_pointed_at_it():
    assert _reasons(*STEPS, occurrences=_times(cwd="/home/me/shop"), targets=[DEPLOY]) == ("use yours: make deploy",)


def test_a_target_of_a_folder_where_the_person_never_was_is_not_mentioned():
    assert _reasons(*STEPS, occurrences=_times(cwd="/home/me/blog"), targets=[DEPLOY]) == ()


def test_a_short_command_has_nothing_to_shorten_and_values_that_vary_do_not_count():
    assert _reasons("git push") == ("already short",)
    assert _reasons("cp {file=a/very/long/path/to/a/file.txt} /tmp") == ("already short",)
    assert _reasons("rsync -av --delete photos/ nas:/volume1/photos") == ()


def test_one_command_tried_in_different_ways_is_not_a_workflow():
    assert _reasons("curl http://{a=x}", "curl -I http://{b=y}") == ("one command, tried in different ways",)
    assert _reasons("scp {file=a.txt} web:/srv", "scp {file=a.txt} backup:/srv") == ()


def test_a_session_with_a_host_is_worth_a_name():
    assert is_session(_step("ssh -i key.pem deploy@web"))
    assert not is_session(_step("vim notes.md"))
    assert not is_session(_step("ssh web uptime"))
