"""How the pocket network is made: `python -m engine.training sprites`, then `fit`.

classes    what there is to recognise: emoji and textures
sprites    emoji art -> one archive of small RGBA pictures
textures   procedural textures: the classes that no emoji shows
backdrops  what stands behind: photographs, 1/f noise, dead leaves
scenes     sprites on backdrops -> an endless stream of labelled pictures
attack     pictures moved, within a radius, to where the network errs
fit        the loop: schedule, averaged weights, checkpoints, export
look       contact sheets of dreams, for the eye
"""
