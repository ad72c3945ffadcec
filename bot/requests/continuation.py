"""What a reply to a dream asks for: `(row, wish, options) => params and picture of the next`.

castles, deeper     what was dreamed is dreamed on, towards that or where it went
castles             of a morph: it becomes that, too; of a video: it is dreamed towards that
zoom                what was dreamed is fallen into
continue            of a zoom: it goes on from where it ended
another             the picture that it was made of, with another seed
stronger, size:256  the same with the same seed: what was asked for is all that changes
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.requests.derivation import dream_like, next_zoom, still_params, with_new_seed, zoom_into
from bot.requests.message_options import Wish
from bot.requests.picture_sources import Original, first_alone, of_ending, of_result, of_row
from bot.views import result_card
from engine import params as engine_params
from engine.catalog import subject_sequence
from engine.errors import BadOption
from engine.params import AnyParams, AscentParams, Dream, Morph, Upscale, Video, Zoom, draw_seed
from engine.queue.job import JobRow, State

Options = Mapping[str, Any]
USUAL_STRENGTH = 1.0
"""What "stronger" begins with after what has no strength of its own."""


class Continuation(NamedTuple):
    """The next request of a row."""

    params: AnyParams
    original: Original


def continuation(row: JobRow, wish: Wish, options: Options) -> Continuation:
    """What is made next of a job, with `options` as they were said. Raises the `Refusal`s of options."""
    old = still_params(row.job.params)
    changes = {**_strength(old, wish.step), **options}
    if "subject" in changes and "network" not in changes:
        changes["network"] = old.catalog.network_for(changes["subject"], _network_chosen(old))
    if wish.verb == "zoom":
        return Continuation(zoom_into(old, **changes), first_alone(_result_or_original(row)))
    if isinstance(old, Zoom) and wish.verb == "deeper" and _can_go_on(row):
        return Continuation(next_zoom(old, **changes), of_ending(row))
    if _begins_again(old, wish, changes):
        return Continuation(_again(old, wish, changes), _with_others(row, _original(row), changes))
    return _deeper(row, old, changes)


def _can_go_on(row: JobRow) -> bool:
    """Whether a zoom has an ending, of which everybody may see what is made."""
    return result_card.ending(row) is not None and not result_card.is_unchanged(row)


def _network_chosen(old: AnyParams) -> str:
    """The network of a dream, but the default where another dreamed only because it alone knows the word."""
    (option, word), default = old.aim, old.catalog.default_network()
    by_the_word = option == "subject" and old.network == old.catalog.network_for(word, default)
    return default if by_the_word else old.network


def _begins_again(old: AnyParams, wish: Wish, changes: Options) -> bool:
    """Whether the picture that a job was made of is meant, and not what was made of it."""
    if not changes.keys() <= type(old).model_fields.keys():
        return False
    if isinstance(old, Zoom | Morph | Video) and wish.aimed:
        return True
    return wish.verb == "again" or (wish.verb != "deeper" and bool(changes) and not wish.aimed)


def _again(old: AnyParams, wish: Wish, changes: Options) -> AnyParams:
    if isinstance(old, Morph) and "subject" in changes:
        changes = {**changes, "subject": f"{old.subject}{subject_sequence.THEN}{changes['subject']}"}
    seed = {} if wish.verb == "again" or wish.aimed else {"seed": old.seed}
    return with_new_seed(old, **{**seed, **changes})


def _deeper(row: JobRow, old: AnyParams, changes: Options) -> Continuation:
    original = _result_or_original(row)
    if isinstance(old, Dream):
        return Continuation(with_new_seed(old, **changes), _with_others(row, original, changes))
    return Continuation(with_new_seed(dream_like(old, draw_seed()), **changes), original)


def _strength(old: AnyParams, step: float) -> dict[str, float]:
    """The next strength that is wished for, if any is. Raises `BadOption` where there is none."""
    if step == 1:
        return {}
    before = old.strength if isinstance(old, AscentParams | Upscale) else USUAL_STRENGTH
    declared = engine_params.bounds(AscentParams, "strength")
    low, high = declared["ge"], declared["le"]
    after = round(min(max(before * step, low), high), 2)
    if after == before:
        raise BadOption(option="strength", problem=f"goes from {low:g} to {high:g}, and that dream has {before:g}")
    return {"strength": after}


def _result_or_original(row: JobRow) -> Original:
    """What a job made, or, where that cannot be dreamed on, is not there, or is hardly anything else, the picture that
    it was made of."""
    done = row.state is State.DONE and row.result is not None and not result_card.is_unchanged(row)
    if not done or row.result is None or "deeper" not in result_card.verbs(row):
        return _original(row)
    return of_result(row, row.result.blob)


def _original(row: JobRow) -> Original:
    return of_row(row, row.job.picture)


def _with_others(row: JobRow, original: Original, changes: Options) -> Original:
    """With the further pictures of a job; a guide says what to dream towards, as a subject does."""
    others = {name: key for name, key in row.job.others.items() if name != "guide" or "subject" not in changes}
    return dataclasses.replace(original, others=others)
