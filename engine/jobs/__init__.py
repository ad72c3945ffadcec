"""The counter between bot and engine: torch-free, the only part of the engine that the bot imports."""
