"""What Discord shows of commands before anything is sent, in every language: `description => its translation`.

Names stay English: people type them, and pages and other people's words have them.
"""

from __future__ import annotations

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation, TranslationContextTypes, locale_str

from bot.languages.catalogs import ENGLISH, catalog, locales

SHOWN = frozenset({
    TranslationContextLocation.command_description, TranslationContextLocation.group_description,
    TranslationContextLocation.parameter_description, TranslationContextLocation.choice_name,
})  # fmt: skip


class CommandTranslator(app_commands.Translator):
    """Translates descriptions and choices by the catalogues."""

    async def translate(self, string: locale_str, locale: Locale, context: TranslationContextTypes) -> str | None:
        """A description in a locale; None for what stays as it is."""
        if context.location not in SHOWN or locale.value == ENGLISH or locale.value not in locales():
            return None
        said = catalog(locale.value).gettext(string.message)
        return said if said != string.message else None
