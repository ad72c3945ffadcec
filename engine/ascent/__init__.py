"""The loop: octaves, jitter, normalised steps.

report     what comes up from a running recipe
octaves    the sizes of a dream, small to large
gradient   the direction of a step, smoothed and normalised
tiles      the same in parts, where memory runs out
balance    weights of several objectives
climb      `ascend`, the loop itself; the entry for tinkerers
response   what fires in a network, and what it does for an answer
benchmark  how fast it is, beside a textbook's loop
"""
