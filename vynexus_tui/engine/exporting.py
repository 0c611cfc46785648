"""Hand an automation out for use without VyNexus."""

from pathlib import Path

from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.shell.exporters import Export, ExportTarget, export_automation
from vynexus_tui.shell.file_writing import write_new, write_whole

__all__ = ["Export", "export", "write_export"]


def export(automation: Automation, target: ExportTarget) -> Export:
    """Its text for `target`. Raises ShellError where that cannot be done faithfully."""
    return export_automation(automation, target)


def write_export(exported: Export, path: Path, *, replaces: bool) -> None:
    """Writes it whole or not at all. Raises ShellError, also for a file that is there unless it `replaces` that."""
    try:
        (write_whole if replaces else write_new)(path, exported.content, exported.mode)
    except FileExistsError:
        raise ShellError(f"{path} is there already", "--force replaces it") from None
    except OSError as error:
        raise ShellError(f"{path} cannot be written: {error.strerror}", "nothing was written") from error
