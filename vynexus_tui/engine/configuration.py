"""The settings file for the front ends."""

from pathlib import Path

from vynexus_tui.domain.settings import Settings
from vynexus_tui.store.settings_file import read_settings
from vynexus_tui.store.settings_file import render_settings as _render


def check_settings(path: Path) -> Settings:
    """The settings of a file. Raises SettingsError naming file, key and allowed values."""
    return read_settings(path)


def render_settings(settings: Settings | None) -> str:
    """Every key with its meaning; the defaults for None."""
    return _render(settings)
