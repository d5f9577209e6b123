"""OpenAI's Python client before a scenario of `agentproto-conformance client`: a stream, and a turn that gives back all that came."""

import json
import os

from openai import OpenAI


def play():
    key = os.environ.get("AGENTPROTO_API_KEY", "none")
    client = OpenAI(base_url=os.environ["AGENTPROTO_URL"], api_key=key, max_retries=0)
    with client.responses.stream(model="agentproto", input="hello") as stream:
        first = stream.get_final_response()
    came = [item.model_dump(mode="json", exclude_unset=True) for item in first.output]
    client.responses.create(model="agentproto", input=[*came, {"role": "user", "content": "again"}])
    return first.output_text


try:
    told = {"text": play()}
except Exception as error:
    told = {"failed": f"{type(error).__name__}: {error}"}
print("AGENTPROTO_RESULT " + json.dumps(told))
