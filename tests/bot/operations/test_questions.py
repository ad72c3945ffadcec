"""What is asked about a server: `(what there is) => findings`."""

import discord
import pytest

from bot.operations.questions import INVITED, expressions_finding, permission_findings, rules_findings, shard_findings
from bot.store.server_rules import ServerRules


@pytest.mark.parametrize(
    ("number", "connected", "fine"),
    [
        (None, [], None), (0, [], None), (0, [True], None),
        (1, [True, True], True), (1, [False, True], True), (1, [True, False], False), (2, [True, True], False),
    ],
)  # fmt: skip
def test_the_shard_of_a_server(number: int | None, connected: list[bool], fine: bool | None) -> None:
    found = [*shard_findings(number, connected)]
    assert [one.fine for one in found] == ([] if fine is None else [fine])
    for one in found:
        assert f"shard {number} of {len(connected)}" in one.what
        assert bool(one.remedy) is not one.fine


def test_channels_of_one_name_are_several() -> None:
    blind = discord.Permissions(INVITED.value)
    blind.update(attach_files=False)
    (one,) = permission_findings({"1": INVITED, "2": blind}, ServerRules(), {"1": "#art", "2": "#art"})
    assert not one.fine
    (one,) = permission_findings({"1": INVITED, "2": INVITED}, ServerRules(), {"1": "#art", "2": "#art"})
    assert (one.fine, "2 channels" in one.what) == (True, True)


def test_channels_for_games_can_be_gone_too() -> None:
    found = rules_findings(ServerRules(games=("1", "2")), {"1": "#art"}, {}, 5)
    assert any(one.what.startswith("1 of the channels") for one in found)


def test_adding_expressions_is_offered_and_nothing_is_wrong_without_it() -> None:
    without = expressions_finding(INVITED)
    assert without.fine
    assert "allow Create Expressions" in without.what
    for given in (discord.Permissions(create_expressions=True), discord.Permissions(administrator=True)):
        assert "I can add emoji and stickers" in expressions_finding(given).what
