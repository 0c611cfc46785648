"""Pictures of what a terminal really showed, as text and as SVG."""

import os
import re
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.journeys.terminal import Terminal

FOLDER = Path(__file__).resolve().parents[2] / "screenshots"
_COLOURS = TerminalTheme(
    (18, 18, 18),
    (224, 224, 224),
    [(26, 26, 26), (244, 0, 95), (152, 224, 36), (253, 151, 31), (157, 101, 255), (244, 0, 95), (88, 209, 235), (196, 197, 181)],
    [(98, 94, 76), (244, 0, 95), (152, 224, 36), (224, 213, 97), (157, 101, 255), (244, 0, 95), (88, 209, 235), (246, 246, 239)],
)


def take_picture(terminal: Terminal, name: str) -> None:
    """Keeps what the terminal shows under `screenshots/`, when pictures are asked for (VYNEXUS_PICTURES=1)."""
    if not os.environ.get("VYNEXUS_PICTURES"):
        return
    plain = "\n".join(line.rstrip() for line in terminal.screen().splitlines()).rstrip() + "\n"
    (FOLDER / f"{name}.txt").write_text(plain, encoding="utf-8")
    width = int(terminal.state("pane_width"))
    console = Console(record=True, width=width, force_terminal=True, color_system="truecolor", file=StringIO())
    for line in terminal.screen(colour=True).rstrip("\n").splitlines():
        console.print(Text.from_ansi(line.ljust(1)), no_wrap=True, overflow="crop")
    svg = console.export_svg(title="vynexus", theme=_COLOURS, unique_id="vynexus")
    # No font from elsewhere: a picture in a README must not call home.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace(
        "Fira Code, monospace", "Fira Code, DejaVu Sans Mono, monospace"
    )
    (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
