"""The loop: octaves, jitter, normalised steps.

report     what comes up from a running recipe
octaves    the sizes of a dream, small to large
gradient   the direction of a step, smoothed and normalised
climb      `ascend`, the loop itself; the entry for tinkerers
benchmark  how fast it is, beside a textbook's loop
"""
