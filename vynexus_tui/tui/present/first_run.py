"""The first look: what the shell's own history already repeats, before anything is stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from vynexus_tui.domain.automations import Automation, Refusal
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.engine.peeking import Peek
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import BAD, GOOD, MUTED, STRONG, WARN, indented, labelled, lines, shown, shown_lines, words
from vynexus_tui.tui.present.glyphs import Glyphs

_BEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class HookOffer:
    """The lines that recording would add to one rc file."""

    shell: str
    rc_path: str
    block: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """What was found so far; empty tuples mean: still reading, until `is_complete`."""

    paths: tuple[str, ...] = ()
    peeks: tuple[Peek, ...] = ()
    failures: tuple[str, ...] = ()
    hooks: tuple[HookOffer, ...] = ()
    """Shells here that do not record yet."""
    threshold: float = 0.7
    """Potential above which a cycle makes the script by itself."""
    is_complete: bool = False

    @property
    def scripts(self) -> list[tuple[Pattern, Automation]]:
        """Patterns for which a script was made, best first, over all histories."""
        found = []
        for peek in self.peeks:
            for pattern in peek.patterns:
                outcome = peek.outcomes.get(pattern.pattern_id)
                if isinstance(outcome, Automation):
                    found.append((pattern, outcome))
        return sorted(found, key=lambda pair: -pair[0].potential.score)


def page(look: FirstLook, glyphs: Glyphs, home: str | None, *, width: int, shows_hook: bool, stored_count: int = 0) -> Content:
    """The whole page, its lists cut to `width` cells. `stored_count`: commands in the store already."""
    if shows_hook:
        return hook(look.hooks, home)
    if not look.is_complete and not look.peeks:
        where = ", ".join(units.folder(p, home) for p in look.paths)
        return words("Reading ", shown(where or "your shell's history"), " … looking stores nothing.")
    parts = [headline(look, home, stored_count), Content(""), *sources(look, home), Content("")]
    scripts = look.scripts
    if scripts:
        parts += [best(scripts, glyphs, width, look.threshold), Content(""), script(scripts[0][1])]
    else:
        parts += [why_none(look), Content(""), *_refused(look, width)]
    return lines(*parts)


def why_not_import(look: FirstLook) -> str | None:
    """Why enter has nothing to import."""
    if not look.paths:
        return "no history was found: h records from now on, vynexus demo shows made-up data"
    if look.is_complete and not any(peek.reading.events for peek in look.peeks):
        return "there is no command in it to import: h records from now on, vynexus demo shows made-up data"
    return None


def headline(look: FirstLook, home: str | None, stored_count: int = 0) -> Content:
    """9 routines found in ~/.bash_history, nothing stored yet."""
    stored = f", {units.plural(stored_count, 'command')} stored already" if stored_count else ", nothing stored yet"
    count = len(look.scripts)
    where = ", ".join(units.folder(p.reading.path or "", home) for p in look.peeks if p.reading.path)
    if not look.paths:
        return Content.styled(f"No shell history was found on this machine{stored}.", STRONG)
    if count == 0:
        return words(("No routine worth a script in ", STRONG), shown(where or ", ".join(look.paths), STRONG), (stored, STRONG))
    return words((f"{units.plural(count, 'routine')} found in ", STRONG), shown(where, STRONG), (stored, STRONG))


def sources(look: FirstLook, home: str | None) -> list[Content]:
    """Every history with its size and what it cannot say."""
    rows = []
    for peek in look.peeks:
        reading = peek.reading
        cannot = f"  ({', '.join(reading.unknown)})" if reading.unknown else ""
        rows.append(
            words(
                "  ",
                shown(units.folder(reading.path or "", home).ljust(24)),
                f" {units.plural(len(reading.events), 'command'):>16}",
                shown(cannot, MUTED),
            )
        )
        if reading.skipped_lines:
            rows.append(Content.styled(f"    {units.plural(reading.skipped_lines, 'line')} could not be understood", WARN))
    if look.hooks and any(peek.reading.unknown for peek in look.peeks):
        rows.append(words(("  What a history cannot say, recording can: ", MUTED), ("h", STRONG), (" shows what it would add.", MUTED)))
    return rows + [words("  ", shown(failure, BAD)) for failure in look.failures]


def best(scripts: Sequence[tuple[Pattern, Automation]], glyphs: Glyphs, width: int, threshold: float) -> Content:
    """The best routines with their scripts' names."""
    rows = [
        words(
            "  ",
            glyphs.bar(pattern.potential.score),
            f" {_seen(pattern)}  ",
            shown(automation.name, GOOD),
            "  ",
            shown(pattern.title),
        ).truncate(width, ellipsis=True)
        for pattern, automation in scripts[:_BEST]
    ]
    more = len(scripts) - _BEST
    return lines(
        words(
            ("The best", STRONG), (f"   above {units.score(threshold)} the import makes its script; the others wait under Patterns", MUTED)
        ),
        *rows,
        *([Content.styled(f"  and {more} more", MUTED)] if more > 0 else []),
    )


def script(automation: Automation) -> Content:
    """The script of the best one."""
    return lines(
        words(("Its script, if you tried and approved it: ", STRONG), shown(automation.name, GOOD)),
        indented(shown_lines(automation.script.text.rstrip("\n"))),
    )


def why_none(look: FirstLook) -> Content:
    """Exactly why nothing was found."""
    if not look.paths:
        return lines(
            words(("h", STRONG), " records from now on; patterns show after three repetitions in two sessions."),
            Content.styled("vynexus demo shows the dashboard with made-up data.", MUTED),
        )
    return lines(*(shown(peek.explanation) for peek in look.peeks))


def _refused(look: FirstLook, width: int) -> list[Content]:
    rows = []
    for peek in look.peeks:
        for pattern in peek.patterns[:5]:
            outcome = peek.outcomes.get(pattern.pattern_id)
            reason = f"{outcome.reason}: {outcome.detail}" if isinstance(outcome, Refusal) else "; ".join(pattern.reasons[:1])
            rows.append(words(f"  {_seen(pattern)}  ", shown(pattern.title), "  ", shown(reason, MUTED)).truncate(width, ellipsis=True))
    return rows


def _seen(pattern: Pattern) -> str:
    return units.seen(pattern.occurrence_count, pattern.count_quality).rjust(6)


def hook(offers: Sequence[HookOffer], home: str | None) -> Content:
    """The exact lines recording would add, and how they go away again."""
    if not offers:
        return Content("Nothing to add: your shells are recorded already, or are none that can be (bash, zsh and fish can).")
    shells = ", ".join(offer.shell for offer in offers)
    parts = [
        Content.styled("Recording adds exactly these lines; vynexus hook remove takes them out byte for byte.", STRONG),
        words(("Recorded from its next start: ", MUTED), shown(shells)),
        Content(""),
    ]
    for offer in offers:
        parts += [
            labelled(offer.shell, shown(units.folder(offer.rc_path, home))),
            indented(shown_lines(offer.block.rstrip("\n"))),
            Content(""),
        ]
    parts.append(words(("h", STRONG), " again imports what was found and adds these lines; ", ("esc", STRONG), " goes back"))
    return lines(*parts)
