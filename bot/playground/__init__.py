"""A stand-in Discord on loopback: `(settings) => REST + gateway + CDN + a chat page`.

It speaks Discord's wire protocol and imports neither discord.py nor anything else of this project,
so that it can contradict both.
"""
