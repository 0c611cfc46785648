"""Every hostile script there is."""

from tests.sandbox.attacks import files, greed, kernel, layers, processes, secrets
from tests.sandbox.attacks.attack import unique

ATTACKS = unique(files.ATTACKS, layers.ATTACKS, processes.ATTACKS, kernel.ATTACKS, secrets.ATTACKS, greed.ATTACKS)
