"""An agent on DCAF that does what ../words.yaml says: DCAF's own Agent and server, with the words in place of its LLM.

`agent.py CHECKOUT`; the checkout is on the path.
"""

import asyncio
import importlib.metadata
import pathlib
import sys
import uuid

VERSION = (pathlib.Path(sys.argv[1]) / "VERSION").read_text().strip()
# A checkout is no installed distribution, and DCAF asks for its own version when it is imported.
_installed = importlib.metadata.version
importlib.metadata.version = lambda name: VERSION if name == "dcaf" else _installed(name)

import dcaf.core.agent  # noqa: E402
from dcaf.core import Agent, ChannelResponseRouter, create_app, tool  # noqa: E402
from dcaf.core.application.dto.responses import AgentResponse, StreamEvent, ToolCallDTO  # noqa: E402

from loopback import serve  # noqa: E402


@tool(description="Deletes a pod", requires_approval=True)
def delete_pod(name: str) -> str:
    return f"deleted {name}"


class Words:
    """What DCAF calls a runtime: it answers where an LLM would."""

    async def invoke_stream(self, messages, tools, **_):
        said = messages[-1].text
        match said.split(" ")[0].lower():
            case "fail":
                raise RuntimeError("It did not work")
            case "approve":
                yield StreamEvent.text_delta("May I?")
                yield StreamEvent.tool_calls_event([wanted()])
            case "slow":
                for step in range(20):
                    yield StreamEvent.text_delta(f"step {step} ")
                    await asyncio.sleep(0.1)
            case _:
                for word in f"You said: {said}".split(" "):
                    yield StreamEvent.text_delta(f"{word} ")
                    await asyncio.sleep(0.02)

    async def invoke(self, messages, tools, **_):
        text, calls = "", []
        async for event in self.invoke_stream(messages, tools):
            text += event.data.get("text", "")
            if "tool_calls" in event.data:
                calls = [wanted()]
        if calls:
            return AgentResponse.with_tool_calls("conversation", calls, text)
        return AgentResponse.text_only("conversation", text)


class Keyword(ChannelResponseRouter):
    """As DCAF's page about its server shows one (server: Custom Routers)."""

    def should_agent_respond(self, messages):
        last = next((message for message in reversed(messages) if message.get("role") == "user"), None)
        return {"should_respond": bool(last) and "kubernetes" in last.get("content", "").lower(), "reasoning": ""}


def wanted():
    return ToolCallDTO(
        id=f"call-{uuid.uuid4()}", name="delete_pod", input={"name": "nginx"}, tool_description="Deletes a pod"
    )


dcaf.core.agent.load_adapter = lambda **_: Words()
serve(lambda _url: create_app(Agent(tools=[delete_pod]), channel_router=Keyword(), a2a=True), version=VERSION)
