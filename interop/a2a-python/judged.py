"""The A2A project's Python client before each scenario of `agentproto-conformance client`: `judged.py BINDING`."""

import asyncio
import json
import os
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import (
    GetTaskRequest,
    ListTasksRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    StreamResponse,
    SubscribeToTaskRequest,
    TaskState,
)
from a2a.types.a2a_pb2 import GetExtendedAgentCardRequest
from a2a.utils.signing import create_signature_verifier
from google.protobuf.json_format import Parse
from jwt.api_jwk import PyJWK

URL, BINDING = os.environ["AGENTPROTO_URL"], sys.argv[1]
KEY = os.environ.get("AGENTPROTO_API_KEY")
KEYS = {key["kid"]: key for key in json.loads(os.environ.get("AGENTPROTO_CARD_KEYS", '{"keys": []}'))["keys"]}
CREDENTIALS = "only-for-this-task"
ENDED = (TaskState.TASK_STATE_COMPLETED, TaskState.TASK_STATE_FAILED)

http = httpx.AsyncClient(timeout=15, headers={"authorization": f"Bearer {KEY}"} if KEY else {})


def request(text, **more):
    message = Message(message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=[Part(text=text)], **more)
    return SendMessageRequest(message=message)


def text_of(parts):
    return "".join(part.text for part in parts)


async def connect(streaming=True):
    verifier = create_signature_verifier(lambda kid, _: PyJWK(KEYS[kid]), ["ES256"]) if KEYS else None
    card = await A2ACardResolver(http, URL).get_agent_card(signature_verifier=verifier)
    return client_of(card, streaming)


def client_of(card, streaming):
    config = ClientConfig(httpx_client=http, streaming=streaming, supported_protocol_bindings=[BINDING])
    return ClientFactory(config).create(card)


async def heard(events):
    """What was said, and the task if there was one."""
    said, task = "", None
    async for event in events:
        kind = event.WhichOneof("payload")
        if kind == "task":
            task = event.task
            said += "".join(text_of(artifact.parts) for artifact in task.artifacts)
        elif kind == "artifact_update":
            said += text_of(event.artifact_update.artifact.parts)
    return said, task


async def talk():
    waiting, streaming = await connect(False), await connect(True)
    _, task = await heard(waiting.send_message(request("hello")))
    await heard(waiting.send_message(request("again", context_id=task.context_id)))
    said, _ = await heard(streaming.send_message(request("hello")))
    await waiting.get_task(GetTaskRequest(id=task.id))
    token = None
    while token != "":
        token = (await waiting.list_tasks(ListTasksRequest(page_size=2, page_token=token))).next_page_token
    return said


async def webhook():
    said, over, seen = [], threading.Event(), set()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            is_ours = self.headers["authorization"] == f"Bearer {CREDENTIALS}"
            self.send_response(204 if is_ours else 401)
            self.end_headers()
            if not is_ours or body in seen:
                return
            seen.add(body)
            event = Parse(body, StreamResponse())
            kind = event.WhichOneof("payload")
            if kind == "artifact_update":
                said.append(text_of(event.artifact_update.artifact.parts))
            if kind == "status_update" and event.status_update.status.state in ENDED:
                over.set()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wanted = request("hello")
    wanted.configuration.return_immediately = True
    config = wanted.configuration.task_push_notification_config
    config.url = f"http://127.0.0.1:{server.server_port}/hook"
    config.authentication.scheme, config.authentication.credentials = "Bearer", CREDENTIALS
    await heard((await connect(False)).send_message(wanted))
    await asyncio.to_thread(over.wait, 20)
    return "".join(said)


async def extended_card():
    client = await connect()
    await client.get_extended_agent_card(GetExtendedAgentCardRequest())
    return (await heard(client.send_message(request("hello"))))[0]


async def authorization():
    _, task = await heard((await connect(False)).send_message(request("hello")))
    return (await heard((await connect()).subscribe(SubscribeToTaskRequest(id=task.id))))[0]


async def expired_card():
    await connect()
    await asyncio.sleep(1.1)
    return await talk()


PLAYS = {
    "webhook": webhook,
    "extended-card": extended_card,
    "authorization": authorization,
    "expired-card": expired_card,
}

try:
    told = {"text": asyncio.run(PLAYS.get(os.environ["AGENTPROTO_SCENARIO"], talk)())}
except Exception as error:
    told = {"failed": f"{type(error).__name__}: {error}"}
print("AGENTPROTO_RESULT " + json.dumps(told))
