"""Somebody does not wait for VyNexus to notice: they make an automation of what they have just typed."""

import json
import shutil

import pytest

from tests.journeys.conftest import Person
from tests.journeys.pictures import take_picture
from tests.journeys.terminal import Desk

pytestmark = pytest.mark.journey


@pytest.mark.usefixtures("needs_sandbox")
def test_from_commands_just_typed_to_a_command_of_ones_own_and_a_function_for_fish(person: Person, desk: Desk) -> None:
    person.vynexus("hook", "install", "bash", "--yes")
    bash = desk.open("shell", f"{shutil.which('bash')} -i", cwd=person.shop, width=120, height=40)
    bash.wait_for("here>")
    for command in ("ls data", "sort -u data/north.csv -o data/north.sorted.csv", "wc -l data/north.sorted.csv", "clear"):
        bash.type(command)
    bash.type("vynexus new")
    bash.wait_for("The last commands of this shell:", "wc -l data/north.sorted.csv")

    dash = desk.open("dash", "vynexus", width=80, height=24)
    dash.wait_for("1 Automations")
    dash.press("n")
    dash.wait_for("The last commands you typed", "wc -l data/north.sorted.csv")
    dash.press("space", "k", "space")
    dash.wait_for("2 chosen  sort -u data/north.csv -o data/north.sorted.csv › wc -l")
    take_picture(dash, "new-80x24")
    dash.press("Enter")
    dash.type("sort-region region=north")
    dash.wait_for("made sort-region: s tries it")
    dash.press("s")
    dash.wait_for("passed: changes")
    dash.press("a")
    dash.wait_for("is live")

    bash.type("clear; sort-region west")
    bash.wait_for("data/west.sorted.csv")
    exported = person.vynexus("export", "sort-region", "--to", "fish").stdout
    assert exported.startswith("function sort-region --description ")
    (made,) = json.loads(person.vynexus("automations", "--json").stdout)["automations"]
    assert (made["status"], made["pattern_id"], made["cwd"]) == ("live", None, str(person.shop))
