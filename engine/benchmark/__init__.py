"""How fast it is, by figures that can be compared: `make bench` (see docs/performance.md). Nothing else imports it."""
