"""Read a step's text into what can be compared: its program and options (the frame) and its values, each with its place."""

from typing import NamedTuple

from vynexus_tui.language.commands_within import inner_text
from vynexus_tui.language.lexing import Command, Word, parse_command, unquote
from vynexus_tui.language.program_facts import command_words, head_of
from vynexus_tui.language.program_tables import RUNNER_OPTIONS_WITH_VALUE, SHELLS

_LONGEST_READ = 4096
_INTERPRETERS = SHELLS | RUNNER_OPTIONS_WITH_VALUE.keys()


class Argument(NamedTuple):
    """One value of a command, and where it stands in the text."""

    label: str
    """Empty for an operand, else the option, variable or redirection it belongs to (`--out=`, `MODE=`, `>`)."""
    value: str
    """Without quotes."""
    start: int
    end: int


class Frame(NamedTuple):
    """What two commands must have in common to be compared value by value."""

    program: str
    """Program, or the programs of a pipeline; the whole text of a compound command."""
    options: tuple[str, ...]
    """Sorted, so that their order does not matter."""
    labels: tuple[str, ...]
    head_size: int
    """How many first operands name a sub-command of a known program (`npm run build`: 2)."""
    may_have_subcommand: bool
    """Whether an operand stands directly behind the program; what follows an option is a value."""


class Shape(NamedTuple):
    """A step read once: its frame and its values."""

    frame: Frame
    values: tuple[str, ...]
    arguments: tuple[Argument, ...]


def build_shape(text: str) -> Shape:
    """The shape of one step's text. Compound commands and pasted programs stay whole: they only repeat exactly."""
    parts = parse_command(text) if len(text) <= _LONGEST_READ else ()
    if len(parts) != 1 or parts[0].is_compound or not parts[0].commands:
        return Shape(Frame(text.strip(), (), (), 0, False), (), ())
    programs: list[str] = []
    options: list[str] = []
    arguments: list[Argument] = []
    head_size, may_have_subcommand = 0, False
    for number, command in enumerate(parts[0].commands):
        words = command_words(command)
        if number == 0:
            head_size = sum([not word.startswith("-") for word in head_of(words)[1:]])
            may_have_subcommand = len(words) > 1 and not _is_option(words[1])
            if words[:1] and words[0] in _INTERPRETERS:
                options += _handed_over(words)
        programs.append(words[0] if words else "")
        _read_arguments(command, words, parts[0].start, f"{number}|" if number else "", options, arguments)
    options.sort()
    labels, values = (tuple([a[0] for a in arguments]), tuple([a[1] for a in arguments])) if arguments else ((), ())
    frame = Frame(" | ".join(programs), tuple(options), labels, head_size, may_have_subcommand)
    return Shape(frame, values, tuple(arguments))


def _read_arguments(
    command: Command, words: tuple[str, ...], offset: int, prefix: str, options: list[str], arguments: list[Argument]
) -> None:
    """Adds the options and values of one command of a pipeline: operands as they stand, then what has a label, by its label."""
    labelled = [_labelled(word, word.text.index("=") + 1, offset, prefix) for word in command.assignments]
    for word, value in zip(command.words[len(command.words) - len(words) + 1 :], words[1:], strict=True) if words else ():
        if not _is_option(value):
            arguments.append(Argument(prefix, value, word.start - offset, word.end - offset))
        elif "=" in value:
            labelled.append(_labelled(word, word.text.index("=") + 1, offset, prefix))
        else:
            options.append(prefix + value)
    for redirect in command.redirects:
        if redirect.target is not None:
            word = redirect.target
            labelled.append(Argument(prefix + redirect.operator, unquote(word.text), word.start - offset, word.end - offset))
    if labelled:
        labelled.sort(key=lambda argument: argument.label)
        arguments += labelled


def _handed_over(words: tuple[str, ...]) -> list[str]:
    """What `ssh HOST 'systemctl restart web'` does there: restarting is another activity than looking at the status."""
    text = inner_text(words)
    parts = parse_command(text) if text is not None and len(text) <= _LONGEST_READ else ()
    return [f"({' '.join(head_of(command_words(command)))})" for part in parts for command in part.commands[:1]]


def _is_option(value: str) -> bool:
    return value[:1] == "-" and len(value) > 1 and not value[1].isdigit()


def _labelled(word: Word, cut: int, offset: int, prefix: str) -> Argument:
    """The value behind the label; in `"--out=a b"` it lies between `=` and the closing quote."""
    label, value = word.text[:cut], unquote(word.text[cut:])
    end = word.end
    if label[0] in "\"'" and word.text[-1] == label[0]:
        label, value, end = label[1:], word.text[cut:-1], word.end - 1
    return Argument(prefix + label, value, word.start + cut - offset, end - offset)
