"""Chaos: the whole product while its processes, its disk, its clock and its connection fail. `make chaos` runs it."""
