"""The script a careful colleague would have written: read here, and run for real."""

import re
from datetime import UTC, datetime

import pytest

from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator
from vynexus_tui.domain.automations import Automation, AutomationStatus, RefusalReason, RiskLevel
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.settings import AutomationCreation

BUMP = [{"part": "patch", "message": "fix it"}, {"part": "minor", "message": "don't"}, {"part": "patch", "message": "add x"}]


def test_the_whole_script_reads_like_one_written_by_hand(workshop) -> None:
    automation = workshop.made("show version --bump {part}", "show -q", "show commit -am '{message}'", values=BUMP)
    assert (
        automation.script.text
        == f"""#!/usr/bin/env bash
# {automation.name}: show version --bump {{part}} › show -q › show commit -am '{{message}}'
# Made by VyNexus from 3 occurrences in 2 sessions, 2026-01-30 to 2026-02-01.
# Usage: {automation.name} [--dry-run | --from STEP] <message> [part]
#   message  seen: add x (1), don't (1), fix it (1)
#   part     seen: patch (2), minor (1)

set -euo pipefail
self="{automation.name}"

usage() {{ sed -n '/^set /q; s/^# //p' "$0"; }}
refuse() {{ printf '%s: %s\\n' "$self" "$1" >&2; usage >&2; exit 64; }}
stopped() {{
  local step; step="$(head -n "$1" "$0" | grep -c '^: step ')"
  printf '%s: stopped at step %s of 3: %s\\n' "$self" "$step" "$2" >&2
  printf '%s: to go on from there: %s\\n' "$self" "{automation.name} --from $step$(printf ' %q' "${{message}}" "${{part}}")" >&2
}}
trap 'stopped "$LINENO" "$BASH_COMMAND"' ERR

dry_run='' from_step=1
case "${{1-}}" in
  -h | --help) usage; exit 0 ;;
  --dry-run) dry_run=yes; shift ;;
  --from) from_step="${{2-}}"; shift $(($# > 1 ? 2 : 1)) ;;
esac
[[ "$from_step" == [1-3] ]] || refuse "--from takes the number of a step, 1 to 3"
(($# <= 2)) || refuse "too many arguments: $#"

[[ -n "${{1-}}" ]] || refuse "message is missing"
message="${{1}}"
part="${{2:-patch}}"
must_be_plain() {{ [[ "$1" != [-\\|]* ]] || refuse "would be read as an option or a command: $(printf %q "$1")"; }}
must_be_plain "${{message}}"
must_be_plain "${{part}}"
if [[ -n "$dry_run" ]]; then # the steps below as text, with the values filled in
  _text="$(sed -e '/^: step 1$/,$!d' -e 's/^((from_step > [0-9]*)) || //' "$0")"
  for _name in message part; do _text=${{_text//"\\"\\${{$_name}}\\""/$'\\1'$_name$'\\2'}}; done
  for _name in message part; do _value=${{!_name}}; _text=${{_text//$'\\1'$_name$'\\2'/"${{_value@Q}}"}}; done
  printf '%s\\n' "$_text"
  exit 0
fi

: step 1
((from_step > 1)) || show version --bump "${{part}}"

: step 2
((from_step > 2)) || show -q

: step 3
((from_step > 3)) || show commit -am "${{message}}"
"""
    )


def test_arguments_and_defaults_reach_the_steps(workshop) -> None:
    automation = workshop.made("show a {part}", "show b '{message}' c", values=BUMP)
    assert workshop.run(automation, "add x").stdout == b"<a><patch><b><add x><c>"
    assert workshop.run(automation, "it's done", "major").stdout == b"<a><major><b><it's done><c>"


def test_a_value_that_was_never_used_twice_is_no_default(workshop) -> None:
    automation = workshop.made("show commit -m '{message}'", values=[{"message": "fix"}, {"message": "add"}, {"message": "drop"}])
    assert automation.parameters[0].default is None
    assert [s.value for s in automation.parameters[0].seen] == ["drop", "add", "fix"]
    assert workshop.run(automation).returncode != 0


def test_help_shows_the_header_and_runs_nothing(workshop) -> None:
    automation = workshop.made("show a {part}", values=BUMP)
    for option in ("--help", "-h"):
        result = workshop.run(automation, option)
        assert result.returncode == 0
        assert b"Usage: " in result.stdout
        assert b"patch (2)" in result.stdout
        assert b"<a>" not in result.stdout


def test_one_argument_too_many_is_a_mistake_not_ignored(workshop) -> None:
    result = workshop.run(workshop.made("show {part}", values=BUMP), "fix", "the", "build")
    assert (result.returncode, result.stdout) == (64, b"")


def test_the_first_failure_stops_and_says_where(workshop) -> None:
    result = workshop.run(workshop.made("show one", "ls /nonexistent", "show two"))
    assert result.stdout == b"<one>"
    assert b"ls /nonexistent" in result.stderr
    assert result.returncode == 2


def test_every_step_is_announced_in_the_trace(workshop) -> None:
    automation = workshop.made("show a && show b", "show c")
    lines = automation.script.text.splitlines()
    assert [line for line in lines if line.startswith(": step")] == [": step 1", ": step 2", ": step 3"]


def test_a_value_shared_by_steps_is_one_parameter(workshop) -> None:
    automation = workshop.made("show a {x}", "show b {x}.out", values=[{"x": "one"}, {"x": "two"}])
    assert [p.name for p in automation.parameters] == ["x"]
    assert workshop.run(automation, "v").stdout == b"<a><v><b><v.out>"


def test_what_a_deletion_takes_has_no_default_and_comes_first(workshop) -> None:
    automation = workshop.made("show {size} {file}", "rm {file}", values=[{"size": "10", "file": "a"}, {"size": "10", "file": "b"}])
    assert [(p.name, p.default) for p in automation.parameters] == [("file", None), ("size", "10")]
    assert automation.risk.level is RiskLevel.ELEVATED
    assert "<file> [size]" in workshop.run(automation).stderr.decode()


def test_values_are_offered_by_how_often_and_the_newest_first_on_ties(workshop) -> None:
    values = [{"x": v} for v in ("main", "dev", "dev", "main", "test")]
    parameter = workshop.made("show {x}", values=values).parameters[0]
    assert [(s.value, s.count) for s in parameter.seen] == [("main", 2), ("dev", 2), ("test", 1)]


@pytest.mark.parametrize(
    ("runs", "default"),
    [
        ("aaab", "a"), ("aab", "a"), ("abab", None), ("abba", None), ("aaabb", None), ("aabcd", None), ("aaabbb", None), ("abc", None),
        ("aaabbaaab", "a"), ("a" * 7 + "b" * 4, None), ("a" * 30 + "b" * 16, "b"), ("a" * 30 + "b" * 10, None), ("b" * 5 + "a" * 20, "a"),
    ],
)  # fmt: skip
def test_only_what_is_meant_in_most_recent_runs_is_a_default(workshop, runs: str, default: str | None) -> None:
    assert workshop.made("show {x}", values=[{"x": value} for value in runs]).parameters[0].default == default


@pytest.mark.parametrize(
    "step",
    [
        "kubectl --context {x} apply -f a.yml", "kubectl apply --context={x} -f a.yml", "kubectl -n {x} get pods", "helm list -n{x}",
        "kubectl config use-context {x}", "terraform workspace select {x}", "aws --profile {x} s3 ls", "aws s3 ls --region {x}",
        "show --env {x}", "show --stage={x}", "show --account-id {x}", "show --host {x}", "AWS_PROFILE={x} make", "export AWS_PROFILE={x} && make",
        "ssh web@{x} uptime", "ssh {x} uptime", "rsync -a dist/ web@{x}:/srv/", "scp a {x}:/srv/", "aws s3 cp a s3://{x}/a", "psql -h {x} -f a.sql",
        "curl -s https://{x}/health",
    ],
)  # fmt: skip
def test_where_it_takes_effect_is_never_assumed(workshop, step: str) -> None:
    assert workshop.made(step, values=[{"x": "stage"}] * 9).parameters[0].default is None


@pytest.mark.parametrize(
    "step",
    [
        "head -n {x} a",
        "show --env-file {x}",
        "show -n {x}",
        "rsync -a {x} web:/srv/",
        "ssh-keyscan {x}",
        "show {x}_env",
        "NODE_PATHS=a show {x}",
    ],
)
def test_an_ordinary_value_that_is_always_the_same_is_a_default(workshop, step: str) -> None:
    assert workshop.made(step, values=[{"x": "5"}] * 9).parameters[0].default == "5"


def test_quotes_and_home_are_understood_as_the_shell_did(workshop) -> None:
    automation = workshop.made("show {x}", values=[{"x": "~/a.txt"}, {"x": "'my file'"}, {"x": "~/b.txt"}])
    assert {s.value for s in automation.parameters[0].seen} >= {"/home/me/a.txt", "/home/me/b.txt"}
    whole = workshop.made("show {x}", values=[{"x": "a b"}, {"x": "'my file'"}, {"x": "'my file'"}])
    assert [s.value for s in whole.parameters[0].seen] == ["my file", "a b"]
    assert workshop.run(whole).stdout == b"<my file>"


def test_within_a_word_a_tilde_is_no_home_directory(workshop) -> None:
    automation = workshop.made("show x_{x}", values=[{"x": "~/a.txt"}, {"x": "b"}])
    assert {s.value for s in automation.parameters[0].seen} == {"~/a.txt", "b"}


@pytest.mark.parametrize("name", ["path", "random", "home", "usage", "if", "status"])
def test_parameters_never_shadow_what_the_shell_needs(workshop, name: str) -> None:
    automation = workshop.made(f"show {{{name}}}", values=[{name: "a"}, {name: "b"}])
    assert automation.parameters[0].name == f"{name}_name"
    assert workshop.run(automation, "v").stdout == b"<v>"


def test_a_parameter_does_not_collide_with_a_variable_of_the_steps(workshop) -> None:
    automation = workshop.made("for file in a b; do show $file; done", "show {file}", values=[{"file": "x"}, {"file": "y"}])
    assert [p.name for p in automation.parameters] == ["file_2"]
    assert workshop.run(automation, "v").stdout == b"<a><b><v>"


def test_made_again_it_has_the_same_id_and_the_same_text(workshop) -> None:
    one, two = (workshop.made("show {x}", values=[{"x": "a"}, {"x": "b"}]) for _ in range(2))
    assert (one.automation_id, one.script.sha256) == (two.automation_id, two.script.sha256)
    assert (one.status, one.pattern_id, one.potential, one.cwd) == (AutomationStatus.NEW, "abc", 0.83, "/home/me/p1")


def test_without_dates_the_header_says_so(workshop) -> None:
    assert "dates unknown" in workshop.made("show a", dated=False).script.text


def test_an_alias_is_written_out_with_its_arguments(workshop) -> None:
    aliases = {"gst": "gs -sb", "gs": "show status"}
    automation = workshop.made("gst {x} y", values=[{"x": "a"}, {"x": "b"}], aliases=aliases, is_program=lambda name: name == "show")
    assert workshop.run(automation, "v").stdout == b"<status><-sb><v><y>"


def test_a_secret_in_an_alias_is_not_written_into_the_script(workshop) -> None:
    automation = workshop.made("up x", aliases={"up": "show --password hunter2"}, is_program=lambda name: name == "show")
    assert "hunter2" not in automation.script.text
    assert workshop.run(automation, env={"PASSWORD": "p w"}).stdout == b"<--password><p w><x>"


def test_a_program_wins_over_an_alias_of_its_name(workshop) -> None:
    automation = workshop.made("show a", aliases={"show": "ls"}, is_program=lambda name: True)
    assert workshop.run(automation).stdout == b"<a>"


def test_the_head_before_an_editor_is_automated(workshop) -> None:
    automation = workshop.made("show pull", "show build", "vim notes.txt")
    assert workshop.run(automation).stdout == b"<pull><build>"
    assert "leaves `vim notes.txt` to you, after it" in automation.adds


def test_the_tail_after_an_editor_is_automated(workshop) -> None:
    automation = workshop.made("vim {file}", "show test {file}", "show commit", values=[{"file": "a"}, {"file": "b"}])
    assert workshop.run(automation, "v").stdout == b"<test><v><commit>"
    assert "leaves `vim b` to you, before it" in automation.adds


def test_parameters_of_what_is_left_out_are_not_asked_for(workshop) -> None:
    assert workshop.made("show a", "vim {file}", values=[{"file": "a"}, {"file": "b"}]).parameters == ()


def test_moves_at_the_ends_are_dropped(workshop) -> None:
    text = workshop.made("clear", "cd src", "show a", "cd ..", "exit").script.text
    assert "cd src" in text
    assert not re.search(r"^(clear|cd \.\.|exit)$", text, re.MULTILINE)


def test_a_seldom_step_is_left_out_and_said_so(workshop) -> None:
    automation = workshop.made("show a", "show b", "show c", presence=(1.0, 0.3, 0.7))
    assert workshop.run(automation).stdout == b"<a><c>"
    assert "leaves out `show b`, which you did in 1 of 3 times" in automation.adds


def test_an_optional_step_that_is_always_done_is_said(workshop) -> None:
    automation = workshop.made("show a", "show  {x}", "show c", values=[{"x": "b"}] * 15, presence=(1.0, 0.6, 14 / 15))
    assert "always does `show {x}`, which you did in 9 of 15 times" in automation.adds
    assert not any("show a" in words or "show c" in words for words in automation.adds)


def test_nothing_is_said_to_be_done_that_is_left_to_the_person(workshop) -> None:
    automation = workshop.made("show a", "show b", "vim c", "cd ..", values=[{}] * 10, presence=(1.0, 1.0, 0.6, 0.6))
    assert not any("always does" in words for words in automation.adds)


@pytest.mark.parametrize("step", ["rm -f cache.db", "sudo show b", "git push --force", "rm -rf build", "wipe"])
def test_a_step_that_harms_is_left_out_unless_nearly_every_run_had_it(workshop, step: str) -> None:
    more = {"values": [{}] * 15, "aliases": {"wipe": "rm -f cache.db"}, "is_program": lambda name: name != "wipe"}
    automation = workshop.made("show a", step, "show c", presence=(1.0, 0.6, 1.0), **more)
    assert workshop.run(automation).stdout == b"<a><c>"
    assert f"leaves out `{step}`, which you did in 9 of 15 times" in automation.adds
    assert not any("always does" in words for words in automation.adds)


def test_a_deletion_of_nearly_every_run_is_part_of_it(workshop) -> None:
    automation = workshop.made("show a", "rm -f cache.db", values=[{}] * 15, presence=(1.0, 14 / 15))
    assert "|| rm -f cache.db\n" in automation.script.text


def test_what_was_never_done_without_a_deletion_is_not_done_without_it(workshop) -> None:
    less = workshop.made("show a", "rm -f cache.db", "show seed", values=[{}] * 15, presence=(1.0, 0.6, 0.6))
    assert workshop.run(less).stdout == b"<a>"
    assert "leaves out `show seed`, which you never did without that" in less.adds
    refusal = workshop.refused("sudo ls", "show seed", values=[{}] * 15, presence=(0.8, 0.8))
    assert refusal.reason is RefusalReason.PRIVILEGED
    assert refusal.detail == "what follows may need `sudo ls`, which you did in 12 of 15 times"
    assert workshop.made("show a", "rm -f cache.db", "show seed", values=[{}] * 15, presence=(1.0, 0.6, 0.8))
    assert workshop.made("show a", "show seed", "rm -f cache.db", values=[{}] * 15, presence=(1.0, 0.6, 0.6))


def test_a_virtual_environment_is_used_without_activating_it(workshop) -> None:
    automation = workshop.made("source .venv/bin/activate", "show $VIRTUAL_ENV", "deactivate")
    assert workshop.run(automation).stdout.endswith(b"/work/.venv>")
    assert any("virtual environment" in words for words in automation.adds)


def test_a_secret_comes_from_the_environment_and_is_never_text(workshop) -> None:
    automation = workshop.made("show -u me:{{secret:password}} 'Bearer {{secret:token}}' \"x {{secret:token}}\"")
    script = automation.script.text.split("set -euo", 1)[1]
    assert "{{" not in script
    assert b"PASSWORD" in workshop.run(automation).stderr
    env = {"PASSWORD": "p w", "TOKEN": "$(touch PWNED)", "TOKEN_2": "z"}
    assert workshop.run(automation, env=env).stdout == b"<-u><me:p w><Bearer $(touch PWNED)><x z>"


def test_a_secret_seen_as_a_value_is_never_a_default(workshop) -> None:
    automation = workshop.made("show --key {x}", values=[{"x": "{{secret:key}}"}] * 3)
    assert automation.parameters == ()
    assert 'show --key "${KEY}"' in automation.script.text


def test_a_guard_before_a_step_does_not_stop_the_script(workshop) -> None:
    automation = workshop.made("test -f nothing && show a", "show b")
    assert workshop.run(automation).stdout == b"<b>"


def test_a_reader_that_stops_early_is_no_failure(workshop) -> None:
    automation = workshop.made("seq 1 100000 | head -1", "show done")
    assert workshop.run(automation).stdout == b"1\n<done>"


def test_counting_nothing_is_no_failure(workshop) -> None:
    automation = workshop.made("grep -i zzz /etc/hostname | wc -l", "show done")
    assert workshop.run(automation).stdout == b"0\n<done>"


def test_names_with_blanks_survive_find_and_xargs(workshop) -> None:
    automation = workshop.made("find . -name '*.txt' | xargs show")
    (workshop.folder / "work").mkdir()
    (workshop.folder / "work" / "a b.txt").touch()
    assert workshop.run(automation).stdout == b"<./a b.txt>"


def test_no_recorded_text_reaches_the_header_unescaped(workshop) -> None:
    automation = workshop.made("show '{x}'", values=[{"x": "a"}, {"x": "b\nset -x\u202e"}])
    header = automation.script.text.split("\nset ")[0]
    assert "\u202e" not in header
    assert all(line.startswith("#") for line in header.splitlines() if line)


def test_a_value_nobody_can_see_is_no_default(workshop) -> None:
    assert workshop.made("show {x}", values=[{"x": "a\u3164b"}] * 3).parameters[0].default is None


def test_surrogate_escaped_bytes_keep_their_digest(workshop) -> None:
    assert len(workshop.made("show 'caf\udce9'").script.sha256) == 64


def _new(commands: list[str], name: str = "my-thing", taken: tuple[str, ...] = ()) -> object:
    return MicroAutomationCreator(AutomationCreation()).create_from_commands(
        commands,
        name,
        name_taken=lambda n: n in taken,
        aliases={},
        is_program=lambda n: True,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        home=None,
        cwd="/srv",
    )


def test_chosen_commands_go_the_same_way() -> None:
    automation = _new(["show a; show b", "git push"])
    assert isinstance(automation, Automation)
    assert (automation.name, automation.pattern_id, automation.potential, automation.cwd) == ("my-thing", None, None, "/srv")
    assert "from 2 chosen commands" in automation.script.text
    refusal = _new(["sudo ls"])
    assert getattr(refusal, "reason", None) is RefusalReason.PRIVILEGED


@pytest.mark.parametrize("name", ["", "a", "Build", "1st", "a b", "a/b", "-x", "x" * 42, "shellcheck-all", "a\nb"])
def test_a_name_that_cannot_be_a_command_is_an_error(name: str) -> None:
    with pytest.raises(RequestError):
        _new(["ls -l"], name)


@pytest.mark.parametrize("name", ["git-up", "cargo-fmt", "docker-ps-all"])
def test_a_name_that_git_or_its_like_would_start_is_an_error(name: str) -> None:
    with pytest.raises(RequestError, match="would also answer to"):
        _new(["show a"], name)


def test_a_taken_name_is_an_error() -> None:
    with pytest.raises(RequestError, match="already"):
        _new(["ls -l"], taken=("my-thing",))


def test_the_folder_and_variables_set_before_an_editor_are_kept(workshop) -> None:
    automation = workshop.made("cd proj", "export LEVEL=3", "source .venv/bin/activate", "ls -l", "show early", "vim a.py", "show late")
    steps = re.findall(r"^: step \d+\n(.*)$", automation.script.text, re.MULTILINE)
    assert steps == [
        "cd proj",
        "export LEVEL=3",
        'export VIRTUAL_ENV="$PWD/.venv" PATH="$PWD/.venv/bin:$PATH"',
        "((from_step > 4)) || show late",
    ]
    assert [words for words in automation.adds if "to you" in words] == [
        "leaves `show early` to you, before it",
        "leaves `vim a.py` to you, before it",
    ]


def test_a_folder_before_an_editor_is_nothing_to_keep_when_only_looks_follow(workshop) -> None:
    assert workshop.refused("cd proj", "vim a.py", "ls").reason is RefusalReason.INTERACTIVE
