"""Copying, moving, converting, packing: nothing starts when the file to work on is not there."""

from collections.abc import Mapping, Sequence

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.automation.templates.additions import Additions, input_checks, operand_number, programs_of

_TO_LAST = frozenset("cp mv install ln convert magick rsync scp".split())
"""Their last operand is where the result goes."""
_COMPRESSORS = frozenset("gunzip bunzip2 unxz gzip bzip2 xz zstd".split())
_FROM_FIRST = _COMPRESSORS | frozenset("unzip cwebp optipng jpegoptim exiftool pandoc sips".split())
_OTHERS = frozenset("ffmpeg ffprobe tar zip 7z mkdir touch chmod mogrify identify rm du stat file sha256sum md5sum split gs pdftk".split())
_PROGRAMS = _TO_LAST | _FROM_FIRST | _OTHERS


def fits(steps: Sequence[ScriptStep]) -> bool:
    """Whether every step works on files."""
    programs = programs_of(steps)
    return bool(programs) and all(step and set(step) <= _PROGRAMS for step in programs)


def additions(steps: Sequence[ScriptStep], variables: Mapping[str, str]) -> Additions:
    """A check that the input exists."""
    checks = input_checks(steps, variables, _is_input, "-e", "no such file")
    return Additions(checks=checks, adds=("checks that the input exists before it starts",) if checks else ())


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
