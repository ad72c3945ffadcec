"""The loop: octaves, jitter, normalised steps.

progress               what comes up from a running recipe
octaves                the sizes of a dream, small to large
gradient               the direction of a step, smoothed and normalised
tiled_gradient         the same in parts, where memory runs out
gradient_balance       weights of several objectives
pixel_ascent           `ascend`, the loop itself; the entry for tinkerers
notebook_ascent        the loop of 2015, step for step
crop_ascent            dreaming by random crops; crop_setup prepares it
thing_ascent           how a thing grows by crops; subject_ascent: out of a picture, in a square that placement finds
random_restarts        several starts, of which the best goes on
variations             several answers to one request
feature_visualization  painting out of nothing
attribution            what fires in a network, and what it does for an answer
benchmark              how fast it is, beside a textbook's loop
"""
