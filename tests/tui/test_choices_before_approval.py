"""Where an automation runs, and what it does with every set of values: the real engine, store and sandbox."""

from dataclasses import replace

from tests.tui.driving import until, until_hearing, until_shown
from tests.tui.test_deciding import SIZE, open_review, the_automation, try_it
from vynexus_tui.domain.automations import Parameter, Script, SeenCase
from vynexus_tui.engine.assembly import writing
from vynexus_tui.store import automations_table
from vynexus_tui.store.database import transaction
from vynexus_tui.tui.app import VynexusApp


def with_a_parameter(workspace, *values):
    """The one automation, now with a file as its parameter, seen with `values`."""
    with writing(workspace) as connection, transaction(connection):
        (automation,) = automations_table.read_automations(connection)
        changed = replace(
            automation,
            script=Script(text='#!/usr/bin/env bash\nset -euo pipefail\nfile="${1:-notes.txt}"\n\n: step 1\n\nsort "${file}"\n'),
            parameters=(Parameter(name="file", default="notes.txt"),),
            cases=tuple(SeenCase(arguments=(value,), cwd=automation.cwd) for value in values),
        )
        automations_table.write_automation(connection, changed)


async def test_f_changes_between_its_folder_and_the_one_it_is_called_in(isolating):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await try_it(pilot)
        first = the_automation(app).automation.runs_in
        await pilot.press("f")
        await until(pilot, lambda: the_automation(app).automation.runs_in != first, what="the other folder")
        second = the_automation(app).automation.runs_in
        assert {first, second} == {None, str(isolating.paths.home / "project")}
        await until_shown(pilot, "runs where it is called" if second is None else "runs always in ~/project")
        await until_hearing(pilot)
        await pilot.press("f")
        await until(pilot, lambda: the_automation(app).automation.runs_in == first, what="the first one again")


async def test_f_says_why_it_cannot_change_what_is_live(isolating):
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await try_it(pilot)
        await pilot.press("a")
        await until_shown(pilot, "is live: type")
        await until_hearing(pilot)
        await pilot.press("f")
        await until_shown(pilot, "where it runs is chosen before it is approved")


async def test_capital_s_tries_every_set_of_values_and_shows_each(isolating):
    with_a_parameter(isolating, "notes.txt", "gone.txt")
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await open_review(pilot)
        await pilot.press("S")
        await until(pilot, lambda: the_automation(app).trial is not None, what="the suite")
        await until_shown(pilot, "1 of 2 sets of values passed")
        await until_shown(pilot, "With the other 1 set of values you used")
        await until_shown(pilot, "gone.txt  failed")
        await until_shown(pilot, "1 of 2 sets of arguments did not pass")


async def test_capital_s_says_so_when_there_is_one_set(isolating):
    with_a_parameter(isolating, "notes.txt")
    app = VynexusApp(isolating)
    async with app.run_test(size=SIZE) as pilot:
        await open_review(pilot)
        await pilot.press("S")
        await until_shown(pilot, "was not seen with several sets of values")
