"""`vynexus demo`: the same dashboard on made-up data, everything usable; it also sits for the pictures in the README."""

import pytest

from tests.journeys.conftest import Person
from tests.journeys.pictures import take_picture
from tests.journeys.terminal import Desk, Terminal

pytestmark = pytest.mark.journey

SIZES = [(80, 24), (120, 40), (200, 50)]


def open_demo(desk: Desk, width: int, height: int) -> Terminal:
    demo = desk.open("demo", "vynexus demo", width=width, height=height)
    demo.wait_for("demo", "Automations", "s: try it")
    return demo


@pytest.mark.usefixtures("needs_sandbox")
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_demo_shows_a_full_dashboard_and_touches_nothing_of_the_persons(person: Person, desk: Desk, width: int, height: int) -> None:
    before = person.files()
    demo = open_demo(desk, width, height)
    screen = demo.wait_for("cpu")
    assert max(len(line) for line in screen.splitlines()) <= width
    take_picture(demo, f"main-{width}x{height}")
    demo.press("q")
    assert demo.wait_until_ended() == 0
    assert person.files() == before


@pytest.mark.usefixtures("needs_sandbox")
def test_in_the_demo_a_routine_can_be_tried_and_approved(person: Person, desk: Desk) -> None:
    demo = open_demo(desk, 120, 40)
    demo.press("/")
    demo.type("archive")
    demo.wait_for("1 Automations · 1 of")
    demo.press("Enter")
    demo.wait_for("s tries it in")
    demo.press("s")
    demo.wait_for("passed: changes 2 files", "SHA256SUMS", "@@")
    take_picture(demo, "review-with-diff-120x40")
    demo.press("a")
    demo.wait_for("is live")
    demo.press("Escape")
    demo.press("H")
    demo.wait_for("saved")
    take_picture(demo, "time-saved-120x40")
