"""`vynexus doctor` hands out the repair it speaks of."""

from vynexus_tui.domain.trials import SandboxCapability, SandboxLevel
from vynexus_tui.engine.diagnosis import sandbox_repair


def test_where_apparmor_is_in_the_way_the_profile_itself_is_printed() -> None:
    blocked = SandboxCapability(level=SandboxLevel.STATIC, failed_stage="user namespace", repair="AppArmor forbids user namespaces")
    repair = sandbox_repair(blocked)
    assert "apparmor_parser -r" in repair
    assert "userns," in repair


def test_any_other_repair_stands_alone() -> None:
    blocked = SandboxCapability(level=SandboxLevel.STATIC, failed_stage="kernel", repair="Linux 6.6 or newer is needed")
    assert sandbox_repair(blocked) == "Linux 6.6 or newer is needed"
