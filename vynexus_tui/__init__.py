"""VyNexus watches what you repeat in the terminal, proposes an automation for it, shows what that automation would do to
your files, and, once you approve, takes the work over and measures the time it gave back.

The named components can be imported from here; each is loaded when it is first asked for, so that `vynexus run` stays quick.
"""

__version__ = "0.1.0"

_HOMES = {
    "RepetitiveTaskIdentifier": "vynexus_tui.mining.repetitive_task_identifier",
    "MicroAutomationCreator": "vynexus_tui.automation.micro_automation_creator",
    "PerformanceAnalyzer": "vynexus_tui.performance.performance_analyzer",
    "WorkflowOptimizer": "vynexus_tui.performance.workflow_optimizer",
    "EfficiencyTracker": "vynexus_tui.performance.efficiency_tracker",
    "AutomationSandbox": "vynexus_tui.sandbox.automation_sandbox",
    "WorkflowShortcuts": "vynexus_tui.shell.workflow_shortcuts",
    "OptimizationEngine": "vynexus_tui.engine.optimization_engine",
}
__all__ = [
    "AutomationSandbox",
    "EfficiencyTracker",
    "MicroAutomationCreator",
    "OptimizationEngine",
    "PerformanceAnalyzer",
    "RepetitiveTaskIdentifier",
    "WorkflowOptimizer",
    "WorkflowShortcuts",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # not above: `vynexus run` needs none of it

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
