"""The dream engine: a process of its own. Only `engine.jobs`, its counter, is for others to import."""
