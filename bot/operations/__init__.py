"""The bot as a program that somebody runs: health, metrics, the engine's process, files that outlive it."""
