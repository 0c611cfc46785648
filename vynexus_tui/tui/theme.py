"""Which theme, when the settings leave it to us."""

from collections.abc import Collection, Mapping

DARK, LIGHT = "textual-dark", "textual-light"
_LIGHT_BACKGROUNDS = frozenset({"7", "9", "10", "11", "12", "13", "14", "15"})


def choose_theme(setting: str, environment: Mapping[str, str], known: Collection[str]) -> str:
    """The theme to use: the settings' when it exists; else TEXTUAL_THEME; else light or dark by COLORFGBG (`fg;bg`)."""
    for wanted in (setting, environment.get("TEXTUAL_THEME", "")):
        if wanted in known:
            return wanted
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT if background in _LIGHT_BACKGROUNDS else DARK
