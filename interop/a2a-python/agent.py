"""An agent on the A2A project's Python SDK that does what ../words.yaml says: JSON-RPC at /rpc, HTTP+JSON at /rest."""

import asyncio

import httpx
from a2a.server.agent_execution import AgentExecutor
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes, create_rest_routes
from a2a.server.tasks import (
    BasePushNotificationSender,
    InMemoryPushNotificationConfigStore,
    InMemoryTaskStore,
    TaskUpdater,
)
from a2a.types import (
    AgentCapabilities,
    AgentCard,
    AgentInterface,
    AgentSkill,
    Message,
    Part,
    Role,
    Task,
    TaskState,
    TaskStatus,
)
from starlette.applications import Starlette

from loopback import serve


class Words(AgentExecutor):
    async def execute(self, context, queue):
        said = context.get_user_input()
        word = said.split(" ")[0].lower()
        if word == "direct":
            await queue.enqueue_event(
                Message(
                    message_id="direct-1",
                    role=Role.ROLE_AGENT,
                    context_id=context.context_id,
                    parts=[Part(text="A direct answer")],
                )
            )
            return
        follow_up = context.current_task is not None
        task = TaskUpdater(queue, context.task_id, context.context_id)
        if not follow_up:
            await queue.enqueue_event(
                Task(
                    id=context.task_id,
                    context_id=context.context_id,
                    status=TaskStatus(state=TaskState.TASK_STATE_SUBMITTED),
                    history=[context.message],
                )
            )

        def saying(text):
            return task.new_agent_message([Part(text=text)])

        await task.start_work()
        match word:
            case "fail":
                await task.failed(saying("It did not work"))
            case "reject":
                await task.reject()
            case "auth":
                await task.requires_auth(saying("Please sign in"))
            case "input" if not follow_up:
                await task.requires_input(saying("Which one?"))
            case "slow":
                for step in range(20):
                    await task.update_status(TaskState.TASK_STATE_WORKING, saying(f"step {step}"))
                    await asyncio.sleep(0.1)
                await task.complete(saying("At last"))
            case _:
                for piece in range(3):
                    await task.add_artifact(
                        [Part(text=f"piece {piece} ")], artifact_id="answer", append=piece > 0, last_chunk=piece == 2
                    )
                    await asyncio.sleep(0.02)
                await task.complete(saying(f"You said: {said}"))

    async def cancel(self, context, queue):
        await TaskUpdater(queue, context.task_id, context.context_id).cancel()


def app(url):
    card = AgentCard(
        name="Words",
        description="Does what the words say",
        version="1.0.0",
        capabilities=AgentCapabilities(streaming=True, push_notifications=True),
        default_input_modes=["text/plain"],
        default_output_modes=["text/plain"],
        skills=[AgentSkill(id="words", name="Words", description="Does what the words say", tags=["test"])],
        supported_interfaces=[
            AgentInterface(url=f"{url}/rpc", protocol_binding="JSONRPC", protocol_version="1.0"),
            AgentInterface(url=f"{url}/rest", protocol_binding="HTTP+JSON", protocol_version="1.0"),
        ],
    )
    webhooks = InMemoryPushNotificationConfigStore()
    handler = DefaultRequestHandler(
        agent_executor=Words(),
        task_store=InMemoryTaskStore(),
        agent_card=card,
        push_config_store=webhooks,
        push_sender=BasePushNotificationSender(httpx.AsyncClient(), webhooks),
    )
    return Starlette(
        routes=[
            *create_agent_card_routes(card),
            *create_jsonrpc_routes(handler, "/rpc"),
            *create_rest_routes(handler, path_prefix="/rest"),
        ]
    )


serve(app, "a2a-sdk")
