"""Whole stories in a real terminal, as a person would live them."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from tests.journeys.conftest import Person
from tests.journeys.pictures import take_picture
from tests.journeys.story import write_stamped_history, write_untimed_history
from tests.journeys.terminal import Desk, Terminal

pytestmark = pytest.mark.journey


def only_automation(person: Person) -> str:
    (automation,) = json.loads(person.vynexus("automations", "--json").stdout)["automations"]
    return str(automation["name"])


def open_bash(desk: Desk, person: Person) -> Terminal:
    bash = desk.open("bash", f"{shutil.which('bash')} -i", cwd=person.shop, width=100, height=30)
    bash.wait_for("here>")
    return bash


@pytest.mark.usefixtures("needs_sandbox")
def test_from_a_history_with_times_to_a_running_automation_and_back(person: Person, desk: Desk) -> None:
    write_stamped_history(person.home, now=datetime.now(tz=UTC))
    rc_before = (person.home / ".bashrc").read_bytes()

    dash = desk.open("dash", "vynexus")
    dash.wait_for("1 routine found in ~/.bash_history, nothing stored yet", "Its script")
    take_picture(dash, "first-run-120x40")
    assert not (person.home / ".local").exists(), "something was written before it was asked for"

    dash.press("h")
    dash.wait_for(">>> vynexus >>>")
    dash.press("h")
    dash.wait_for("1 Automations", "1 needs you", "s: try it")
    name = only_automation(person)
    assert b">>> vynexus >>>" in (person.home / ".bashrc").read_bytes()
    bash = open_bash(desk, person)
    bash.type(f"type {name}")
    bash.wait_for("not found")

    dash.press("Enter")
    dash.wait_for("s tries it in ", "/shop")
    dash.press("s")
    dash.wait_for("passed: changes 1 file", "data/", "+1,x")
    take_picture(dash, "review-120x40")
    dash.press("a")
    dash.wait_for("is live")

    bash.type(f"clear; {name} west")
    bash.wait_for("data/west.sorted.csv", "3 data/west")
    assert (person.shop / "data/west.sorted.csv").read_text() == "1,x\n3,west\nid,total\n"

    dash.press("Escape")
    dash.wait_for("1 Automations", "live")
    dash.press("R")
    dash.wait_for("ran 1×")
    take_picture(dash, "after-a-run-120x40")
    dash.press("u")
    dash.wait_for("took back")
    bash.type(f"clear; {name} west")
    bash.wait_for("command not found")
    dash.press("q")
    assert dash.wait_until_ended() == 0
    person.vynexus("hook", "remove", "bash")
    assert (person.home / ".bashrc").read_bytes() == rc_before


@pytest.mark.usefixtures("needs_sandbox")
def test_the_commonest_history_there_is_two_thousand_lines_without_a_time(person: Person, desk: Desk) -> None:
    write_untimed_history(person.home)
    dash = desk.open("dash", "vynexus", width=80, height=24)
    dash.wait_for("routine found in ~/.bash_history, nothing stored yet", patience_s=20)
    dash.wait_for("no dates")
    take_picture(dash, "first-run-80x24")
    dash.press("Enter")
    dash.wait_for("Automations", "try it")
    dash.press("Enter")
    dash.wait_for("s tries it in ", "/shop")
    dash.press("s")
    dash.wait_for("passed: changes 1 file")
    take_picture(dash, "review-80x24")
    dash.press("a")
    dash.wait_for("is live")
    name = only_automation(person)
    assert person.vynexus("run", name, "south", cwd=person.shop).stdout.strip().endswith("data/south.sorted.csv")
    dash.press("Escape")
    dash.wait_for("Automations")
    dash.press("q")
    assert dash.wait_until_ended() == 0
    saved = json.loads(person.vynexus("savings", "--json").stdout)
    assert saved["low_s"] is None, "minutes were shown where nothing was measured by hand"


@pytest.mark.usefixtures("needs_sandbox")
def test_the_same_story_on_the_command_line_alone(person: Person) -> None:
    write_untimed_history(person.home)
    before = person.files()
    peeked = person.vynexus("peek").stdout
    assert "1 routine worth automating in 2,000 commands" in peeked
    assert "no dates" in peeked
    assert "set -euo pipefail" in peeked
    assert person.files() == before, "peek wrote something"

    assert "2,000 new" in person.vynexus("import").stdout
    assert "0 new" in person.vynexus("import").stdout
    assert "1 automation made" in person.vynexus("cycle").stdout
    name = only_automation(person)
    refused = person.vynexus("approve", name, "--sha256", "0" * 64, check=False)
    assert refused.returncode == 1

    tried = person.vynexus("try", name, cwd=person.shop)
    assert "passed: changes 1 file" in tried.stdout
    assert "+1,x" in tried.stdout
    assert not list(person.shop.glob("data/*.sorted.csv"))
    shown = json.loads(person.vynexus("show", name, "--json").stdout)
    person.vynexus("approve", name, "--sha256", shown["script"]["sha256"])
    assert person.vynexus("run", name, "east", cwd=person.shop).returncode == 0
    assert (person.shop / "data/east.sorted.csv").exists()
    person.vynexus("cycle")
    (saving,) = json.loads(person.vynexus("savings", "--json").stdout)["savings"]
    assert (saving["run_count"], saving["baseline"]) == (1, None)
    assert name in person.vynexus("report", "--markdown").stdout

    person.vynexus("undo")
    assert person.vynexus("run", name, check=False).returncode == 127
    (person.shop / "data/east.sorted.csv").unlink()
    person.vynexus("uninstall", "--purge", "--yes")
    assert person.files() == before, "uninstall left something behind"
