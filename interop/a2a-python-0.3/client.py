"""The A2A project's Python client of the 0.3 line on a scriptable server: `client.py URL BINDING`. A line of JSON for each step."""

import asyncio
import json
import sys
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import (
    GetTaskPushNotificationConfigParams,
    Message,
    Part,
    PushNotificationConfig,
    Role,
    TaskIdParams,
    TaskPushNotificationConfig,
    TaskQueryParams,
    TextPart,
)


def message(text, **task):
    return Message(message_id=str(uuid.uuid4()), role=Role.user, parts=[Part(root=TextPart(text=text))], **task)


def expect(what, expected, actual):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected}, got {actual}")


async def step(name, play):
    try:
        line = {"step": name, "ok": True, "saw": await asyncio.wait_for(play(), 20)}
    except Exception as error:
        line = {"step": name, "ok": False, "saw": f"{type(error).__name__}: {error}"[:300]}
    print(json.dumps(line), flush=True)


class Seen:
    """What a stream showed: the kinds in order, and the task as the SDK keeps it."""

    def __init__(self):
        self.kinds, self.task = [], None

    def take(self, event):
        if isinstance(event, Message):
            self.kinds.append("message")
        else:
            self.task, update = event
            self.kinds.append(update.kind if update else "task")
        return self

    @property
    def state(self):
        return self.task.status.state.value


async def see(events):
    seen = Seen()
    async for event in events:
        seen.take(event)
    return seen


async def main(url, binding):
    http = httpx.AsyncClient(timeout=15)
    card = await A2ACardResolver(http, url).get_agent_card()

    def client(streaming):
        config = ClientConfig(httpx_client=http, streaming=streaming, supported_transports=[binding])
        return ClientFactory(config).create(card)

    waiting, streaming = client(False), client(True)
    sent = []

    async def read_card():
        return ", ".join(sorted({interface.transport for interface in card.additional_interfaces}))

    async def send():
        seen = await see(waiting.send_message(message("hello")))
        sent.append(seen.task.id)
        expect("state", "completed", seen.state)
        return seen.state

    async def stream():
        seen = await see(streaming.send_message(message("@chunks 3")))
        expect("pieces", 3, seen.kinds.count("artifact-update"))
        expect("state", "completed", seen.state)
        return f"3 pieces, {seen.state}"

    async def direct():
        seen = await see(streaming.send_message(message("@direct pong")))
        expect("kinds", ["message"], seen.kinds)
        return "a message"

    async def get():
        task = await streaming.get_task(TaskQueryParams(id=sent[0]))
        expect("id", sent[0], task.id)
        return task.status.state.value

    async def give_input():
        asked = await see(streaming.send_message(message("@input Which one?")))
        expect("state", "input-required", asked.state)
        follow_up = message("This one", task_id=asked.task.id, context_id=asked.task.context_id)
        seen = await see(streaming.send_message(follow_up))
        expect("state", "completed", seen.state)
        return f"{asked.state}, then {seen.state}"

    async def cancel():
        seen, answer = Seen(), None
        async for event in streaming.send_message(message("@hold")):
            seen.take(event)
            if answer is None:
                answer = await streaming.cancel_task(TaskIdParams(id=seen.task.id))
        expect("state of the answer", "canceled", answer.status.state.value)
        expect("last state of the stream", "canceled", seen.state)
        return answer.status.state.value

    async def subscribe():
        events = streaming.send_message(message("@slow 1s"))
        begun = Seen().take(await anext(events))
        seen = await see(streaming.resubscribe(TaskIdParams(id=begun.task.id)))
        await see(events)
        expect("first", "task", seen.kinds[0])
        expect("state", "completed", seen.state)
        return f"a task, then updates, {seen.state}"

    async def configured():
        asked = await see(streaming.send_message(message("@input Which one?")))
        config = PushNotificationConfig(id="mine", url="http://127.0.0.1:9/", token="token")
        given = TaskPushNotificationConfig(task_id=asked.task.id, push_notification_config=config)
        made = await streaming.set_task_callback(given)
        expect("id", "mine", made.push_notification_config.id)
        which = GetTaskPushNotificationConfigParams(id=asked.task.id, push_notification_config_id="mine")
        got = await streaming.get_task_callback(which)
        expect("url", config.url, got.push_notification_config.url)
        return "made, read"

    for name, play in {
        "card": read_card,
        "send": send,
        "stream": stream,
        "direct answer": direct,
        "get": get,
        "input": give_input,
        "cancel": cancel,
        "subscribe": subscribe,
        "webhook, configured": configured,
    }.items():
        await step(name, play)


asyncio.run(main(*sys.argv[1:3]))
