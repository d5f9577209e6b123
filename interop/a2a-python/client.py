"""The A2A project's Python client on a scriptable server: `client.py URL BINDING`. A line of JSON for each step."""

import asyncio
import json
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import (
    CancelTaskRequest,
    DeleteTaskPushNotificationConfigRequest,
    GetTaskPushNotificationConfigRequest,
    GetTaskRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTasksRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    StreamResponse,
    SubscribeToTaskRequest,
    TaskPushNotificationConfig,
    TaskState,
)
from google.protobuf.json_format import Parse


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


class Webhook:
    """Keeps what it is called with: the token, and the event as the SDK reads it."""

    def __enter__(self):
        calls = self.calls = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                calls.append((self.headers["x-a2a-notification-token"], Parse(body, StreamResponse())))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        return self

    def __exit__(self, *_):
        self.server.shutdown()

    async def until(self, last):
        """All events, once the last one has come to the state."""
        while not self.calls or Seen().take(self.calls[-1][1]).state != last:
            await asyncio.sleep(0.02)
        return self.calls


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

    async def begun_at_once(text):
        at_once = request(text)
        at_once.configuration.return_immediately = True
        return (await see(waiting.send_message(at_once))).task_id

    async def configured():
        task_id = await begun_at_once("@hold")
        given = TaskPushNotificationConfig(task_id=task_id, id="mine", url="http://127.0.0.1:9/", token="token")
        made = await streaming.create_task_push_notification_config(given)
        expect("id", "mine", made.id)
        which = {"task_id": task_id, "id": "mine"}
        got = await streaming.get_task_push_notification_config(GetTaskPushNotificationConfigRequest(**which))
        expect("url", given.url, got.url)

        async def listed():
            asked = ListTaskPushNotificationConfigsRequest(task_id=task_id)
            return [config.id for config in (await streaming.list_task_push_notification_configs(asked)).configs]

        expect("listed", ["mine"], await listed())
        await streaming.delete_task_push_notification_config(DeleteTaskPushNotificationConfigRequest(**which))
        expect("listed after it was deleted", [], await listed())
        await streaming.cancel_task(CancelTaskRequest(id=task_id))
        return "made, read, listed, deleted"

    async def called():
        with Webhook() as hook:
            task_id = await begun_at_once("@hold")
            config = TaskPushNotificationConfig(task_id=task_id, url=hook.url, token="token-1")
            await streaming.create_task_push_notification_config(config)
            await streaming.cancel_task(CancelTaskRequest(id=task_id))
            for token, event in await hook.until("CANCELED"):
                expect("token", "token-1", token)
                expect("task", task_id, Seen().take(event).task_id)
            inline = request("@chunks 3")
            inline.configuration.task_push_notification_config.url = hook.url
            inline.configuration.task_push_notification_config.token = "token-2"
            hook.calls.clear()
            await see(waiting.send_message(inline))
            kinds = [event.WhichOneof("payload") for _, event in await hook.until("COMPLETED")]
            expect("pieces", 3, kinds.count("artifact_update"))
            return "all updates, with the token"

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
        "webhook, configured": configured,
        "webhook, called": called,
    }.items():
        await step(name, play)


asyncio.run(main(*sys.argv[1:3]))
