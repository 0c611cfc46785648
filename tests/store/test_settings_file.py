"""A settings file with a mistake names file, key and what is allowed."""

from pathlib import Path

import pytest

from vynexus_tui.domain.errors import SettingsError
from vynexus_tui.domain.settings import Settings
from vynexus_tui.store.settings_file import read_settings, render_settings


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("engin:\n  cycle_interval_s: 5", "unknown section 'engin'", "did you mean 'engine'?"),
        ("engine:\n  cycle_intervals: 300", "unknown key 'cycle_intervals'", "did you mean 'cycle_interval_s'?"),
        ("engine:\n  cycle_interval_s: 1", "engine.cycle_interval_s: 1 is out of range", "at least 10"),
        ("engine:\n  cycle_interval_s: soon", "'soon' is not a whole number", "300"),
        ("engine:\n  cycle_interval_s: true", "True is not a whole number", "300"),
        ("automation_creation:\n  max_automations: 500", "out of range", "from 1 to 100"),
        ("ui:\n  glyphs: emoji", "'emoji' is not allowed", "auto, unicode, ascii"),
        ("recording:\n  command_filter: secret", "not a list of texts", "for example"),
        ("engine: 5", "must hold keys", "engine:"),
        ("- a", "must hold sections", "engine:"),
        ("engine: [", "not YAML", "key: value"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_what_is_allowed(tmp_path: Path, text: str, message: str, hint: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert message in caught.value.message
    assert str(path) in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_no_file_and_an_empty_file_mean_the_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "missing.yaml") == Settings()
    assert read_settings(written(tmp_path, "")) == Settings()


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, render_settings())) == Settings()


def test_one_key_changes_one_thing(tmp_path: Path) -> None:
    read = read_settings(written(tmp_path, "repetitive_task_detection:\n  frequency_weight: 1\n"))
    assert read.repetitive_task_detection.frequency_weight == 1.0
    assert read.engine == Settings().engine
