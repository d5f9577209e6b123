"""A webhook for tasks of A2A 0.3, and what a program tells of a scenario that `agentproto-conformance client` put it before."""

import asyncio
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "only-for-this-task"


class Hook:
    """Believes whoever shows the token, on a free port of 127.0.0.1."""

    def __init__(self):
        self._said, self._over = "", threading.Event()
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/hook"

    async def text(self):
        """The text of the task, once it is completed; for 20 s at most."""
        await asyncio.to_thread(self._over.wait, 20)
        return self._said

    def _handler(hook):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                task = json.loads(self.rfile.read(int(self.headers["content-length"])))
                is_ours = self.headers["x-a2a-notification-token"] == TOKEN
                self.send_response(204 if is_ours else 401)
                self.end_headers()
                if is_ours and task["status"]["state"] == "completed":
                    hook._said = "".join(part["text"] for artifact in task["artifacts"] for part in artifact["parts"])
                    hook._over.set()

            def log_message(self, *_):
                pass

        return Handler


def tell(plays, otherwise):
    """Plays the scenario that the environment names, and prints what it brought."""
    try:
        told = {"text": asyncio.run(plays.get(os.environ["AGENTPROTO_SCENARIO"], otherwise)())}
    except Exception as error:
        told = {"failed": f"{type(error).__name__}: {error}"[:300]}
    print("AGENTPROTO_RESULT " + json.dumps(told))
