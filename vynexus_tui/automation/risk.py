"""What could go wrong when a script runs for real, in words for the approval screen."""

from collections.abc import Iterable, Sequence

from vynexus_tui.domain.automations import Risk, RiskLevel
from vynexus_tui.language.destruction import destructive_reason
from vynexus_tui.language.lexing import Part
from vynexus_tui.language.outward import publishing_reason, remote_reason
from vynexus_tui.language.program_facts import left_running_reason, network_reason, outside_reason, privileged_reason
from vynexus_tui.language.program_tables import PLAIN_DELETION
from vynexus_tui.language.reach import lasting_reason, sweeping_reason
from vynexus_tui.language.redaction import SECRET_MARK


def assess(parts: Sequence[Part]) -> Risk:
    """Level and reasons of a script made of these parts. Never lower than its worst part."""
    destroys = _found(destructive_reason(part) for part in parts)
    high = [
        *(reason for reason in destroys if reason != PLAIN_DELETION),
        *_found(sweeping_reason(part) for part in parts),
        *_found(privileged_reason(part) for part in parts),
        *_found(publishing_reason(part) for part in parts),
    ]
    elevated = [
        *(reason for reason in destroys if reason == PLAIN_DELETION),
        *_found(remote_reason(part) for part in parts),
        *_found(network_reason(part) for part in parts),
        *_found(outside_reason(part) for part in parts),
        *_found(lasting_reason(part) for part in parts),
        *_found(left_running_reason(part) for part in parts),
    ]
    if any(SECRET_MARK.search(part.text) for part in parts):
        elevated.append("needs a secret from the environment")
    level = RiskLevel.HIGH if high else RiskLevel.ELEVATED if elevated else RiskLevel.LOW
    return Risk(level=level, reasons=tuple(dict.fromkeys(high + elevated)))


def _found(reasons: Iterable[str | None]) -> list[str]:
    return [reason for reason in reasons if reason]
