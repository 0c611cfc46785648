"""The command palette: every key by its meaning, every automation by its name."""

from functools import partial
from typing import cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from vynexus_tui.tui.messages import PageAsked
from vynexus_tui.tui.present.content import MUTED, shown, words
from vynexus_tui.tui.screens.live_screen import LiveScreen


class ActionCommands(Provider):
    """Every action that has a key here, by its name."""

    def _actions(self) -> list[tuple[str, str, str]]:
        found = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.id and not binding.id.startswith("list.") and binding.action != "command_palette":
                found[binding.id] = (binding.description, _key_name(binding), _where(binding, active.node is self.app))
        return list(found.values())

    async def discover(self) -> Hits:
        """All of them."""
        for name, key, action in self._actions():
            yield DiscoveryHit(_line(name, key), partial(self._run, action), text=name)

    async def search(self, query: str) -> Hits:
        """Those whose name matches."""
        matcher = self.matcher(query)
        for name, key, action in self._actions():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, _line(name, key), partial(self._run, action), text=name)

    async def _run(self, action: str) -> None:
        await self.app.run_action(action, self.screen)


class AutomationCommands(Provider):
    """Open the review of any automation."""

    async def search(self, query: str) -> Hits:
        """Automations whose name or summary matches."""
        screen = self.screen
        if not isinstance(screen, LiveScreen):
            return
        matcher = self.matcher(query)
        for head in screen.view.snapshot.automations:
            automation = head.automation
            score = matcher.match(f"{automation.name} {automation.summary}")
            if score > 0:
                ask = partial(screen.post_message, PageAsked("automations", automation.automation_id))
                title = words(shown(automation.name), (f"  {automation.status}", MUTED))
                yield Hit(score, title, cast("partial[None]", ask), text=automation.name)


def _line(name: str, key: str) -> Content:
    return words(name, (f"   {key}", MUTED))


def _key_name(binding: Binding) -> str:
    return binding.key_display or binding.key


def _where(binding: Binding, is_app: bool) -> str:
    action = binding.action
    return action if "." in action.partition("(")[0] else ("app." if is_app else "") + action
