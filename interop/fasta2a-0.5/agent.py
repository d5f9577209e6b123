"""An agent on fasta2a 0.5 or 0.6 that does what ../words.yaml says, over JSON-RPC. It can say nothing but tasks."""

import asyncio
import uuid
from contextlib import AsyncExitStack, asynccontextmanager

from fasta2a import FastA2A, Worker
from fasta2a.broker import InMemoryBroker
from fasta2a.storage import InMemoryStorage

from loopback import serve


def message(text):
    return {
        "role": "agent",
        "kind": "message",
        "message_id": str(uuid.uuid4()),
        "parts": [{"kind": "text", "text": text}],
    }


class Words(Worker):
    async def run_task(self, params):
        said = "".join(part.get("text", "") for part in params["message"]["parts"])

        async def become(state, text=None, **more):
            await self.storage.update_task(
                params["id"], state=state, new_messages=[message(text)] if text else None, **more
            )

        await become("working")
        match said.split(" ")[0].lower():
            case "fail":
                await become("failed", "It did not work")
            case "reject":
                await become("rejected")
            case "auth":
                await become("auth-required", "Please sign in")
            case "input":
                await become("input-required", "Which one?")
            case "slow":
                for _ in range(20):
                    if (await self.storage.load_task(params["id"]))["status"]["state"] == "canceled":
                        return
                    await asyncio.sleep(0.1)
                await become("completed", "At last")
            case _:
                parts = [{"kind": "text", "text": f"piece {number} "} for number in range(3)]
                artifact = {"artifact_id": "answer", "parts": parts}
                await become("completed", f"You said: {said}", new_artifacts=[artifact])

    async def cancel_task(self, params):
        task = await self.storage.load_task(params["id"])
        # What this raises would end the worker, and with it the server.
        if task and task["status"]["state"] in ("submitted", "working", "input-required", "auth-required"):
            await self.storage.update_task(params["id"], state="canceled")

    def build_message_history(self, history):
        return history

    def build_artifacts(self, result):
        return []


def app(url):
    storage, broker = InMemoryStorage(), InMemoryBroker()

    @asynccontextmanager
    async def lifespan(running):
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(running.task_manager)
            # A worker does one thing after another, and could cancel nothing that it is busy with.
            for _ in range(8):
                await stack.enter_async_context(Words(storage=storage, broker=broker).run())
            yield

    return FastA2A(storage=storage, broker=broker, lifespan=lifespan, url=url, name="Words")


serve(app, "fasta2a")
