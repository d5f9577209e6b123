"""Plain clients, as DCAF's own page about its server shows them (server: Handling Streams in Python; WebSocket): httpx and
websockets, no SDK. `client.py URL`, of a reference server; prints a line for each step."""

import asyncio
import json
import sys

import httpx
import websockets

url = sys.argv[1]
ws_url = url.replace("http", "ws", 1) + "/api/chat-ws"
ASK = '@script {"steps":[{"tool":{"by":"approval","calls":[{"id":"t1","name":"delete_pod","output":"deleted"}]}}],"turns":[{"steps":[{"text":"Done."}]}]}'


def expect(what, expected, actual):
    if expected != actual:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def user(content, **more):
    return {"role": "user", "content": content, **more}


def sync():
    body = {"messages": [user("Hello")], "thread_id": "t"}
    answer = httpx.post(f"{url}/api/chat", json=body).json()
    expect("content", "Hello", answer["content"])
    expect("data", [], answer["data"]["tool_calls"])
    expect("context", {"thread_id": "t"}, answer["meta_data"]["request_context"])
    return "a whole message"


def stream():
    text, ended = "", False
    with httpx.stream("POST", f"{url}/api/chat-stream", json={"messages": [user("@chunks 3")]}) as response:
        for line in response.iter_lines():
            if line:
                event = json.loads(line)
                if event["type"] == "text_delta":
                    text += event["text"]
                elif event["type"] == "done":
                    ended = True
    expect("text", "chunk-1 chunk-2 chunk-3 ", text)
    expect("done", True, ended)
    return "3 pieces and a done"


def approval():
    asked = httpx.post(f"{url}/api/chat", json={"messages": [user(ASK)]}).json()
    [call] = asked["data"]["tool_calls"]
    expect("execute", False, call["execute"])
    # As the page shows it: the decision on the answer, and a text after it.
    decided = {**asked, "data": {"tool_calls": [{**call, "execute": True}]}}
    body = {"messages": [user(ASK), decided, user("Yes, approved")]}
    answer = httpx.post(f"{url}/api/chat", json=body).json()
    expect("output", "deleted", answer["data"]["executed_tool_calls"][0]["output"])
    return "asked, approved, ran"


async def turn(ws, content):
    await ws.send(json.dumps({"messages": [user(content)]}))
    text = ""
    async for frame in ws:
        event = json.loads(frame)
        if event["type"] == "text_delta":
            text += event["text"]
        elif event["type"] == "done":
            return text
        elif event["type"] == "error":
            return f"error {event['error']}"


async def sockets():
    async with websockets.connect(ws_url) as ws:
        expect("turn 1", "What is Kubernetes?", await turn(ws, "What is Kubernetes?"))
        await ws.send("not json")
        expect("bad frame", "error", json.loads(await ws.recv())["type"])
        expect("a failure", "error no", await turn(ws, "@fail no"))
        expect("turn 2", "How do I list pods?", await turn(ws, "How do I list pods?"))
    return "two turns, and two errors between them"


def legacy():
    answer = httpx.post(f"{url}/api/sendMessage", json={"messages": [user("Hello")]}).json()
    expect("content", "Hello", answer["content"])
    expect("members", True, {"timestamp", "user", "agent", "meta_data"} <= set(answer))
    return "a full message"


def health():
    expect("health", {"status": "ok"}, httpx.get(f"{url}/health").json())
    return "ok"


STEPS = {
    "sync": sync,
    "stream": stream,
    "approval": approval,
    "WebSocket": lambda: asyncio.run(sockets()),
    "legacy": legacy,
    "health": health,
}
for name, step in STEPS.items():
    try:
        line = {"step": name, "ok": True, "saw": step()}
    except Exception as error:
        line = {"step": name, "ok": False, "saw": f"{type(error).__name__}: {error}"[:300]}
    print(json.dumps(line), flush=True)
