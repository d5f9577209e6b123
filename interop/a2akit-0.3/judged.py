"""a2akit's client of the 0.3 line before each scenario of `agentproto-conformance client`: `judged.py PROTOCOL`."""

import asyncio
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from a2akit.client import A2AClient

URL, PROTOCOL = os.environ["AGENTPROTO_URL"], sys.argv[1]
KEY = os.environ.get("AGENTPROTO_API_KEY")
TOKEN = "only-for-this-task"


def connected():
    return A2AClient(URL, protocol=PROTOCOL, headers={"authorization": f"Bearer {KEY}"} if KEY else {})


async def talk():
    async with connected() as client:
        first = await client.send("hello")
        await client.send("again", context_id=first.context_id)
        said = "".join([text async for text in client.stream_text("hello")])
        await client.get_task(first.task_id, history_length=1)
        return said


async def webhook():
    said, over = [], threading.Event()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            task = json.loads(self.rfile.read(int(self.headers["content-length"])))
            is_ours = self.headers["x-a2a-notification-token"] == TOKEN
            self.send_response(204 if is_ours else 401)
            self.end_headers()
            if is_ours and task["status"]["state"] == "completed":
                said.extend(part["text"] for artifact in task["artifacts"] for part in artifact["parts"])
                over.set()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    async with connected() as client:
        hook = f"http://127.0.0.1:{server.server_port}/hook"
        await client.send("hello", blocking=False, push_url=hook, push_token=TOKEN)
        await asyncio.to_thread(over.wait, 20)
    return "".join(said)


async def extended_card():
    async with connected() as client:
        await client.get_extended_card()
        return (await client.send("hello")).text


async def give_input():
    async with connected() as client:
        asked = await client.send("hello")
        return (await client.send("Zurich", task_id=asked.task_id, context_id=asked.context_id)).text


PLAYS = {"webhook": webhook, "extended-card": extended_card, "input": give_input}

try:
    told = {"text": asyncio.run(PLAYS.get(os.environ["AGENTPROTO_SCENARIO"], talk)())}
except Exception as error:
    told = {"failed": f"{type(error).__name__}: {error}"[:300]}
print("AGENTPROTO_RESULT " + json.dumps(told))
