"""The worst part decides, and every level has its words."""

import pytest

from vynexus_tui.automation.risk import assess
from vynexus_tui.domain.automations import RiskLevel
from vynexus_tui.language.lexing import parse_command


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("make && pytest -q", RiskLevel.LOW, ""),
        ("cp a b", RiskLevel.LOW, ""),
        ("curl -s https://example.com", RiskLevel.ELEVATED, "network"),
        ("git pull", RiskLevel.ELEVATED, "network"),
        ("docker ps", RiskLevel.ELEVATED, "outside the sandbox"),
        ("ffmpeg -i a b && rm a", RiskLevel.ELEVATED, "rm deletes files"),
        ("deploy --password {{secret:password}}", RiskLevel.ELEVATED, "secret"),
        ("git push origin main", RiskLevel.HIGH, "for others"),
        ("git -C repo push", RiskLevel.HIGH, "for others"),
        ("npm publish", RiskLevel.HIGH, "for others"),
        ("curl -X DELETE https://example.com/1", RiskLevel.HIGH, "sends data"),
        ("curl -d a=1 https://example.com/1", RiskLevel.HIGH, "sends data"),
        ("sudo make install", RiskLevel.HIGH, "other rights"),
        ("make && rm -rf build", RiskLevel.HIGH, "rm -r"),
        ("echo $(sudo ls)", RiskLevel.HIGH, "other rights"),
        ("ssh web 'rm -rf /srv/x'", RiskLevel.HIGH, "rm -r"),
        ("find . | xargs -n1 rm -f", RiskLevel.HIGH, "xargs rm"),
    ],
)
def test_risk_is_named(text: str, level: RiskLevel, words: str) -> None:
    risk = assess(parse_command(text))
    assert risk.level is level, risk
    assert words in " ".join(risk.reasons)
    assert bool(risk.reasons) is (level is not RiskLevel.LOW)


def test_the_worst_reason_comes_first() -> None:
    assert assess(parse_command("curl -s https://example.com; git push")).reasons[0] == "git push changes things for others"
