"""Scheduling with keys: the real engine and store, and programs on PATH that stand in for the machine's schedulers."""

from dataclasses import replace

import pytest

from tests.scheduler_programs import SchedulerPrograms
from tests.tui.driving import at_main, screen_text, until, until_hearing, until_shown
from tests.tui.test_deciding import SIZE, the_automation
from vynexus_tui.domain.automations import AutomationStatus, Parameter, Risk, RiskLevel
from vynexus_tui.engine.assembly import build_shortcuts, open_workspace, writing
from vynexus_tui.store import automations_table
from vynexus_tui.store.database import transaction
from vynexus_tui.tui.app import VynexusApp
from vynexus_tui.tui.screens.main import MainScreen
from vynexus_tui.tui.screens.scheduling import ScheduleScreen


@pytest.fixture
def programs(habitual, tmp_path):
    programs = SchedulerPrograms(tmp_path / "programs", habitual.paths.home)
    programs.add_systemd(lingers=False)
    return programs


def live_one(habitual, programs, **given):
    """The person with the one automation approved, and a scheduler that answers."""
    workspace = open_workspace(dict(habitual.environment) | programs.environment)
    with writing(workspace) as connection, transaction(connection):
        (automation,) = automations_table.read_automations(connection)
        values = {"status": AutomationStatus.LIVE, "runs_in": automation.cwd, "risk": Risk(level=RiskLevel.LOW)} | given
        automations_table.write_automation(connection, replace(automation, **values))
    build_shortcuts(workspace).install(automation)
    return workspace


async def at_schedule(pilot):
    await at_main(pilot)
    await until_hearing(pilot)
    await pilot.press("t")
    await until(pilot, lambda: isinstance(pilot.app.screen, ScheduleScreen), what="schedule screen")


async def typed(pilot, text):
    for key in text:
        await pilot.press({" ": "space", ":": "colon"}.get(key, key))


async def type_over(pilot):
    """The time that was found stands in the box already."""
    await until(pilot, lambda: pilot.app.screen.query_one("#when").value, what="the time found")
    await pilot.click("#when")
    await pilot.press("home", "ctrl+k")


async def test_a_time_is_typed_seen_to_the_letter_and_scheduled_with_enter(habitual, programs):
    app = VynexusApp(live_one(habitual, programs))
    async with app.run_test(size=SIZE) as pilot:
        await at_schedule(pilot)
        await until_shown(pilot, "OnCalendar=")
        assert not programs.units.exists()
        await type_over(pilot)
        await typed(pilot, "weekdays 9:00")
        await until_shown(pilot, "OnCalendar=Mon..Fri")
        await until_shown(pilot, "enable-linger")
        await pilot.press("enter")
        await until_hearing(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: the_automation(app).automation.schedule is not None, what="scheduled")
        await until_shown(pilot, "is scheduled: weekdays 09:00")
        assert list(programs.units.glob("vynexus-*.timer"))
        await until_shown(pilot, "weekdays 09:00  next ")
        await until_hearing(pilot)
        await pilot.press("u")
        await until(pilot, lambda: the_automation(app).automation.schedule is None, what="taken back")
        assert not list(programs.units.glob("vynexus-*"))


async def test_x_takes_it_off(habitual, programs):
    app = VynexusApp(live_one(habitual, programs))
    async with app.run_test(size=SIZE) as pilot:
        await at_schedule(pilot)
        await type_over(pilot)
        await typed(pilot, "daily 07:30")
        await until_shown(pilot, "OnCalendar=*-*-* 07:30")
        await pilot.press("enter")
        await until_hearing(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: the_automation(app).automation.schedule is not None, what="scheduled")
        await at_schedule(pilot)
        await until_shown(pilot, "daily 07:30")
        await until_hearing(pilot)
        await pilot.press("x")
        await until(pilot, lambda: the_automation(app).automation.schedule is None, what="off")
        assert isinstance(app.screen, MainScreen)


async def test_a_value_that_nobody_would_be_there_to_say_is_asked_for(habitual, programs):
    workspace = live_one(habitual, programs, parameters=(Parameter(name="region", default=None),))
    app = VynexusApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await at_schedule(pilot)
        await pilot.click("#when")
        await typed(pilot, "daily 07:30")
        await until_shown(pilot, "nobody will be there to say region")
        await until(pilot, lambda: not app.screen._is_reading, what="read")
        await pilot.press("escape", "enter")
        await until_shown(pilot, "nothing to schedule yet")
        await pilot.click("#argument_0")
        await typed(pilot, "north")
        await until_shown(pilot, "region = north")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"risk": Risk(level=RiskLevel.HIGH, reasons=("force push",))}, "is never scheduled: force push"),
        ({"status": AutomationStatus.PAUSED}, "only a live automation can be scheduled"),
        ({"is_function": True}, "a timer has none"),
    ],
)
async def test_what_is_never_scheduled_says_why(habitual, programs, given, reason):
    app = VynexusApp(live_one(habitual, programs, **given))
    async with app.run_test(size=SIZE) as pilot:
        await at_main(pilot)
        await until_hearing(pilot)
        await pilot.press("t")
        await until_shown(pilot, reason)
        assert "Schedule ›" not in screen_text(app)
