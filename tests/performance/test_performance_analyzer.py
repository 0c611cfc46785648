"""Findings from planted metrics: what is found, in which order, with which figures and cause."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from math import exp

import pytest

from vynexus_tui.domain.cycles import SystemSample
from vynexus_tui.domain.events import CostSource
from vynexus_tui.domain.findings import Finding, FindingKind, PerformanceReport
from vynexus_tui.domain.runs import CommandMetric
from vynexus_tui.domain.settings import PerformanceAnalysis
from vynexus_tui.performance.performance_analyzer import PerformanceAnalyzer

NOW = datetime(2025, 5, 16, 18, 0, tzinfo=UTC)
GIB = 2**30


def series(
    family: str,
    durations_s: Sequence[float | None],
    *,
    command: str | Sequence[str] | None = None,
    exits: Sequence[int | None] | None = None,
    cores: float | Sequence[float] | None = None,
    every: timedelta = timedelta(hours=4),
    until: datetime = NOW,
    project: str | None = "/home/me/app",
    peak_memory_bytes: int | None = None,
    is_dated: bool = True,
) -> list[CommandMetric]:
    count = len(durations_s)
    commands = [command or family] * count if command is None or isinstance(command, str) else list(command)
    used = [cores] * count if cores is None or isinstance(cores, (int, float)) else list(cores)
    return [
        CommandMetric(
            family=family,
            command=commands[i],
            started_at=until - (count - i) * every if is_dated else None,
            duration_s=duration,
            exit_code=0 if exits is None else exits[i],
            cpu_s=None if used[i] is None or duration is None else duration * (used[i] or 0),
            cost_source=CostSource.NONE if used[i] is None else CostSource.SHELL_DELTA,
            project=project,
            peak_memory_bytes=peak_memory_bytes,
        )
        for i, duration in enumerate(durations_s)
    ]


def noisy(typical_s: float, count: int, *, seed: str = "n", sigma: float = 0.05) -> list[float]:
    r = random.Random(seed)
    return [typical_s * exp(r.gauss(0, sigma)) for _ in range(count)]


def analyze(
    *groups: list[CommandMetric],
    settings: PerformanceAnalysis | None = None,
    interactive: Callable[[str], bool] = lambda command: command.startswith("vim"),
    core_count: int = 4,
    memory_bytes: int | None = 16 * GIB,
) -> PerformanceReport:
    analyzer = PerformanceAnalyzer(settings or PerformanceAnalysis(), core_count, memory_bytes)
    return analyzer.analyze([m for group in groups for m in group], now=NOW, interactive=interactive)


def only(report: PerformanceReport, kind: FindingKind) -> Finding:
    [found] = [f for f in report.findings if f.kind is kind]
    return found


def kinds(report: PerformanceReport) -> list[FindingKind]:
    return [f.kind for f in report.findings]


def test_a_command_above_the_limit_is_slow_and_costs_what_the_excess_adds_up_to() -> None:
    # three times a day at 10 s: nine seconds over the limit, 21 times a week
    report = analyze(series("npm run build", noisy(10.0, 84), every=timedelta(hours=8)))
    slow = only(report, FindingKind.SLOW)
    assert slow.subject == "npm run build"
    assert slow.lost_s_per_week == pytest.approx(9 * 21, rel=0.05)
    assert "limit 1.0 s" in slow.fact
    assert "21 times a week" in slow.fact


def test_the_limit_is_a_setting() -> None:
    metrics = series("npm run build", noisy(10.0, 40))
    assert kinds(analyze(metrics, settings=PerformanceAnalysis(slow_command_ms=20_000.0))) == []
    assert kinds(analyze(metrics, settings=PerformanceAnalysis(slow_command_ms=9_000.0))) == [FindingKind.SLOW]


def test_what_a_command_once_took_is_forgotten_when_it_became_quicker() -> None:
    assert FindingKind.SLOW not in kinds(analyze(series("make", [*noisy(40.0, 200), *noisy(0.5, 40)])))


def test_two_executions_are_not_yet_slow() -> None:
    assert kinds(analyze(series("make", [9.0, 9.0]))) == []
    assert kinds(analyze(series("make", [9.0, 9.0, 9.0]))) == [FindingKind.SLOW]


def test_findings_are_ranked_by_time_lost() -> None:
    rare = series("aws deploy", noisy(60.0, 4), every=timedelta(days=6))
    often = series("npm run build", noisy(8.0, 200), every=timedelta(hours=3))
    report = analyze(rare, often)
    assert [f.subject for f in report.findings] == ["npm run build", "aws deploy"]
    lost = [f.lost_s_per_week or 0 for f in report.findings]
    assert lost == sorted(lost, reverse=True)


def test_a_build_that_always_takes_long_comes_after_one_that_became_slower() -> None:
    always = series("cargo build", noisy(90.0, 100))
    slower = series("pytest", [*noisy(4.0, 60), *noisy(7.0, 40)])
    report = analyze(always, slower)
    assert kinds(report)[0] is FindingKind.REGRESSION
    assert report.findings[0].subject == "pytest"
    assert (report.findings[0].lost_s_per_week or 0) < (report.findings[1].lost_s_per_week or 0)


def test_a_finding_that_surely_costs_little_is_left_out_but_counted() -> None:
    report = analyze(series("apt list", noisy(1.2, 12), every=timedelta(days=2)), series("make", noisy(60.0, 60)))
    assert [f.subject for f in report.findings] == ["make"]
    assert report.hidden_count == 1


def test_an_hour_of_records_is_enough_to_see_a_slow_command() -> None:
    # Fifteen seconds in all: but who knows how many such hours the week has.
    assert kinds(analyze(series("make", [4.0] * 5, every=timedelta(minutes=10)))) == [FindingKind.SLOW]


def test_a_history_that_ended_long_ago_is_still_analyzed() -> None:
    old = series("make", noisy(20.0, 40), until=NOW - timedelta(days=400))
    assert only(analyze(old), FindingKind.SLOW).lost_s_per_week == pytest.approx(19 * 40, rel=0.1)


def test_undated_times_are_slow_but_cost_an_unknown_amount() -> None:
    slow = only(analyze(series("make", noisy(9.0, 10), is_dated=False)), FindingKind.SLOW)
    assert slow.lost_s_per_week is None
    assert "a week" not in slow.fact


def test_a_person_at_a_prompt_is_not_a_bottleneck() -> None:
    report = analyze(series("vim", noisy(300.0, 50), command="vim notes.txt"))
    assert report.findings == ()
    assert report.busiest == ()


def test_a_program_that_waits_for_a_person_is_known_by_its_figures() -> None:
    r = random.Random("sessions")
    console = series("mytool console", [exp(r.gauss(4.5, 1.6)) for _ in range(60)], cores=0.005)
    assert [f for f in analyze(console).findings if f.kind in {FindingKind.SLOW, FindingKind.REGRESSION}] == []


def test_an_untimed_history_says_what_is_missing_and_what_repairs_it() -> None:
    report = analyze(series("make", [None] * 30, exits=[None] * 30, is_dated=False))
    assert report.findings == ()
    assert report.median_duration_s is None
    assert report.failure_share is None
    assert report.missing is not None
    assert "durations" in report.missing
    assert "vynexus hook install" in report.missing


def test_nothing_at_all_says_so() -> None:
    report = analyze([])
    assert report.metric_count == 0
    assert report.missing is not None
    assert "vynexus hook install" in report.missing


def test_totals_are_those_of_the_metrics() -> None:
    report = analyze(series("make", [2.0, 4.0, 9.0], exits=[0, 0, 2]), series("ls", [0.1] * 4, exits=[0, 0, None, 130]))
    assert report.metric_count == 7
    assert report.median_duration_s == 0.1
    assert report.failure_share == pytest.approx(1 / 5)
    assert report.busiest == (("make", 15.0), ("ls", pytest.approx(0.4)))
    assert report.missing is None


# --- changes against the own past ------------------------------------------------------------------------------------------------------


def test_a_slowdown_is_dated_in_the_persons_time_zone_and_names_the_suspect() -> None:
    metrics = series("pytest", [*noisy(4.0, 60), *noisy(9.0, 40)])
    first_slow_at = metrics[60].started_at
    assert first_slow_at is not None
    pull = series("npm install", [3.0], command="npm install left-pad", until=first_slow_at)
    harmless = series("ls", [0.0], until=first_slow_at + timedelta(hours=3, minutes=30))
    zone = timezone(timedelta(hours=2))
    report = PerformanceAnalyzer(PerformanceAnalysis(), 4, None).analyze(
        metrics + pull + harmless, now=NOW.astimezone(zone), interactive=lambda _: False
    )
    found = only(report, FindingKind.REGRESSION)
    assert found.since == first_slow_at
    assert first_slow_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") in found.fact
    assert found.suggestion is not None
    assert "`npm install left-pad`" in found.suggestion.text
    assert found.is_confirmed
    assert found.lost_s_per_week == pytest.approx(5 * 42, rel=0.1)


def test_a_busy_machine_is_not_the_commands_fault() -> None:
    # Wall time doubles, CPU time does not: somebody else took the cores.
    walls = [*noisy(4.0, 60), *noisy(8.0, 40)]
    metrics = series("cargo check", walls, cores=[0.95] * 60 + [0.475] * 40)
    assert FindingKind.REGRESSION not in kinds(analyze(metrics))
    assert FindingKind.REGRESSION in kinds(analyze(series("cargo check", walls)))


def test_more_computing_is_a_slowdown_and_says_so() -> None:
    metrics = series("cargo check", [*noisy(4.0, 60, sigma=0.01), *noisy(8.0, 40, sigma=0.01)], cores=0.95)
    found = only(analyze(metrics), FindingKind.REGRESSION)
    assert found.suggestion is not None
    assert "CPU time 3.8 s → 7.6 s" in found.suggestion.text


def test_longer_waiting_is_a_slowdown_and_says_so() -> None:
    walls = [*noisy(4.0, 60), *noisy(9.0, 40)]
    metrics = series("git push", walls, cores=[0.05 * 4.0 / w for w in walls])
    found = only(analyze(metrics), FindingKind.REGRESSION)
    assert found.suggestion is not None
    assert "waits longer" in found.suggestion.text


def test_a_speed_up_is_reported_last_and_costs_nothing() -> None:
    report = analyze(series("pytest", [*noisy(12.0, 60), *noisy(5.0, 40)]))
    assert kinds(report) == [FindingKind.SLOW, FindingKind.IMPROVEMENT]
    assert report.findings[-1].lost_s_per_week is None


def test_every_project_has_its_own_past() -> None:
    small = series("make", noisy(2.0, 60), project="/p/small")
    large = series("make", noisy(9.0, 60), project="/p/large", until=NOW + timedelta(days=10))
    assert FindingKind.REGRESSION not in kinds(analyze(small, large))


def test_a_failed_execution_says_nothing_about_speed() -> None:
    walls = [*noisy(9.0, 60), *noisy(0.3, 40)]
    report = analyze(series("make", walls, exits=[0] * 60 + [2] * 40))
    assert FindingKind.IMPROVEMENT not in kinds(report)


# --- failures --------------------------------------------------------------------------------------------------------------------------


def test_a_command_that_began_to_fail_is_dated_counted_and_explained() -> None:
    metrics = series("deploy.sh", noisy(20.0, 58), exits=[0] * 50 + [127] * 8)
    found = only(analyze(metrics), FindingKind.FAILURES)
    assert "fails 8 of 8" in found.fact
    assert "before 0 of 50" in found.fact
    assert found.since == metrics[50].started_at
    assert found.suggestion is not None
    assert "127" in found.suggestion.text
    assert "not found" in found.suggestion.text
    assert found.lost_s_per_week is not None
    assert found.lost_s_per_week > 0


def test_a_command_that_always_failed_often_is_found_with_its_culprit() -> None:
    commands = [f"make {'deploy' if i % 2 else 'lint'}" for i in range(60)]
    exits = [2 if i % 2 and i % 6 != 5 else 0 for i in range(60)]
    found = only(analyze(series("make", noisy(8.0, 60), command=commands, exits=exits)), FindingKind.FAILURES)
    assert "fails 20 of 60" in found.fact
    assert found.suggestion is not None
    assert "20 of 20 failures are `make deploy` (exit 2)" in found.suggestion.text


def test_ctrl_c_is_not_a_failure() -> None:
    assert FindingKind.FAILURES not in kinds(analyze(series("npm run dev", noisy(600.0, 60), exits=[130] * 60)))


def test_no_match_is_not_a_failure() -> None:
    assert FindingKind.FAILURES not in kinds(analyze(series("grep", noisy(2.0, 60), command="grep -r x .", exits=[1] * 60)))


def test_a_failure_costs_its_own_time_and_the_way_back_to_success() -> None:
    # every third of 81 fails after 10 s; the next success begins a minute later
    exits = [2 if i % 3 == 0 else 0 for i in range(81)]
    metrics = series("make", [10.0] * 81, exits=exits, every=timedelta(seconds=70))
    found = only(analyze(metrics), FindingKind.FAILURES)
    low_share = 0.255  # Wilson's bound of 27 of 81
    assert found.lost_s_per_week == pytest.approx(low_share * 81 * (10 + 60), rel=0.01)


# --- causes ----------------------------------------------------------------------------------------------------------------------------


def advice(report: PerformanceReport, kind: FindingKind = FindingKind.SLOW) -> str:
    suggestion = only(report, kind).suggestion
    assert suggestion is not None
    return suggestion.text


def test_the_argument_that_takes_the_time_is_named() -> None:
    commands = ["make docs" if i % 3 == 0 else "make lint" for i in range(60)]
    walls = [40.0 if c == "make docs" else 1.5 for c in commands]
    assert "`make docs`: 93 % of the time in 13 of 40 executions, 40 s each" in advice(analyze(series("make", walls, command=commands)))


def test_being_frequent_is_not_a_cause() -> None:
    commands = ["make docs" if i % 5 == 0 else "make lint" for i in range(60)]
    assert "make lint" not in advice(analyze(series("make", noisy(8.0, 60), command=commands)))


def test_the_project_that_takes_the_time_is_named() -> None:
    small, large = series("make", [1.5] * 30, project="/p/small"), series("make", [30.0] * 12, project="/p/large")
    assert "in /p/large: 90 % of the time in 12 of 40 executions" in advice(analyze(small, large))


def test_waiting_is_told_from_computing() -> None:
    assert "94 % of its wall time is waiting, not computing" in advice(analyze(series("git fetch", noisy(8.0, 40), cores=0.06)))


def test_one_core_of_many_is_pointed_out_with_the_flag() -> None:
    assert "computes on 1.0 of 4 cores: try `make -j4`" in advice(analyze(series("make", noisy(30.0, 40), cores=0.98)))


def test_the_same_command_again_with_nothing_between_could_be_kept() -> None:
    metrics = series("kubectl get", [5.0] * 40, command="kubectl get pods", every=timedelta(minutes=1))
    suggestion = only(analyze(metrics), FindingKind.SLOW).suggestion
    assert suggestion is not None
    assert "39 of 40 executions repeat the one before" in suggestion.text
    assert suggestion.expected_saving_s == pytest.approx(39 * 5.0)


def test_a_command_between_breaks_a_repeat() -> None:
    gets = series("kubectl get", [5.0] * 40, command="kubectl get pods", every=timedelta(minutes=1))
    applies = series("kubectl apply", [0.2] * 40, until=NOW - timedelta(seconds=20), every=timedelta(minutes=1))
    assert "repeat" not in advice(analyze(gets, applies))


def test_failing_and_trying_again_is_named() -> None:
    exits = [1, 0] * 30
    metrics = series("ssh-add-and-push", [6.0] * 60, exits=exits, every=timedelta(seconds=50), project=None)
    assert "30 of 30 failures were followed within 2 min by the same command" in advice(analyze(metrics))


def test_without_cpu_time_it_says_so_instead_of_guessing() -> None:
    text = advice(analyze(series("rake", noisy(8.0, 40))))
    assert "CPU time was not recorded" in text
    assert "vynexus hook install" in text


@pytest.mark.parametrize("cores", [None, 0.05, 0.5, 1.0, 3.9])
def test_every_slow_command_gets_advice_with_figures(cores: float | None) -> None:
    text = advice(analyze(series("frobnicate", noisy(8.0, 40), cores=cores)))
    assert any(ch.isdigit() for ch in text)


# --- the machine's limits ----------------------------------------------------------------------------------------------------------------


def test_a_command_that_takes_the_whole_machine_is_a_cpu_finding() -> None:
    found = only(analyze(series("make", noisy(0.9, 40), cores=3.6)), FindingKind.CPU)
    assert "3.6 of 4 cores" in found.fact
    assert "90 %, limit 80 %" in found.fact
    assert found.suggestion is not None
    assert kinds(analyze(series("make", noisy(0.9, 40), cores=3.0))) == []
    assert kinds(analyze(series("make", noisy(0.9, 40), cores=3.0), settings=PerformanceAnalysis(cpu_limit_share=0.7))) == [FindingKind.CPU]


def test_a_command_that_takes_most_of_the_memory_is_a_memory_finding() -> None:
    metrics = series("ld", noisy(0.5, 10), peak_memory_bytes=14 * GIB)
    found = only(analyze(metrics), FindingKind.MEMORY)
    assert "14.0 GiB of 16.0 GiB (88 %, limit 80 %)" in found.fact
    assert kinds(analyze(metrics, memory_bytes=None)) == []
    assert kinds(analyze(metrics, memory_bytes=64 * GIB)) == []


def sample(**given: object) -> SystemSample:
    values: dict[str, object] = dict.fromkeys(("cpu_share", "memory_share", "load_1min", "own_cpu_share", "own_memory_bytes"))
    return SystemSample(taken_at=NOW, **{**values, **given})  # type: ignore[arg-type]


def machine(samples: list[SystemSample]) -> list[str]:
    return [f.subject for f in PerformanceAnalyzer(PerformanceAnalysis(), 4, None).examine_machine(samples)]


def test_a_full_machine_is_found_after_three_of_five_readings() -> None:
    full, idle = sample(cpu_share=0.95, pressure_cpu_share=0.5), sample(cpu_share=0.1, pressure_cpu_share=0.0)
    assert machine([full, full, idle, idle, idle]) == []
    assert machine([idle, idle, full, full, full]) == ["CPU"]
    assert machine([full] * 9 + [idle] * 5) == []


def test_busy_cores_that_keep_nobody_waiting_are_no_bottleneck() -> None:
    assert machine([sample(cpu_share=0.95, pressure_cpu_share=0.02)] * 5) == []
    assert machine([sample(cpu_share=0.95)] * 5) == ["CPU"]


def test_full_memory_is_found_and_unknown_memory_is_not_full() -> None:
    assert machine([sample(memory_share=0.9)] * 5) == ["memory"]
    assert machine([sample()] * 5) == []


def test_a_hundred_thousand_steady_metrics_raise_no_alarm() -> None:
    r = random.Random("many")
    typical = [exp(r.gauss(0, 1.5)) for _ in range(300)]
    metrics = []
    for i in range(100_000):
        k = r.randrange(20) if r.random() < 0.7 else r.randrange(300)
        duration = typical[k] * exp(r.gauss(0, 0.3))
        metrics.append(
            CommandMetric(
                family=f"program{k} verb",
                command=f"program{k} verb {r.randrange(30)}",
                started_at=NOW - timedelta(minutes=100_000 - i),
                duration_s=duration,
                exit_code=int(r.random() < 0.05),
                cpu_s=duration * r.uniform(0.1, 0.9),
                cost_source=CostSource.SHELL_DELTA,
                project=f"/p/{r.randrange(5)}",
            )
        )
    report = PerformanceAnalyzer(PerformanceAnalysis(), 4, None).analyze(metrics, now=NOW, interactive=lambda _: False)
    # of 1500 steady series none is called a regression for sure
    assert [f for f in report.findings if f.kind in {FindingKind.REGRESSION, FindingKind.IMPROVEMENT} and f.is_confirmed] == []


def test_only_the_newest_are_analyzed() -> None:
    old, new = series("old", [9.0] * 20, until=NOW - timedelta(days=9)), series("new", [0.1] * 5000, every=timedelta(minutes=1))
    report = analyze(old, new, settings=PerformanceAnalysis(max_metrics=5000))
    assert report.metric_count == 5000
    assert report.findings == ()
