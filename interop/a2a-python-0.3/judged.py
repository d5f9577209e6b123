"""The A2A project's Python client of the 0.3 line before each scenario of `agentproto-conformance client`: `judged.py BINDING`."""

import os
import sys
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import Message, Part, PushNotificationConfig, Role, TaskQueryParams, TextPart

from hook import TOKEN, Hook, tell

URL, BINDING = os.environ["AGENTPROTO_URL"], sys.argv[1]
KEY = os.environ.get("AGENTPROTO_API_KEY")

http = httpx.AsyncClient(timeout=15, headers={"authorization": f"Bearer {KEY}"} if KEY else {})


def message(text, **more):
    return Message(message_id=str(uuid.uuid4()), role=Role.user, parts=[Part(root=TextPart(text=text))], **more)


def text_of(task):
    return "".join(part.root.text for artifact in task.artifacts or [] for part in artifact.parts)


async def connect(streaming=True, **more):
    card = await A2ACardResolver(http, URL).get_agent_card()
    config = ClientConfig(httpx_client=http, streaming=streaming, supported_transports=[BINDING], **more)
    return ClientFactory(config).create(card)


async def last(events):
    """The task as the SDK keeps it, at the end."""
    task = None
    async for event in events:
        task = event[0]
    return task


async def talk():
    waiting, streaming = await connect(False), await connect()
    task = await last(waiting.send_message(message("hello")))
    await last(waiting.send_message(message("again", context_id=task.context_id)))
    said = text_of(await last(streaming.send_message(message("hello"))))
    await waiting.get_task(TaskQueryParams(id=task.id, history_length=1))
    return said


async def webhook():
    hook = Hook()
    config = PushNotificationConfig(url=hook.url, token=TOKEN)
    client = await connect(False, polling=True, push_notification_configs=[config])
    await last(client.send_message(message("hello")))
    return await hook.text()


async def extended_card():
    client = await connect(False)
    await client.get_card()
    return text_of(await last(client.send_message(message("hello"))))


async def give_input():
    client = await connect(False)
    task = await last(client.send_message(message("hello")))
    follow_up = message("Zurich", task_id=task.id, context_id=task.context_id)
    return text_of(await last(client.send_message(follow_up)))


PLAYS = {"webhook": webhook, "extended-card": extended_card, "input": give_input}

tell(PLAYS, talk)
