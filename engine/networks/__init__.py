"""Networks that dream: `name => Network`.

network   what everyone else sees: activations by layer, own normalisation
first     the cheap gradient of the first convolution
pocket    the network inside the package
loading   a network by its catalogue name
"""
