"""What a restart needs is in the row, and nothing of it in a log."""

import json
import time

from bot.store.posting import Posting

POSTING = Posting(
    user_id=1, name="Ada", original="Ada's cat", channel_id=2, guild_id=3, message_id=4, token="s3cret",
    token_until=time.time() + 3600,
)  # fmt: skip


def test_there_and_back() -> None:
    assert Posting.from_json(json.loads(json.dumps(POSTING.to_json()))) == POSTING


def test_fields_of_a_newer_version_are_ignored() -> None:
    assert Posting.from_json({**POSTING.to_json(), "mood": "good"}) == POSTING


def test_a_row_from_before_there_were_subjects_is_read() -> None:
    old = {**POSTING.to_json(), "subject": POSTING.original}
    del old["original"]
    assert Posting.from_json(old) == POSTING


def test_the_token_is_not_in_its_repr() -> None:
    assert "s3cret" not in repr(POSTING)


def test_once_posted_only_what_nothing_else_reaches_keeps_its_token() -> None:
    assert POSTING.without_token().token == ""
    assert not POSTING.without_token().token_alive
    for needed in ({"ephemeral": True}, {"reachable": False}):
        private = Posting.from_json({**POSTING.to_json(), **needed})
        assert private.without_token() == private
    nobody_waits = Posting.from_json({**POSTING.to_json(), "ephemeral": True, "abandoned": True})
    assert nobody_waits.without_token().token == ""


def test_ways_to_reach_the_message() -> None:
    assert POSTING.token_alive
    assert POSTING.by_channel
    late = {**POSTING.to_json(), "token_until": time.time() - 1}
    assert not Posting.from_json(late).token_alive
    private = Posting.from_json({**late, "ephemeral": True})
    assert private.token_alive, "nothing else reaches it, and our clock may be wrong: Discord knows"
    assert not Posting.from_json({**late, "ephemeral": True, "token": ""}).token_alive
    assert not private.by_channel
    assert private.link == ""
    assert POSTING.link == "https://discord.com/channels/3/2/4"
    assert Posting.from_json({**POSTING.to_json(), "guild_id": None}).link == "https://discord.com/channels/@me/2/4"
