"""`vynexus doctor`: what works here, every path in use, and the fix for what does not."""

import argparse
from dataclasses import asdict

from vynexus_tui.cli.printing import now_utc, print_json, shown
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.diagnosis import diagnose


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Prints every check; exit status 1 when something needs fixing."""
    checks = diagnose(workspace, now=now_utc())
    if options.json:
        print_json({"checks": [asdict(c) for c in checks]})
    else:
        for check in checks:
            print(f"{'works' if check.works else 'FIX  '}  {check.name}: {shown(check.state)}")
            if check.fix:
                print("\n".join("         " + shown(line) for line in check.fix.splitlines()))
    return 0 if all(c.works for c in checks) else 1
