"""Where one piece of work ends."""

from dataclasses import replace
from datetime import timedelta

from vynexus_tui.domain.events import Actor
from vynexus_tui.mining.segmentation import build_traces


def _texts(traces):
    return [[step.text for step in trace.steps] for trace in traces]


def test_each_session_is_a_trace(type_sessions):
    assert _texts(build_traces(type_sessions([["a", "b"], ["c"]]))) == [["a", "b"], ["c"]]


def test_a_long_pause_ends_a_trace_but_not_the_session(type_sessions):
    events = type_sessions([["a", "b"]])
    events[1] = replace(events[1], started_at=events[1].started_at + timedelta(minutes=40))
    traces = build_traces(events)
    assert _texts(traces) == [["a"], ["b"]]
    assert traces[0].session_id == traces[1].session_id


def test_a_shell_left_open_over_night_counts_as_two_sessions(type_sessions):
    events = type_sessions([["a", "b"]])
    events[1] = replace(events[1], started_at=events[1].started_at + timedelta(hours=14))
    assert len({trace.session_id for trace in build_traces(events)}) == 2


def test_a_long_running_command_is_no_pause(type_sessions):
    events = type_sessions([["make", "b"]])
    events = [replace(events[0], duration_s=7200.0), replace(events[1], started_at=events[1].started_at + timedelta(hours=2))]
    assert len(build_traces(events)) == 1


def test_in_one_history_file_a_pause_separates_sessions(type_sessions):
    events = type_sessions([["a", "b"]], origin="zsh_history", session_id="zsh")
    events[1] = replace(events[1], started_at=events[1].started_at + timedelta(minutes=40))
    assert len({trace.session_id for trace in build_traces(events)}) == 2


def test_an_untimed_history_counts_a_session_every_100_lines_and_at_exit(type_sessions):
    lines = [f"c{i}" for i in range(250)]
    traces = build_traces(type_sessions([lines], is_timed=False))
    assert [len(trace.steps) for trace in traces] == [100, 100, 50]
    assert len({trace.session_id for trace in traces}) == 3
    assert [trace.is_continuation for trace in traces] == [False, True, True]
    lines[30] = "exit"
    traces = build_traces(type_sessions([lines], is_timed=False))
    assert [len(trace.steps) for trace in traces] == [30, 100, 100, 19]
    assert [trace.is_continuation for trace in traces] == [False, False, True, True]


def test_a_line_with_and_has_a_step_for_each_part(type_sessions):
    (trace,) = build_traces(type_sessions([["make && ./run --fast; ls | wc -l"]]))
    assert [step.text for step in trace.steps] == ["make", "./run --fast", "ls | wc -l"]
    assert {step.event_id for step in trace.steps} == {0}


def test_unknown_commands_and_our_own_automations_are_left_out(type_sessions):
    events = type_sessions([["a", "b", "c"]])
    events = [events[0], replace(events[1], exit_code=127), replace(events[2], actor=Actor.AUTOMATION)]
    assert _texts(build_traces(events)) == [["a"]]


def test_a_pasted_program_is_one_step(type_sessions):
    (trace,) = build_traces(type_sessions([["\n".join(f"echo {i}" for i in range(500))]]))
    assert len(trace.steps) == 1
