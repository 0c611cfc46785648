"""Copying, moving, converting, packing: nothing starts when the file to work on is not there, and no file is overwritten unasked."""

from collections.abc import Iterator, Sequence

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.automation.templates.additions import (
    Additions,
    Routine,
    input_checks,
    is_made_anew,
    moves_before,
    operand_number,
    programs_of,
    word_in_script,
)
from vynexus_tui.language.lexing import Command, Word
from vynexus_tui.language.program_facts import command_words

_TO_LAST = frozenset("cp mv install ln convert magick rsync scp".split())
"""Their last operand is where the result goes."""
_COMPRESSORS = frozenset("gunzip bunzip2 unxz gzip bzip2 xz zstd".split())
_FROM_FIRST = _COMPRESSORS | frozenset("unzip cwebp optipng jpegoptim exiftool pandoc sips".split())
_OTHERS = frozenset("ffmpeg ffprobe tar zip 7z mkdir touch chmod mogrify identify rm du stat file sha256sum md5sum split gs pdftk".split())
_PROGRAMS = _TO_LAST | _FROM_FIRST | _OTHERS
_OVERWRITES = frozenset("cp mv convert magick".split())
"""These write over a file without a word. rsync is meant to; ln, gzip, unzip and ffmpeg ask or refuse."""


def fits(steps: Sequence[ScriptStep]) -> bool:
    """Whether every step works on files."""
    programs = programs_of(steps)
    return bool(programs) and all(step and set(step) <= _PROGRAMS for step in programs)


def additions(routine: Routine) -> Additions:
    """Checks that the input exists, and that no file stands where the result goes.

    Not `cp -n`: whether its silent skip is a failure depends on the version of coreutils (it was in 9.2 to 9.4).
    """
    inputs = input_checks(routine, _is_input, "-e", "no such file")
    targets = tuple(_target_checks(routine)) if routine.settings.keeps_existing_files else ()
    adds = [*(["checks that the input exists before it starts"] if inputs else [])]
    adds += ["stops rather than overwrite a file"] if targets else []
    return Additions(checks=inputs + targets, adds=tuple(adds))


def _target_checks(routine: Routine) -> Iterator[tuple[int, str]]:
    """One line per file that a command would write over. Where runs wrote the same file again, that is what they are for."""
    for number, step in enumerate(routine.steps):
        if moves_before(routine.steps, number) or len(step.parts) > 1:
            continue
        for command in step.commands:
            for words, path in _written_files(step, command, routine):
                if is_made_anew(step, words, routine.values):
                    yield number, f'[[ ! -f {path} ]] || stop "is already there" {path}'


def _written_files(step: ScriptStep, command: Command, routine: Routine) -> Iterator[tuple[Sequence[Word], str]]:
    """The words that name each file a command writes, and its path as the script writes it."""
    words = command_words(command)
    if not words or words[0] not in _OVERWRITES or _is_asked(words):
        return
    operands = [w for w in command.words[len(command.words) - len(words) + 1 :] if not w.text.startswith("-")]
    if len(operands) < 2 or (words[0] in ("cp", "mv") and len(operands) != 2):
        return
    source, target = operands[0], operands[-1]
    path = word_in_script(step, target, routine.variables)
    if path is None:
        return
    if not target.value.endswith(("/", ".")) or words[0] not in ("cp", "mv"):
        yield (target,), path
        return
    whole = next((s for s in step.slots if s.start == source.start and s.end == source.end and s.name in routine.variables), None)
    if whole is not None:
        yield (source, target), f'{path.removesuffix("/")}/"${{{routine.variables[whole.name]}##*/}}"'


def _is_asked(words: tuple[str, ...]) -> bool:
    """Whether the command itself says what is to become of a file that is there."""
    letters = (
        {letter for w in words[1:] if w.startswith("-") and not w.startswith("--") for letter in w[1:]}
        if words[0] in ("cp", "mv")
        else set()
    )
    return (
        bool(letters & set("fnibutTR"))
        or bool(letters & set("ra"))
        or any(
            w.startswith(("--force", "--no-clobber", "--interactive", "--backup", "--update", "--target", "--recursive", "--archive"))
            for w in words
        )
    )


def _is_input(words: tuple[str, ...], index: int) -> bool:
    program = words[0]
    if program in ("ffmpeg", "ffprobe"):
        return words[index - 1] == "-i"
    if program == "tar":
        return index == 2 and words[1].endswith("f") and bool({"x", "t"} & set(words[1]))
    number = operand_number(words, index)
    if program in _TO_LAST:
        return number > 0 and words[index - 1][:1] != "-" and index < len(words) - 1
    return program in _FROM_FIRST and number == 1 and (program in _COMPRESSORS or index == 1 or words[index - 1][:1] != "-")
