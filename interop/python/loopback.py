"""Serves an ASGI app on a free port of 127.0.0.1."""

import importlib.metadata
import json
import os
import socket
import sys
import threading

import uvicorn


def serve(make_app, distribution=None, version=None):
    """Prints `{"url", "version"}` once connections are taken; ends when standard input does.

    make_app: takes the URL, because cards name absolute ones, and gives the app.
    distribution: whose version to tell, where `version` does not say it.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = make_app(url)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    print(json.dumps({"url": url, "version": version or importlib.metadata.version(distribution)}), flush=True)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


def _end_with_stdin():
    # Who started us may have been killed: nothing of ours stays behind.
    sys.stdin.buffer.read()
    os._exit(0)
