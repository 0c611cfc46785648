"""What the first look says before anything is stored."""

import pytest

from tests.tui.builders import NOW, a_potential
from tests.tui.test_recording import a_view
from vynexus_tui.domain.automations import Refusal, RefusalReason
from vynexus_tui.domain.cycles import RecordingState
from vynexus_tui.domain.events import CountQuality, HistoryReading
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import Occurrence, Pattern, PatternKind, PatternStep
from vynexus_tui.engine.peeking import Peek
from vynexus_tui.tui.present import first_run, patterns
from vynexus_tui.tui.present.first_run import FirstLook, HookOffer
from vynexus_tui.tui.present.glyphs import UNICODE

SHELLS = ("bash", "zsh", "fish")


def a_pattern(quality: CountQuality) -> Pattern:
    return Pattern(
        pattern_id=PatternId("p"),
        kind=PatternKind.EXACT,
        steps=(PatternStep(text="make"),),
        occurrences=tuple(Occurrence(event_ids=(n,), session_id=f"s{n}", started_at=NOW) for n in range(4)),
        potential=a_potential(),
        worthy=False,
        reasons=("how often is unknown",),
        count_quality=quality,
    )


def a_look(quality: CountQuality) -> FirstLook:
    pattern = a_pattern(quality)
    refusal = Refusal(pattern_id=pattern.pattern_id, reason=RefusalReason.SYNTAX, detail="x")
    reading = HistoryReading(events=(), origin="fish_history", path="/home/ada/.local/share/fish/fish_history")
    peek = Peek(reading=reading, patterns=(pattern,), outcomes={pattern.pattern_id: refusal}, explanation="nothing")
    return FirstLook(paths=(reading.path or "",), peeks=(peek,), is_complete=True)


def page(look: FirstLook, *, shows_hook: bool = False) -> str:
    return first_run.page(look, UNICODE, "/home/ada", width=75, shows_hook=shows_hook).plain


def test_every_shell_that_can_be_recorded_is_named_before_its_lines():
    offers = tuple(HookOffer(shell=s, rc_path=f"/home/ada/.{s}rc", block=f"# >>> vynexus {s}\nsource it\n") for s in SHELLS)
    text = page(FirstLook(hooks=offers), shows_hook=True)
    assert text.splitlines()[1] == "Recorded from its next start: bash, zsh, fish"
    for shell in SHELLS:
        assert f"{shell.ljust(10)}~/.{shell}rc" in text
        assert f"  # >>> vynexus {shell}" in text


def test_without_an_offer_it_says_which_shells_can_be_recorded():
    assert "bash, zsh and fish can" in page(FirstLook(), shows_hook=True)


@pytest.mark.parametrize(("quality", "shown"), [(CountQuality.EXACT, "    4×  make"), (CountQuality.DEDUPED, "     –  make")])
def test_a_history_that_keeps_one_copy_gives_no_number(quality, shown):
    assert shown in page(a_look(quality))


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        (CountQuality.EXACT, "Seen 4 times in 4 sessions"),
        (CountQuality.DEDUPED, "Seen count unknown (its history keeps one copy of each command)"),
    ],
)
def test_the_evidence_of_a_pattern_counts_only_what_was_counted(quality, said):
    assert patterns.evidence(a_pattern(quality), [[]], a_view(RecordingState())).plain.startswith(said)
