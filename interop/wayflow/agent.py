"""Agents on WayFlow's OpenAI Responses server. Their model is the chat completions of a reference server, which follows what
a message tells it to do; so do they.

`agent.py MODEL_URL`, what stands before `/chat/completions`
"""

import sys

from wayflowcore.agent import Agent
from wayflowcore.agentserver.server import OpenAIResponsesServer
from wayflowcore.models import OpenAICompatibleModel
from wayflowcore.tools import ClientTool

from loopback import serve


def tool(name):
    return ClientTool(name=name, description=f"Does {name}", parameters={"city": {"type": "string", "default": ""}})


model = OpenAICompatibleModel(model_id="words", base_url=f"{sys.argv[1]}/chat/completions", api_key="none")
agents = {
    "words": Agent(llm=model, name="words", tools=[tool("get_weather"), tool("get_time")]),
    "instructed": Agent(llm=model, name="instructed", custom_instruction="{{instructions}}"),
}
serve(lambda _url: OpenAIResponsesServer(agents=agents).get_app(), "wayflowcore")
