"""From a job to its answer: `hints and rows => edits of one message`."""
