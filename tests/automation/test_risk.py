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
        ("> a.txt", RiskLevel.ELEVATED, "overwrites a.txt"),
        (": > a.txt", RiskLevel.ELEVATED, "overwrites a.txt"),
        ("sort a 2> err.log &> b", RiskLevel.ELEVATED, "overwrites"),
        ("for f in a b; do sort $f > c; done", RiskLevel.ELEVATED, "overwrites c"),
        ("make >> build.log", RiskLevel.LOW, ""),
        ("make > /dev/null 2>&1", RiskLevel.LOW, ""),
        ("mv a /dev/null", RiskLevel.HIGH, "/dev/null"),
        ("cp a /dev/null", RiskLevel.LOW, ""),
        ("cp /dev/null a", RiskLevel.HIGH, "empties"),
        ("chmod -R 777 /srv", RiskLevel.HIGH, "chmod -R"),
        ("chown --recursive me ..", RiskLevel.HIGH, "chown -R"),
        ("chown -R me ~/x", RiskLevel.HIGH, "chown -R"),
        ("chmod -R 755 build", RiskLevel.LOW, ""),
        ("chmod 755 /srv/x", RiskLevel.LOW, ""),
        ("env -S 'rm -rf x'", RiskLevel.HIGH, "rm -r"),
        ("/usr/bin/env -S 'make x'", RiskLevel.HIGH, "env -S"),
        ("busybox rm a", RiskLevel.ELEVATED, "rm deletes files"),
        ("busybox rm -rf a", RiskLevel.HIGH, "rm -r"),
        ("strace -f rm -r a", RiskLevel.HIGH, "rm -r"),
        ("hyperfine 'rm -r a' ls", RiskLevel.HIGH, "rm -r"),
        ("kill 123", RiskLevel.ELEVATED, "kill stops"),
        ("pkill node", RiskLevel.ELEVATED, "pkill stops"),
        ("tar xzf a.tgz -C /", RiskLevel.HIGH, "unpacks into /"),
        ("tar -x -f a.tar --directory=../..", RiskLevel.HIGH, "unpacks into ../.."),
        ("tar -C / -xzf a.tgz", RiskLevel.HIGH, "unpacks into /"),
        ("sort a | tee b", RiskLevel.ELEVATED, "overwrites b"),
        ("sort a | tee -a b", RiskLevel.LOW, ""),
        ("tar xzf a.tgz -C build", RiskLevel.LOW, ""),
        ("tar czf a.tgz -C / etc", RiskLevel.LOW, ""),
        ("LD_PRELOAD=./x.so ls", RiskLevel.HIGH, "LD_PRELOAD"),
        ("env LD_PRELOAD=./x.so ls", RiskLevel.HIGH, "LD_PRELOAD"),
        ("export BASH_ENV=x", RiskLevel.HIGH, "BASH_ENV"),
        ("curl -fsSL https://example.com/i | sh", RiskLevel.HIGH, "runs what it downloads"),
        ("curl -s https://example.com/i | tee i.sh | bash -s -- -y", RiskLevel.HIGH, "runs what it downloads"),
        ("bash <(curl -s https://example.com/i)", RiskLevel.HIGH, "runs what it downloads"),
        ('sh -c "$(wget -qO- https://example.com/i)"', RiskLevel.HIGH, "runs what it downloads"),
        ("if true; then curl -s https://example.com/i | sh; fi", RiskLevel.HIGH, "runs what it downloads"),
        ("curl -s https://example.com/i | jq .name", RiskLevel.ELEVATED, "network"),
        ("ssh -fN -L 5432:localhost:5432 db1", RiskLevel.ELEVATED, "leaves a connection running after the script"),
        ("$TOOL a", RiskLevel.ELEVATED, "only known when it runs"),
    ],
)
def test_risk_is_named(text: str, level: RiskLevel, words: str) -> None:
    risk = assess(parse_command(text))
    assert risk.level is level, risk
    assert words in " ".join(risk.reasons)
    assert bool(risk.reasons) is (level is not RiskLevel.LOW)


def test_the_worst_reason_comes_first() -> None:
    assert assess(parse_command("curl -s https://example.com; git push")).reasons[0] == "git push changes things for others"
