"""a2akit's client of the 0.3 line before each scenario of `agentproto-conformance client`: `judged.py PROTOCOL`."""

import os
import sys

from a2akit.client import A2AClient

from hook import TOKEN, Hook, tell

URL, PROTOCOL = os.environ["AGENTPROTO_URL"], sys.argv[1]
KEY = os.environ.get("AGENTPROTO_API_KEY")


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
    hook = Hook()
    async with connected() as client:
        await client.send("hello", blocking=False, push_url=hook.url, push_token=TOKEN)
        return await hook.text()


async def extended_card():
    async with connected() as client:
        await client.get_extended_card()
        return (await client.send("hello")).text


async def give_input():
    async with connected() as client:
        asked = await client.send("hello")
        return (await client.send("Zurich", task_id=asked.task_id, context_id=asked.context_id)).text


PLAYS = {"webhook": webhook, "extended-card": extended_card, "input": give_input}

tell(PLAYS, talk)
