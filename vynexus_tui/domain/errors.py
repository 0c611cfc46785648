"""Everything that can go wrong, by what the caller can do about it.

VynexusError      every one is shown as: what happened, then what to do
├ SettingsError   tell the person: file, key, allowed values; exit 2
├ RequestError    unknown name, illegal transition, stale approval: nothing was changed
│ └ StaleTrialError  files changed since the try: try again, then ask anew
├ SourceError     a history cannot be read: skip that source this cycle and say so
├ StoreError      busy: retry; written by a newer version: refuse to open
├ SandboxError    a trial is impossible: says why approving is off
└ ShellError      an rc file or a shortcut cannot be written: nothing was written
"""


class VynexusError(Exception):
    """What happened (`message`) and what the person can do about it (`hint`)."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class SettingsError(VynexusError):
    """A settings file says something we do not understand."""

    exit_code = 2


class RequestError(VynexusError):
    """What was asked for cannot be done now; nothing was changed."""


class StaleTrialError(RequestError):
    """Files changed since the try, so that it no longer says what approving would mean."""


class SourceError(VynexusError):
    """A history or spool could not be read."""


class StoreError(VynexusError):
    """The database could not be opened or written."""


class StoreBusyError(StoreError):
    """Another process holds the database; the same call may succeed later."""


class SandboxError(VynexusError):
    """A trial could not be isolated, so nothing was executed."""


class ShellError(VynexusError):
    """An rc file or a shortcut could not be written; it is as it was before."""
