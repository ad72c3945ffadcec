"""The judge: whether what the recipes make can be recognised and is whole: `(runtime, asked) => verdicts, pictures`.

`python -m engine.judge --out judged`, or `make judge`. Who judges what can be seen is a network that helps to make
nothing (`lite0`). It has learned from the same data as the makers, so that people who look have the last word.
"""
