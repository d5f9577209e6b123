"""An agent on fasta2a that does what ../words.yaml says, over JSON-RPC, which is all that fasta2a speaks."""

import asyncio
import uuid
from contextlib import AsyncExitStack, asynccontextmanager

from fasta2a import FastA2A, Worker
from fasta2a.broker import InMemoryBroker
from fasta2a.storage import InMemoryStorage

from loopback import serve


def message(text):
    return {"role": "agent", "parts": [{"text": text}], "message_id": str(uuid.uuid4())}


class Words(Worker):
    async def run_task(self, params):
        task_id, context_id = params["id"], params["message"].get("context_id") or params["context_id"]
        said = "".join(part.get("text", "") for part in params["message"]["parts"])
        follow_up = len((await self.storage.load_task(task_id)).get("history", [])) > 1

        async def become(state, text=None):
            await self.storage.update_task(task_id, state=state, new_messages=[message(text)] if text else None)

        await become("working")
        match said.split(" ")[0].lower():
            case "fail":
                await become("failed", "It did not work")
            case "reject":
                await become("rejected")
            case "auth":
                # The storage has no message of a status: only what is published has one.
                await self.publish_status(task_id, context_id, "auth-required", message("Please sign in"))
                await become("auth-required", "Please sign in")
            case "input" if not follow_up:
                await become("input-required", "Which one?")
            case "slow":
                for step in range(20):
                    if (await self.storage.load_task(task_id))["status"]["state"] == "canceled":
                        return
                    await self.publish_status(task_id, context_id, "working", message(f"step {step}"))
                    await asyncio.sleep(0.1)
                await become("completed", "At last")
            case _:
                pieces = [f"piece {number} " for number in range(3)]
                for number, piece in enumerate(pieces):
                    artifact = {"artifact_id": "answer", "parts": [{"text": piece}]}
                    await self.publish_artifact(
                        task_id, context_id, artifact, append=number > 0, last_chunk=number == 2
                    )
                    await asyncio.sleep(0.02)
                whole = {"artifact_id": "answer", "parts": [{"text": piece} for piece in pieces]}
                await self.storage.update_task(
                    task_id, state="completed", new_messages=[message(f"You said: {said}")], new_artifacts=[whole]
                )

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
