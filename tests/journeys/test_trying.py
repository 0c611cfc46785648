"""`vynexus try` as a tool of its own: somebody wonders what a script they were sent would do."""

import pytest

from tests.journeys.conftest import Person
from tests.journeys.pictures import take_picture
from tests.journeys.terminal import Desk

pytestmark = pytest.mark.journey

_RELEASE = """\
: step 1
sed -i 's/^version = .*/version = "1.4.0"/' pyproject.toml
: step 2
tar czf dist/shop-1.4.0.tar.gz src
: step 3
rm -r build
: step 4
scp -q dist/shop-1.4.0.tar.gz deploy@shop.example.com:/srv/shop/
: step 5
ln -sfn dist/shop-1.4.0.tar.gz latest.tar.gz
"""


@pytest.mark.usefixtures("needs_sandbox")
def test_a_script_from_elsewhere_is_tried_before_anybody_runs_it(person: Person, desk: Desk) -> None:
    shop = person.home / "shop"
    for folder in ("src", "dist", "build/lib"):
        (shop / folder).mkdir(parents=True, exist_ok=True)
    (shop / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1.3.2"\n')
    (shop / "src/shop.py").write_text("print('shop')\n")
    (shop / "build/lib/shop.py").write_text("print('shop')\n")
    (shop / "release.sh").write_text("set -e\n" + _RELEASE)
    before = person.files()
    window = desk.open("try", "PS1='$ ' exec bash --norc -i", width=100, height=32, cwd=shop)
    window.wait_for("$")
    window.type("clear; vynexus try --script release.sh")
    window.wait_for("stops at network, step 4 of 5", '+version = "1.4.0"', "step 5  unknown", "- build")
    take_picture(window, "try-100x32")
    assert person.files() == before
