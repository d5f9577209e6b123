"""The A2A project's Python client on a scriptable server: `client.py URL BINDING`. A line of JSON for each step."""

import asyncio
import json
import sys
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    ListTasksRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    SubscribeToTaskRequest,
    TaskState,
)


def request(text, **task):
    message = Message(message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=[Part(text=text)], **task)
    return SendMessageRequest(message=message)


def state(status):
    return TaskState.Name(status.state).removeprefix("TASK_STATE_")


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
    """What a stream showed: the kinds in order, the task's ids, and its last state."""

    def __init__(self):
        self.kinds, self.task_id, self.context_id, self.state = [], None, None, None

    def take(self, event):
        kind = event.WhichOneof("payload")
        self.kinds.append(kind)
        body = getattr(event, kind)
        if kind == "task":
            self.task_id, self.context_id, self.state = body.id, body.context_id, state(body.status)
        if kind == "status_update":
            self.task_id, self.context_id, self.state = body.task_id, body.context_id, state(body.status)
        return self


async def see(events):
    seen = Seen()
    async for event in events:
        seen.take(event)
    return seen


async def main(url, binding):
    http = httpx.AsyncClient(timeout=15)
    card = await A2ACardResolver(http, url).get_agent_card()

    def client(streaming):
        config = ClientConfig(httpx_client=http, streaming=streaming, supported_protocol_bindings=[binding])
        return ClientFactory(config).create(card)

    waiting, streaming = client(False), client(True)
    sent = []

    async def read_card():
        return ", ".join(sorted(interface.protocol_binding for interface in card.supported_interfaces))

    async def send():
        seen = await see(waiting.send_message(request("hello")))
        sent.append(seen.task_id)
        expect("state", "COMPLETED", seen.state)
        return seen.state

    async def stream():
        seen = await see(streaming.send_message(request("@chunks 3")))
        expect("pieces", 3, seen.kinds.count("artifact_update"))
        expect("state", "COMPLETED", seen.state)
        return f"3 pieces, {seen.state}"

    async def direct():
        seen = await see(streaming.send_message(request("@direct pong")))
        expect("kinds", ["message"], seen.kinds)
        return "a message"

    async def get():
        task = await streaming.get_task(GetTaskRequest(id=sent[0]))
        expect("id", sent[0], task.id)
        return state(task.status)

    async def list_tasks():
        page = await streaming.list_tasks(ListTasksRequest(page_size=50))
        expect("the task that was sent is there", True, sent[0] in [task.id for task in page.tasks])
        return "the tasks of this run"

    async def give_input():
        asked = await see(streaming.send_message(request("@input Which one?")))
        expect("state", "INPUT_REQUIRED", asked.state)
        follow_up = request("This one", task_id=asked.task_id, context_id=asked.context_id)
        seen = await see(streaming.send_message(follow_up))
        expect("state", "COMPLETED", seen.state)
        return f"{asked.state}, then {seen.state}"

    async def cancel():
        seen, answer = Seen(), None
        async for event in streaming.send_message(request("@hold")):
            seen.take(event)
            if answer is None:
                answer = await streaming.cancel_task(CancelTaskRequest(id=seen.task_id))
        expect("state of the answer", "CANCELED", state(answer.status))
        expect("last state of the stream", "CANCELED", seen.state)
        return state(answer.status)

    async def subscribe():
        at_once = request("@slow 1s")
        at_once.configuration.return_immediately = True
        begun = await see(waiting.send_message(at_once))
        seen = await see(streaming.subscribe(SubscribeToTaskRequest(id=begun.task_id)))
        expect("first", "task", seen.kinds[0])
        expect("state", "COMPLETED", seen.state)
        return f"a task, then updates, {seen.state}"

    for name, play in {
        "card": read_card,
        "send": send,
        "stream": stream,
        "direct answer": direct,
        "get": get,
        "list": list_tasks,
        "input": give_input,
        "cancel": cancel,
        "subscribe": subscribe,
    }.items():
        await step(name, play)


asyncio.run(main(*sys.argv[1:3]))
