"""openai-agents before a scenario of `agentproto-conformance client`: a run that streams, and one that goes on with all that came."""

import asyncio
import json
import os

from agents import Agent, OpenAIResponsesModel, Runner, set_tracing_disabled
from openai import AsyncOpenAI

set_tracing_disabled(True)


async def play():
    key = os.environ.get("AGENTPROTO_API_KEY", "none")
    client = AsyncOpenAI(base_url=os.environ["AGENTPROTO_URL"], api_key=key, max_retries=0)
    agent = Agent(name="agent", model=OpenAIResponsesModel(model="agentproto", openai_client=client))
    first = Runner.run_streamed(agent, "hello")
    async for _ in first.stream_events():
        pass
    await Runner.run(agent, [*first.to_input_list(), {"role": "user", "content": "again"}])
    return first.final_output


try:
    told = {"text": asyncio.run(play())}
except Exception as error:
    told = {"failed": f"{type(error).__name__}: {error}"}
print("AGENTPROTO_RESULT " + json.dumps(told))
