"""Asking a web service: an error page is a failure, a hanging server is not waited for, a read is tried again."""

from collections.abc import Mapping, Sequence

from vynexus_tui.automation.quoting import Edit
from vynexus_tui.automation.steps import ScriptStep, program_word
from vynexus_tui.automation.templates.additions import Additions, programs_of
from vynexus_tui.automation.templates.data_processing import PROGRAMS as DATA_PROGRAMS
from vynexus_tui.language.program_facts import command_words, sends

_CLIENTS = frozenset("curl wget http https xh".split())
_FAIL, _LIMIT, _RETRY = "--fail", "--max-time 60", "--retry 2"


def fits(steps: Sequence[ScriptStep]) -> bool:
    """Whether every step asks a service and at most reshapes what it says."""
    programs = programs_of(steps)
    return bool(programs) and all(step and _CLIENTS & set(step) and set(step) <= _CLIENTS | DATA_PROGRAMS for step in programs)


def additions(steps: Sequence[ScriptStep], variables: Mapping[str, str]) -> Additions:
    """The options of curl for that, where the call only reads (GET, HEAD) and none of them was given."""
    del variables
    edits: dict[int, tuple[Edit, ...]] = {}
    added: dict[str, None] = {}
    for number, step in enumerate(steps):
        for command in step.commands:
            words, program = command_words(command), program_word(command)
            if program is None or words[0] != "curl" or sends(words):
                continue
            options = _missing(words)
            edits[number] = (
                *edits.get(number, ()),
                *((Edit(program.end, program.end, "".join(f" {o}" for o in options)),) if options else ()),
            )
            added.update(dict.fromkeys(options))
    return Additions(edits=edits, adds=(f"gives curl {' '.join(added)}: it only reads",) if added else ())


def _missing(words: tuple[str, ...]) -> list[str]:
    short = {letter for w in words[1:] if w.startswith("-") and not w.startswith("--") for letter in w[1:]}
    names = {w.partition("=")[0] for w in words[1:] if w.startswith("--")}
    options = [] if "f" in short or names & {"--fail", "--fail-with-body", "--fail-early"} else [_FAIL]
    options += [] if "m" in short or "--max-time" in names else [_LIMIT]
    return options + ([] if "--retry" in names else [_RETRY])
