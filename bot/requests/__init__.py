"""From what a person asked to a queued job: `interaction or message => picture, params, row`."""
