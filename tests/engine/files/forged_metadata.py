"""Imprints as nobody of ours writes them: `name => text`. EVIL stands for a stranger's words."""

from __future__ import annotations

import json

from engine.files.generation_metadata import KEY, LIMIT
from engine.params import Dream

EVIL = "<@1> **EVIL** [EVIL](http://evil) `EVIL` @everyone \x1b[2J\u202e"


def noted(params: object = None, **others: object) -> bytes:
    """The text of a dream with something else in it."""
    return json.dumps({KEY: 1, "params": params, **others}).encode()


def dream(**options: object) -> bytes:
    return noted({**Dream().model_dump(), **options})


def inside(option: str, value: str) -> bytes:
    """A dream in which an option has a value that `json.dumps` would not write."""
    return dream(**{option: "HERE"}).replace(b'"HERE"', value.encode())


def chained(before: object, **others: object) -> bytes:
    """A dream of dreams, with something else in it."""
    return json.dumps({KEY: 2, "params": Dream().model_dump(), "before": before, **others}).encode()


FORGED: dict[str, bytes] = {
    "too long": noted({"recipe": "dream", "layer": "x" * LIMIT}),
    "too long, though fine": dream() + b" " * LIMIT,
    "deep lists": b'{"pareidolia":1,"params":' + b"[" * 4000,
    "deep and closed": b'{"pareidolia":1,"params":' + b"[" * 2000 + b"]" * 2000 + b"}",
    "deep objects": b'{"a":' * 800,
    "no JSON": b"EVIL",
    "cut short": dream()[:60],
    "two texts": dream() + dream(),
    "no UTF-8": b'{"pareidolia":1,"params":"\xff\xfe"}',
    "UTF-16": dream().decode().encode("utf-16"),
    "zero bytes": b"\0" * 50,
    "a byte order mark": b"\xef\xbb\xbf" + dream(),
    "a list": b"[1,2]",
    "a number": b"1",
    "null": b"null",
    "a huge number": b"9" * 4090,
    "no version": json.dumps({"params": Dream().model_dump()}).encode(),
    "a version that is true": json.dumps({KEY: True, "params": Dream().model_dump()}).encode(),
    "a version in words": json.dumps({KEY: EVIL, "params": Dream().model_dump()}).encode(),
    "version 0": json.dumps({KEY: 0, "params": Dream().model_dump()}).encode(),
    "version 1.0": json.dumps({KEY: 1.0, "params": Dream().model_dump()}).encode(),
    "a later version": json.dumps({KEY: 3, "params": EVIL}).encode(),
    "a much later version": b'{"pareidolia":' + b"9" * 4000 + b"}",
    "no params": b'{"pareidolia":1}',
    "params of a wrong type": noted([EVIL]),
    "params as text": noted(EVIL),
    "no recipe": noted({"layer": "high"}),
    "an unknown recipe": dream(recipe=EVIL),
    "a recipe that is a list": dream(recipe=[EVIL]),
    "an unknown network": dream(network=EVIL),
    "a network by path": dream(network="../../etc/passwd"),
    "a network that is a number": dream(network=5),
    "an unknown layer": dream(layer=EVIL),
    "markdown behind a layer": dream(layer=f"high + {EVIL}"),
    "a layer of control characters": dream(layer="\x1b]0;EVIL\x07"),
    "half a character": dream(layer="\ud800"),
    "a long layer": dream(layer="high + " * 200),
    "a layer that is an object": dream(layer={"$ne": 1}),
    "an unknown subject": dream(layer="", subject=EVIL),
    "layer and subject": dream(subject="eyes"),
    "an unknown option": dream(EVIL=1),
    "a method's name": dream(model_config={}),
    "not a number": inside("strength", "NaN"),
    "infinity": inside("strength", "-Infinity"),
    "an overflowing number": inside("strength", "1e999"),
    "a huge seed": inside("seed", "9" * 3000),
    "a negative seed": dream(seed=-1),
    "a huge size": dream(size=10**9),
    "half a pixel": dream(size=300.5),
    "a size in words": dream(size=EVIL),
    "no size": dream(size=None),
    "too many octaves": dream(octaves=9),
    "endless iterations": dream(iterations=10**6),
    "a colour": dream(colours=EVIL),
    "an option twice": inside("seed", '1,"seed":2'),
    "the version twice": b'{"pareidolia":1,' + dream()[1:],
    "more than params": noted(Dream().model_dump(), requester=EVIL),
    "unknown pictures": noted(Dream().model_dump(), others=[EVIL]),
    "the same picture twice": noted(Dream().model_dump(), others=["mask", "mask"]),
    "pictures of a wrong type": noted(Dream().model_dump(), others={"mask": 1}),
    "pictures in lists": noted(Dream().model_dump(), others=[["mask"]]),
    "nothing named": noted({"recipe": "concept", "subject": ""}),
    "a zoom beyond its frames": noted({"recipe": "zoom", "frames": 10**9}),
    "a channel beyond all": noted({"recipe": "channel", "channel": 10**9}),
    "a channel and a search": noted({"recipe": "channel", "channel": 1, "search": "eyes"}),
    "dreams before it in the first form": noted(Dream().model_dump(), before=[{"params": Dream().model_dump()}]),
    "dreams before it that are words": chained(EVIL),
    "dreams before it that are an object": chained({"params": EVIL}),
    "a dream before it that is none": chained([EVIL]),
    "a dream before it without options": chained([{}]),
    "a dream before it without a recipe": chained([{"params": {"seed": 1}}]),
    "a page before it": chained([{"params": {"recipe": "see"}}]),
    "a sheet before it": chained([{"params": {"recipe": "dream", "variations": 4}}]),
    "an unknown option of a dream before it": chained([{"params": {"recipe": "dream", EVIL: 1}}]),
    "an unknown subject of a dream before it": chained([{"params": {"recipe": "dream", "subject": EVIL}}]),
    "a huge size of a dream before it": chained([{"params": {"recipe": "dream"}}, {"params": {"size": 10**9}}]),
    "an unknown picture of a dream before it": chained([{"params": {"recipe": "dream"}, "others": [EVIL]}]),
    "more than there is of a dream before it": chained([{"params": {"recipe": "dream"}, EVIL: 1}]),
    "more dreams than are remembered": chained([{"params": {"recipe": "dream"}}, *[{"params": {}}] * 16]),
    "nested dreams": chained([{"params": {"recipe": "animate", "dreams": [{"params": {"recipe": "dream"}}]}}]),
    "omitted words": chained([], omitted=EVIL),
    "less than nothing omitted": chained([], omitted=-1),
    "endlessly many omitted": chained([], omitted=10**9),
    "omitted that is true": chained([], omitted=True),
    "a film of nothing": noted({"recipe": "animate", "dreams": []}),
    "a film of films": noted({"recipe": "animate", "dreams": [{"params": {"recipe": "animate"}}]}),
}
