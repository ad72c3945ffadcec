"""The first minute of somebody who opens the playground: told as a test, and recorded as the README's clip."""
