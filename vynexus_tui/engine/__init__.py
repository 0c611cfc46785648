"""The corridor: the only place where rooms meet. `assembly.open_workspace` opens the house; one module per family of verbs."""
