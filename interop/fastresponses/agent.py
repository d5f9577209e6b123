"""An agent of Pydantic AI on fastresponses' server of Open Responses. Its model is the chat completions of a reference server, which
follows what a message tells it to do; so does the agent.

`agent.py MODEL_URL`, what stands before `/chat/completions`
"""

import sys

from fastresponses import create_app
from fastresponses.adapters.pydantic_ai import PydanticAIAdapter
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from loopback import serve

model = OpenAIChatModel("words", provider=OpenAIProvider(base_url=sys.argv[1], api_key="none"))
serve(lambda _url: create_app(PydanticAIAdapter(Agent(model, name="words"))), "fastresponses")
