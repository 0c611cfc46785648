"""What is listed, what is not, and in which order."""

from dataclasses import replace
from random import Random

import pytest

from vynexus_tui.domain.events import Actor, CountQuality
from vynexus_tui.domain.patterns import PatternKind

RELEASE = ["git pull", "npm run build", "npm run deploy"]
EVERYDAY = ["git status", "cd src", "ls", "vim a.py", "pytest", "git diff", "cat b.py", "make", "less x.log", "cd ..", "python c.py"]


def _days(*steps: str, times: int) -> list[list[str]]:
    """Sessions in which `steps` lie in everyday noise that changes from day to day; `{k}` is the day's number."""
    rng = Random(7)
    return [[*rng.sample(EVERYDAY, 4), *(s.replace("{k}", f"{k}") for s in steps), *rng.sample(EVERYDAY, 4)] for k in range(times)]


def test_a_workflow_is_found_in_everyday_noise(type_sessions, identify):
    (pattern,) = identify(type_sessions(_days(*RELEASE, times=9)))
    assert [step.text for step in pattern.steps] == RELEASE
    assert (pattern.kind, pattern.occurrence_count, pattern.session_count) == (PatternKind.WORKFLOW, 9, 9)
    assert pattern.worthy
    assert pattern.reasons == ()


def test_commands_run_twice_are_not_yet_a_pattern(type_sessions, identify):
    assert identify(type_sessions([RELEASE, RELEASE])) == ()


def test_what_is_repeated_in_a_history_of_one_session_is_listed_and_not_offered(type_sessions, identify):
    (pattern,) = identify(type_sessions([RELEASE * 6]))
    assert not pattern.worthy
    assert pattern.reasons[0] == "seen in one session only"
    assert pattern.potential.score < 0.7


def test_among_other_sessions_what_is_repeated_in_one_only_is_not_a_pattern(type_sessions, identify):
    assert identify(type_sessions([RELEASE * 6, EVERYDAY, EVERYDAY[::-1]])) == ()


def test_three_times_in_two_sessions_is_a_pattern(type_sessions, identify):
    (pattern,) = identify(type_sessions([RELEASE + EVERYDAY + RELEASE, RELEASE]))
    assert pattern.occurrence_count == 3
    assert pattern.session_count == 2


def test_a_workflow_is_found_although_other_commands_come_in_between(type_sessions, identify):
    sessions = [["git pull", EVERYDAY[k], "npm run build", "npm run deploy"] for k in range(6)]
    (pattern,) = identify(type_sessions(sessions))
    assert [step.text for step in pattern.steps] == RELEASE


def test_one_line_with_and_is_the_same_workflow_as_several_lines(type_sessions, identify):
    sessions = [[" && ".join(RELEASE)] if k % 2 else RELEASE for k in range(6)]
    (pattern,) = identify(type_sessions(sessions))
    assert pattern.occurrence_count == 6
    assert sorted(len(o.event_ids) for o in pattern.occurrences) == [1, 1, 1, 3, 3, 3]


def test_what_varies_becomes_a_parameter_shared_by_all_steps(type_sessions, identify):
    names = ["cat", "dog", "cow", "hen", "pig"]
    (pattern,) = identify(type_sessions([[f"convert {n}.png {n}.jpg", f"scp {n}.jpg web:/srv/img"] for n in names]))
    assert [step.template for step in pattern.steps] == ["convert {name}.png {name}.jpg", "scp {name}.jpg web:/srv/img"]
    assert [o.slot_values["name"] for o in pattern.occurrences] == names
    assert pattern.bindings == ((0, 1, "name"),)


def test_a_message_in_quotes_varies_inside_the_quotes(type_sessions, identify):
    (pattern,) = identify(type_sessions([["git add -A", f'git commit -m "fix thing {k}"', "git push"] for k in range(5)]))
    commit = pattern.steps[1]
    (slot,) = commit.slots
    assert commit.text[slot.start : slot.end] == "fix thing 4"
    assert slot.name == "message"


def test_a_long_command_typed_again_and_again_is_an_exact_pattern(type_sessions, identify):
    (pattern,) = identify(type_sessions(_days("docker compose -f prod.yml up -d --build", times=4)))
    assert pattern.kind is PatternKind.EXACT


def test_a_long_command_with_one_changing_value_is_parameterised(type_sessions, identify):
    (pattern,) = identify(type_sessions(_days("rsync -av --delete ~/photos/day{k}/ nas:/volume1/photos/day{k}/", times=6)))
    assert pattern.kind is PatternKind.PARAMETERISED
    assert len(pattern.parameter_names) == 1


@pytest.mark.parametrize("noise", [["git status"], ["ls"], ["cd proj", "ls", "cd ..", "ls -la"], ["vim notes.md", "ls"]])
def test_short_commands_and_looking_around_are_not_listed(type_sessions, identify, noise):
    assert identify(type_sessions([noise * 8 for _ in range(12)])) == ()


def test_cd_stays_in_a_workflow_that_needs_it(type_sessions, identify):
    (pattern,) = identify(type_sessions(_days("cd ~/shop", "git pull", "make install", times=6)))
    assert [step.text for step in pattern.steps] == ["cd ~/shop", "git pull", "make install"]
    assert pattern.worthy


def test_our_own_automations_are_never_habits(type_sessions, identify):
    assert identify(type_sessions([RELEASE] * 6, actor=Actor.AUTOMATION)) == ()


def test_mistyped_commands_are_no_steps(type_sessions, identify):
    events = type_sessions([["git pull", "nmp run build", "npm run build", "npm run deploy"]] * 5)
    events = [replace(e, exit_code=127) if e.command.startswith("nmp") else e for e in events]
    (pattern,) = identify(events)
    assert [step.text for step in pattern.steps] == RELEASE


def test_of_a_failed_try_and_its_repeat_the_repeat_counts(type_sessions, identify):
    events = type_sessions([["git pull", "npm run build", "npm run build", "npm run deploy"]] * 5)
    events = [replace(e, exit_code=1) if e.event_id % 4 == 1 else e for e in events]
    (pattern,) = identify(events)
    assert all(o.is_successful for o in pattern.occurrences)
    assert pattern.occurrences[0].event_ids == (0, 2, 3)


def test_an_interactive_workflow_is_listed_below_with_its_reason(type_sessions, identify):
    release = ["make bundle", "ssh web", "scp bundle.tgz web:/srv"]
    patterns = identify(type_sessions([release if k % 2 else RELEASE for k in range(12)]))
    assert [p.worthy for p in patterns] == [True, False]
    assert patterns[1].reasons == ("ssh opens a session",)


@pytest.mark.parametrize("release", [["vim notes.md", *RELEASE], [*RELEASE, "ssh web"]])
def test_an_editor_before_or_a_session_after_a_routine_leaves_the_routine_worthy(type_sessions, identify, release):
    (pattern,) = identify(type_sessions(_days(*release, times=9)))
    assert pattern.worthy
    assert [step.text for step in pattern.steps] == release


def test_looking_at_one_file_again_and_again_is_nothing_to_automate(type_sessions, identify):
    assert identify(type_sessions(_days("git blame server/api/handlers.py", times=12))) == ()


def test_a_workflow_that_mostly_fails_is_not_worthy(type_sessions, identify):
    (pattern,) = identify([replace(e, exit_code=2) for e in type_sessions([RELEASE] * 5)])
    assert pattern.reasons == ("fails: 5 of 5 times",)


def test_an_afternoon_of_retries_is_not_worthy(type_sessions, identify):
    edits = [f"scp report{k}.zip backup@nas.lan:/volume1/incoming/reports" for k in range(9)]
    patterns = identify(type_sessions([[e for pair in zip(edits, EVERYDAY, strict=False) for e in pair], edits[:1], edits[1:2]]))
    assert [p.worthy for p in patterns] == [False]
    assert patterns[0].reasons[0].startswith("a burst: 9 of 11 times")


def test_one_command_tried_in_different_ways_is_not_worthy(type_sessions, identify):
    sessions = [[f"curl http://10.0.0.{k}/a{k}", f"curl -I http://host{k * 7 % 5}/x{k * k}"] for k in range(1, 8)]
    patterns = identify(type_sessions(sessions))
    assert all("one command, tried in different ways" in p.reasons for p in patterns if len(p.steps) > 1)


def test_an_alias_that_exists_is_pointed_out(type_sessions, identify):
    log = "git log --oneline --graph --all"
    (pattern,) = identify(type_sessions(_days(log, times=9)), aliases={"gl": log})
    assert not pattern.worthy
    assert pattern.reasons == ("use your alias gl",)


def test_a_make_target_that_exists_is_a_name_already(type_sessions, identify):
    target = "make release-candidate-for-customers"
    (pattern,) = identify(type_sessions(_days(target, times=9)), known_targets=())
    assert not pattern.worthy


def test_counts_of_a_shell_that_drops_repeats_are_not_trusted(type_sessions, identify):
    (pattern,) = identify(type_sessions([RELEASE] * 5, count_quality=CountQuality.DEDUPED))
    assert pattern.count_quality is CountQuality.DEDUPED
    assert not pattern.worthy


def test_an_event_belongs_to_one_pattern_only(type_sessions, identify):
    other = ["terraform fmt", "terraform validate", "terraform plan -out=x.plan", "terraform apply x.plan"]
    patterns = identify(type_sessions([RELEASE + other if k % 3 else other for k in range(9)]))
    owned = [e for p in patterns for o in p.occurrences for e in o.event_ids]
    assert len(patterns) == 2
    assert len(owned) == len(set(owned))


def test_the_best_pattern_comes_first(type_sessions, identify):
    other = ["terraform fmt", "terraform validate", "terraform apply"]
    patterns = identify(type_sessions([RELEASE + (other if k % 3 == 0 else []) for k in range(12)]))
    assert [p.steps[0].text for p in patterns] == ["git pull", "terraform fmt"]
    assert patterns[0].potential.score > patterns[1].potential.score


def test_the_same_history_gives_the_same_list(type_sessions, identify):
    events = type_sessions(_days(*RELEASE, times=8))
    assert identify(events) == identify(list(events))


def test_hands_on_time_counts_steps_and_short_gaps(type_sessions, identify):
    events = type_sessions([RELEASE] * 5)
    (pattern,) = identify(events)
    # Three steps of 2 s, two gaps of 8 s.
    assert {o.hands_on_s for o in pattern.occurrences} == {22.0}


def test_a_coffee_break_within_a_workflow_counts_30_seconds(type_sessions, identify):
    events = [replace(e, duration_s=1.0 if e.event_id % 3 == 0 else None) for e in type_sessions([RELEASE] * 5)]
    (pattern,) = identify(events)
    assert {o.hands_on_s for o in pattern.occurrences} == {None}


def test_an_empty_history_has_no_patterns(identify):
    assert identify([]) == ()


def test_hostile_lines_are_mined_like_any_other(type_sessions, identify):
    hostile = ["\x1b]0;owned\x07", "echo \udcff'", "$((", "a" * 70_000, "; " * 3000, "cat <<EOF\n$(rm -rf /)\nEOF", "\x00"]
    patterns = identify(type_sessions([[h, *RELEASE] for h in hostile]))
    assert [step.text for step in patterns[0].steps] == RELEASE


def test_a_workflow_of_which_a_step_was_replaced_is_still_one_workflow(type_sessions, identify):
    before, after = _days(*RELEASE, times=9), _days("git pull", "./bundle.sh --all", "npm run deploy", times=9)
    (pattern,) = identify(type_sessions(_days(times=30) + before + after))
    assert pattern.occurrence_count == 18


def test_workflows_that_share_their_first_steps_are_told_apart(type_sessions, identify):
    ship = ["docker build -t shop .", "docker push shop", "kubectl apply -f shop.yml", "kubectl rollout status deploy/shop"]
    scan = ["docker build -t shop .", "docker push shop", "trivy image shop", "report-upload --kind scan"]
    patterns = identify(type_sessions(_days(times=40) + _days(*ship, times=9) + _days(*scan, times=9)))
    assert sorted([step.text for step in p.steps] for p in patterns) == sorted([ship, scan])
