"""What people do: `(persona, channel, deed) => interaction or message`. The page and the tests act through this.

A deed that Discord's client would not let happen raises `Mistake` with a sentence for the person.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

from bot.playground import (
    attachments,
    command_drafts,
    command_permissions,
    interactions,
    message_rules,
    modal_submission,
    options,
    registry,
)
from bot.playground.links import Links
from bot.playground.options import Mistake
from bot.playground.rejections import JsonDict
from bot.playground.world import MANAGE_MESSAGES, Attachment, Channel, Interaction, Message, Persona, Ping, World

PERSONA_UPLOAD_LIMIT = 64 * 1024 * 1024  # bytes; people may send more than the bot may
UPLOADS_KEPT = 40
CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
STAGED = "staged"


class UserActions:
    """People's hands in one world; keeps files that are uploaded but not yet sent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._staged: OrderedDict[str, Attachment] = OrderedDict()
        self.links = Links(world)

    def upload(self, filename: str, data: bytes) -> Attachment:
        """Put a file at hand for the next command or message; its id is the upload id."""
        item = attachments.store(self._world, STAGED, filename, data)
        self._staged[item.id] = item
        while len(self._staged) > UPLOADS_KEPT:
            name, _ = self._staged.popitem(last=False)
            self._world.attachments.pop(name, None)
        return item

    def _files_in(self, place: Channel) -> Mapping[str, Attachment]:
        return PlacedFiles(self._world, self._staged, place)

    def command(
        self, persona: Persona, place: Channel, name: str, typed: Sequence[JsonDict], nonce: str | None = None
    ) -> Interaction:
        """Send a chat command such as "dream" or "preset save"; `nonce` comes back if it fails; raises Mistake."""
        command, trail, schema = self._schema(name)
        check_usable(self._world, command, persona, place)
        chosen = options.choose(self._world, schema, typed, self._files_in(place))
        data = command_data(command, trail, chosen.options)
        data["resolved"] = interactions.resolve_files(self._world, chosen.files)
        if chosen.people:
            data["resolved"] |= interactions.resolve_people(self._world, chosen.people, place)
        if chosen.selected:
            data["resolved"] |= interactions.resolve_selected(self._world, persona, chosen.selected, place)
        interaction = interactions.begin(self._world, persona, place, interactions.COMMAND, data)
        interaction.command = command | {"typed": options.as_typed(chosen), "full_name": name}
        interaction.nonce = nonce
        interactions.deliver(self._world, interaction)
        return interaction

    def _schema(self, name: str) -> tuple[JsonDict, list[JsonDict], list[JsonDict]]:
        found = registry.find(self._world, name, CHAT)
        if found is None:
            raise Mistake(f"There is no command /{name}. Type / to see those there are.")
        command, trail = found
        schema = ([command, *trail][-1]).get("options") or []
        if any(option["type"] in (registry.SUBCOMMAND, registry.GROUP) for option in schema):
            names = ", ".join(option["name"] for option in schema)
            raise Mistake(f"/{name} needs one more word: {names}. Add it.")
        return command, trail, schema

    def autocomplete(
        self, persona: Persona, place: Channel, name: str, typed: Sequence[JsonDict], nonce: str
    ) -> Interaction:
        """Ask for the choices of the option marked `focused`; they arrive as a `choices` event with this nonce."""
        command, trail, schema = self._schema(name)
        check_usable(self._world, command, persona, place)
        data = command_data(command, trail, options.draft(schema, typed))
        interaction = interactions.begin(self._world, persona, place, interactions.AUTOCOMPLETE, data)
        interaction.command, interaction.nonce = command, nonce
        interactions.deliver(self._world, interaction)
        return interaction

    def menu(self, persona: Persona, place: Channel, kind: int, name: str, target: str) -> Interaction:
        """Use a context menu on a person (kind 2) or a message (kind 3); raises Mistake."""
        found = registry.find(self._world, name, kind)
        if found is None:
            raise Mistake(f'There is no entry "{name}". Reload the page.')
        check_usable(self._world, found[0], persona, place)
        data: JsonDict = {"id": found[0]["id"], "name": name, "type": kind, "target_id": target}
        data["resolved"] = self._target(place, kind, target)
        interaction = interactions.begin(self._world, persona, place, interactions.COMMAND, data)
        interaction.command = found[0] | {"typed": "", "full_name": name}
        interactions.deliver(self._world, interaction)
        return interaction

    def _target(self, place: Channel, kind: int, target: str) -> JsonDict:
        if kind == USER_MENU and target in self._world.people:
            return interactions.resolve_people(self._world, [self._world.people[target]], place)
        message = self._world.messages.get(target)
        if kind != MESSAGE_MENU or message is None:
            raise Mistake("That is gone. Choose another one.")
        return interactions.resolve_message(self._world, message)

    def press(
        self, persona: Persona, message: Message, custom_id: str, values: Sequence[str] | None = None
    ) -> Interaction:
        """Press a button or choose in a select; raises Mistake when it is not there, disabled or not visible."""
        if message.visible_to not in (None, persona.id) or message.id not in self._world.messages:
            raise Mistake("That message is gone.")
        found = [item for _, item in message_rules.walk(message.components, "") if item.get("custom_id") == custom_id]
        if not found or found[0].get("disabled"):
            raise Mistake("That button is not there any more. Use one of the newest message.")
        item = found[0]
        data: JsonDict = {"custom_id": custom_id, "component_type": item["type"], "id": item["id"]}
        place = self._world.channels[message.channel_id]
        if item["type"] in message_rules.SELECTS:
            data |= self._selection(persona, place, item, [str(value) for value in values or []])
        interaction = interactions.begin(self._world, persona, place, interactions.COMPONENT, data)
        interaction.message_id = message.id
        interactions.deliver(self._world, interaction)
        return interaction

    def _selection(self, persona: Persona, place: Channel, item: JsonDict, values: Sequence[str]) -> JsonDict:
        low, high = message_rules.value_bounds(item)
        if not low <= len(values) <= high:
            raise Mistake(f"Choose {low} to {high} there.")
        if item["type"] == message_rules.STRING_SELECT:
            known = {option["value"] for option in item["options"]}
            if not known.issuperset(values):
                raise Mistake("That choice is not there any more.")
            return {"values": list(values)}
        return {"values": list(values), "resolved": interactions.resolve_selected(self._world, persona, values, place)}

    def submit(self, persona: Persona, source_id: str, custom_id: str, fields: Sequence[JsonDict]) -> Interaction:
        """Send a filled-in modal; raises Mistake."""
        opened = (item for item in self._world.interactions.values() if item.id == source_id and item.modal)
        source = next((item for item in opened if item.user_id == persona.id), None)
        if source is None or source.modal is None or source.modal["custom_id"] != custom_id:
            raise Mistake("That form is closed. Open it again.")
        place = self._world.channels[source.channel_id]
        filled = modal_submission.fill(source.modal["components"], fields, self._files_in(place))
        data: JsonDict = {"custom_id": custom_id, "components": filled.components}
        data["resolved"] = interactions.resolve_files(self._world, filled.files)
        if filled.selected:
            data["resolved"] |= interactions.resolve_selected(self._world, persona, filled.selected, place)
        interaction = interactions.begin(self._world, persona, place, interactions.MODAL_SUBMIT, data)
        interaction.message_id, interaction.command = source.message_id, source.command
        source.modal = None
        interactions.deliver(self._world, interaction)
        return interaction

    def say(
        self,
        persona: Persona,
        place: Channel,
        content: str,
        uploads: Sequence[str] = (),
        reply_to: str | None = None,
        ping: bool = True,
    ) -> Message:
        """Write a message; `@Name` mentions, a reply with a `ping` whom it answers, a link's picture follows.

        Raises Mistake.
        """
        if place.persona not in (None, persona.id):
            raise Mistake("That is someone else's talk with the bot.")
        message = Message(self._world.mint(), place.id, persona.id, content=self._with_mentions(content))
        if reply_to in self._world.messages:
            message.type, message.reference = 19, reply_to
        at_hand = self._files_in(place)
        message.attachments = [at_hand[name] for name in uploads if name in at_hand]
        if not message.content.strip() and not message.attachments:
            raise Mistake("There is nothing to send. Type something or attach a picture.")
        if len(message.content) > 2000:
            raise Mistake("A message has at most 2000 characters. Make it shorter.")
        message.mentions = self._mentions(message, ping)
        if message.mentions:
            self._world.pings.append(Ping(message.id, tuple(message.mentions)))
        self._world.add_message(message)
        self.links.unfurl(message)
        return message

    def _with_mentions(self, content: str) -> str:
        for person in self._world.people.values():
            for name in (person.global_name, person.username):
                content = re.sub(rf"@{re.escape(name)}\b", f"<@{person.id}>", content, flags=re.IGNORECASE)
        return content

    def _mentions(self, message: Message, ping: bool) -> list[str]:
        """Return whom it mentions; a reply with a ping also its target's author (discord-api-docs issue 5395)."""
        people = command_drafts.find_mentions(self._world, message, None)
        target = self._world.messages.get(message.reference or "")
        if ping and target is not None and target.author_id not in (*people, message.author_id):
            people.append(target.author_id)
        return people

    def react(self, persona: Persona, message: Message, emoji: str) -> None:
        """React to a message, or take one's reaction back; raises Mistake where nobody can."""
        if message.ephemeral:
            raise Mistake("Nobody can react to a message that only you can see.")
        mine = persona.id in message.reactions.get(emoji, [])
        (self._world.unreact if mine else self._world.react)(message, persona.id, emoji)

    def dismiss(self, persona: Persona, message_id: str) -> None:
        """Put away a message that only this person sees."""
        message = self._world.messages.get(message_id)
        if message is not None and message.visible_to == persona.id:
            self._world.drop_message(message)

    def remove(self, persona: Persona, message_id: str) -> None:
        """Delete one's own message, or anyone's with Manage Messages; raises Mistake."""
        message = self._world.messages.get(message_id)
        if message is None:
            return
        given = self._world.permissions_of(persona, self._world.channels[message.channel_id])
        if message.author_id != persona.id and not given & MANAGE_MESSAGES:
            raise Mistake("Only its author or a moderator can delete that.")
        self._world.drop_message(message)


def check_usable(world: World, command: JsonDict, persona: Persona, place: Channel) -> None:
    """Raise Mistake where the real client would not offer this command: wrong place, or not allowed."""
    context = interactions.context_of(place)
    contexts = command.get("contexts")
    if contexts is not None and context not in contexts:
        raise Mistake("This command does not work here. Use it in another channel.")
    if place.without_bot and 1 not in (command.get("integration_types") or [0]):
        raise Mistake("This command only works where the bot is a member.")
    if place.kind == "text" and persona.left:
        raise Mistake("You left this server. Choose a channel that you are in.")
    if not command_permissions.is_offered(world, command, persona, place):
        raise Mistake("You may not use this command here. Ask a moderator.")


def command_data(command: JsonDict, trail: Sequence[JsonDict], chosen: list[JsonDict]) -> JsonDict:
    """Return a chat command's data with the options nested below its subcommands."""
    inner = chosen
    for step in reversed(trail):
        inner = [{"name": step["name"], "type": step["type"], "options": inner}]
    return {"id": command["id"], "name": command["name"], "type": CHAT, "options": inner}


class PlacedFiles(Mapping[str, Attachment]):
    """Staged files by upload id; taking one gives a copy that belongs to a channel."""

    def __init__(self, world: World, staged: Mapping[str, Attachment], place: Channel) -> None:
        self._world, self._staged, self._place = world, staged, place

    def __getitem__(self, name: str) -> Attachment:
        item = self._staged[name]
        return attachments.store(self._world, self._place.id, item.filename, item.data)

    def __contains__(self, name: object) -> bool:
        return name in self._staged

    def __iter__(self) -> Iterator[str]:
        return iter(self._staged)

    def __len__(self) -> int:
        return len(self._staged)
