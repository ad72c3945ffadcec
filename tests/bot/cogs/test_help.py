"""`/help` against the stand-in Discord."""

import pytest
from discord import ui

from bot import help_pages, wording
from bot.components.subject_pages import SubjectPageButton
from bot.playground.world import Message
from bot.views import subject_panel
from engine.catalog import subject_sheets
from engine.catalog.catalog import Catalog, shipped_catalog
from tests.bot.requests.test_hostile_users import forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    alts,
    labels,
    specification,
    stage,
    walk,
    words,
)


async def test_every_topic_is_a_page_that_only_the_user_sees(stage: Stage) -> None:  # noqa: F811
    for topic, page in help_pages.HELP_PAGES.items():
        told = await stage.ask("You", "help", topic=topic)
        assert told.ephemeral
        assert words(told).splitlines()[0] == page.splitlines()[0]
        assert "{" not in words(told)
    assert words(await stage.ask("You", "help")) == help_pages.HELP


async def test_all_subjects_are_looked_through_page_by_page(stage: Stage) -> None:  # noqa: F811
    stage.client.service.catalog = Catalog()
    pages = subject_sheets.pages(shipped_catalog(), "lite2")
    shown = await stage.ask("You", "help", topic="subjects")
    assert shown.ephemeral
    seen: list[str] = []
    for number, page in enumerate(pages):
        await stage.shows(shown, wording.subjects_footer(number + 1, len(pages), 1000))
        assert [item.filename for item in shown.attachments] == [page.file.name if page.file else ""]
        assert alts(shown) == [wording.subjects_alt(page.names)]
        assert all(name in words(shown) for name in page.names)
        assert off(shown) == (["Previous"] if number == 0 else ["Next"] if number == len(pages) - 1 else [])
        seen += page.names
        if number < len(pages) - 1:
            stage.playground.press("You", shown, "Next")
    assert seen == [*shipped_catalog().subjects("lite2")]
    stage.playground.press("You", shown, "Previous")
    await stage.shows(shown, wording.subjects_footer(len(pages) - 1, len(pages), 1000))


def off(message: Message) -> list[str]:
    """The buttons that cannot be pressed."""
    return [item["label"] for item in walk(message.components) if item.get("disabled")]


async def test_a_page_of_other_words_is_a_list_and_one_that_there_is_not_is_the_last(stage: Stage) -> None:  # noqa: F811
    shown = await stage.ask("You", "help", topic="subjects")
    assert not shown.attachments
    assert "👁️ **eyes** · " in words(shown)
    await stage.response_to(forged_press(stage, shown, "subjects:next:999"))
    await stage.shows(shown, wording.subjects_footer(3, 3, 302))
    assert off(shown) == ["Next"]


@pytest.mark.parametrize("network", ["lite2", "lite1", "pocket", "places365"])
def test_every_subject_is_on_one_page_and_every_page_has_its_file(network: str) -> None:
    catalog = shipped_catalog()
    pages = subject_sheets.pages(catalog, network)
    named = [*catalog.subjects(network)] or [*catalog.names(network)]
    assert [name for page in pages for name in page.names] == named != []
    assert all(page.file is None or page.file.is_file() for page in pages)
    assert all(page.file for page in pages) is network.startswith("lite")


@pytest.mark.parametrize("network", ["lite2", "pocket", "places365"])
def test_a_page_is_within_discords_limits(network: str) -> None:
    for number in range(len(subject_sheets.pages(shipped_catalog(), network))):
        found = subject_panel.panel(Catalog(None, network), number).view
        told = [one for one in found.walk_children() if isinstance(one, ui.TextDisplay)]
        assert sum(len(one.content) for one in told) <= 4000
        ids = [str(one.custom_id) for one in found.walk_children() if isinstance(one, ui.Button)]
        assert len({*ids}) == 2
        assert all(map(SubjectPageButton.knows, ids))
