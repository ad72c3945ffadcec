"""The gallery: what `/dream` and `/zoom` make of many kinds of pictures, as contact sheets for the README.

`python -m engine.gallery --out docs/gallery`, or `make gallery`. Every picture comes out of the product's own recipes.
"""
