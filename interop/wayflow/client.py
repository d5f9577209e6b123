"""WayFlow as a client of a reference server: its agent's model is there.

`client.py URL KIND`, where KIND is Responses or chat completions; prints a line for each step.
"""

import json
import sys

from wayflowcore.agent import Agent
from wayflowcore.executors.executionstatus import ToolRequestStatus
from wayflowcore.models import OpenAIAPIType, OpenAICompatibleModel
from wayflowcore.models._requesthelpers import StreamChunkType
from wayflowcore.tools import ClientTool, ToolResult

url, kind = sys.argv[1:]
path, api_type = {
    "Responses": ("responses", OpenAIAPIType.RESPONSES),
    "chat completions": ("chat/completions", OpenAIAPIType.CHAT_COMPLETIONS),
}[kind]
weather = ClientTool(
    name="get_weather", description="Tells the weather", parameters={"city": {"type": "string", "default": ""}}
)
model = OpenAICompatibleModel(
    model_id="agentproto", base_url=f"{url}/v1/{path}", api_key="none", api_type=api_type
)
agent = Agent(llm=model, tools=[weather])


def expect(what, expected, actual):
    if expected != actual:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def said(conversation):
    return conversation.get_last_message().content


def send():
    conversation = agent.start_conversation()
    conversation.append_user_message("@chunks 3")
    conversation.execute()
    expect("text", "chunk-1 chunk-2 chunk-3 ", said(conversation))
    return "3 pieces"


def stream():
    pieces = [
        message.content for kind, message in model.stream_generate("@chunks 3") if kind == StreamChunkType.TEXT_CHUNK
    ]
    expect("text", "chunk-1 chunk-2 chunk-3 ", "".join(pieces))
    if len([piece for piece in pieces if piece]) < 2:
        raise AssertionError("expected more than one piece")
    return "3 pieces, piece by piece"


def tool():
    conversation = agent.start_conversation()
    conversation.append_user_message('@tool get_weather {"city":"Bern"}')
    status = conversation.execute()
    expect("status", True, isinstance(status, ToolRequestStatus))
    [request] = status.tool_requests
    expect("arguments", {"city": "Bern"}, request.args)
    conversation.append_tool_result(ToolResult(content="sunny", tool_request_id=request.tool_request_id))
    expect("no further call", False, isinstance(conversation.execute(), ToolRequestStatus))
    return "called, answered, completed"


def go_on():
    conversation = agent.start_conversation()
    for text in ["first", "second"]:
        conversation.append_user_message(text)
        conversation.execute()
        expect("text", text, said(conversation))
    return "two turns"


for name, step in {"send": send, "stream": stream, "tool": tool, "continue": go_on}.items():
    try:
        line = {"step": name, "ok": True, "saw": step()}
    except Exception as error:
        line = {"step": name, "ok": False, "saw": f"{type(error).__name__}: {error}"[:300]}
    print(json.dumps(line), flush=True)
