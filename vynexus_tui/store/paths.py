"""Where everything of ours lies on disk (XDG Base Directory Specification 0.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vynexus_tui.domain.errors import StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class VynexusPaths:
    """Every directory and file we may write, for one person."""

    home: Path
    data_dir: Path
    """Database, approved scripts, hook files."""
    state_dir: Path
    """Spool, logs, aliases seen by the hook."""
    config_file: Path
    config_home: Path
    """Where other programs' settings lie too (fish, Atuin)."""

    @property
    def database(self) -> Path:
        """The one SQLite file."""
        return self.data_dir / "vynexus.db"

    @property
    def spool_dir(self) -> Path:
        """Where hooks append records until the next cycle."""
        return self.state_dir / "spool"

    @property
    def scheduled_dir(self) -> Path:
        """What the last scheduled start of each automation said."""
        return self.state_dir / "scheduled"

    @property
    def log_file(self) -> Path:
        """Tracebacks of failed cycles."""
        return self.state_dir / "vynexus.log"


def build_paths(environment: Mapping[str, str], *, config: str | None = None) -> VynexusPaths:
    """Paths from the environment; creates nothing. `config` (an option) beats $VYNEXUS_CONFIG beats the XDG file.

    Raises StoreError when there is no HOME.
    """
    home_text = environment.get("HOME", "")
    if not home_text.startswith("/"):
        raise StoreError("HOME is not set", "set HOME to your home directory, for example: HOME=/home/you vynexus")
    home = Path(home_text)
    named = config or environment.get("VYNEXUS_CONFIG")
    config_home = _xdg(environment, "XDG_CONFIG_HOME", home / ".config")
    return VynexusPaths(
        home=home,
        data_dir=_xdg(environment, "XDG_DATA_HOME", home / ".local/share") / "vynexus",
        state_dir=_xdg(environment, "XDG_STATE_HOME", home / ".local/state") / "vynexus",
        config_file=Path(named) if named else config_home / "vynexus/optimization_config.yaml",
        config_home=config_home,
    )


def _xdg(environment: Mapping[str, str], variable: str, default: Path) -> Path:
    # The specification: a value that is not absolute is ignored.
    value = environment.get(variable, "")
    return Path(value) if value.startswith("/") else default
