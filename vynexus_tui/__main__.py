"""`python -m vynexus_tui` is `vynexus`."""

from vynexus_tui.cli.main import main

raise SystemExit(main())
