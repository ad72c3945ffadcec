"""The command line: `pareidolia VERB`."""
