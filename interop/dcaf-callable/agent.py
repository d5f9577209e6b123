"""A plain function on DCAF's server that does what ../words.yaml says (server: Custom Agents).

`agent.py CHECKOUT`; the checkout is on the path.
"""

import importlib.metadata
import pathlib
import sys
import time
import uuid

VERSION = (pathlib.Path(sys.argv[1]) / "VERSION").read_text().strip()
# A checkout is no installed distribution, and DCAF asks for its own version when it is imported.
_installed = importlib.metadata.version
importlib.metadata.version = lambda name: VERSION if name == "dcaf" else _installed(name)

from dcaf.core import ChannelResponseRouter, create_app  # noqa: E402
from dcaf.core.primitives import AgentResult, ToolApproval, ToolResult  # noqa: E402

from loopback import serve  # noqa: E402


def agent(messages, context):
    said = messages[-1]["content"] if messages else ""
    ran = context.get("approved_tool_calls") or []
    if ran:
        results = [ToolResult(id=call["id"], name=call["name"], input=call["input"], output="deleted nginx") for call in ran]
        return AgentResult(text="It is done", executed_tools=results)
    match said.split(" ")[0].lower():
        case "fail":
            raise RuntimeError("It did not work")
        case "approve":
            pending = ToolApproval(id=f"call-{uuid.uuid4()}", name="delete_pod", input={"name": "nginx"}, description="Deletes a pod")
            return AgentResult(text="May I?", pending_tools=[pending])
        case "slow":
            time.sleep(2)
    return AgentResult(text=f"You said: {said}")


class Keyword(ChannelResponseRouter):
    """As DCAF's page about its server shows one (server: Custom Routers)."""

    def should_agent_respond(self, messages):
        last = next((message for message in reversed(messages) if message.get("role") == "user"), None)
        return {"should_respond": bool(last) and "kubernetes" in last.get("content", "").lower(), "reasoning": ""}


serve(lambda _url: create_app(agent, channel_router=Keyword()), version=VERSION)
