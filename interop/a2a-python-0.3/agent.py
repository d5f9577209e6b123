"""An agent on the A2A project's last Python SDK of A2A 0.3 that does what ../words.yaml says: JSON-RPC at /rpc, HTTP+JSON at /rest."""

import asyncio

import httpx
from a2a.server.agent_execution import AgentExecutor
from a2a.server.apps import A2ARESTFastAPIApplication, A2AStarletteApplication
from a2a.server.request_handlers import DefaultRequestHandler
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
    TextPart,
)
from starlette.routing import Mount

from loopback import serve


def text(said):
    return [Part(root=TextPart(text=said))]


class Words(AgentExecutor):
    async def execute(self, context, queue):
        said = context.get_user_input()
        word = said.split(" ")[0].lower()
        if word == "direct":
            await queue.enqueue_event(
                Message(
                    message_id="direct-1",
                    role=Role.agent,
                    context_id=context.context_id,
                    parts=text("A direct answer"),
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
                    status=TaskStatus(state=TaskState.submitted),
                    history=[context.message],
                )
            )

        def saying(what):
            return task.new_agent_message(text(what))

        await task.start_work()
        match word:
            case "fail":
                await task.failed(saying("It did not work"))
            case "reject":
                await task.reject()
            case "auth":
                await task.requires_auth(saying("Please sign in"), final=True)
            case "input" if not follow_up:
                await task.requires_input(saying("Which one?"), final=True)
            case "slow":
                for step in range(20):
                    await task.update_status(TaskState.working, saying(f"step {step}"))
                    await asyncio.sleep(0.1)
                await task.complete(saying("At last"))
            case _:
                for piece in range(3):
                    await task.add_artifact(
                        text(f"piece {piece} "), artifact_id="answer", append=piece > 0, last_chunk=piece == 2
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
        url=f"{url}/rpc",
        preferred_transport="JSONRPC",
        additional_interfaces=[
            AgentInterface(url=f"{url}/rpc", transport="JSONRPC"),
            AgentInterface(url=f"{url}/rest", transport="HTTP+JSON"),
        ],
        capabilities=AgentCapabilities(streaming=True, push_notifications=True),
        default_input_modes=["text/plain"],
        default_output_modes=["text/plain"],
        skills=[AgentSkill(id="words", name="Words", description="Does what the words say", tags=["test"])],
    )
    webhooks = InMemoryPushNotificationConfigStore()
    handler = DefaultRequestHandler(
        agent_executor=Words(),
        task_store=InMemoryTaskStore(),
        push_config_store=webhooks,
        push_sender=BasePushNotificationSender(httpx.AsyncClient(), webhooks),
    )
    served = A2AStarletteApplication(agent_card=card, http_handler=handler).build(rpc_url="/rpc")
    rest = A2ARESTFastAPIApplication(agent_card=card, http_handler=handler).build()
    served.routes.append(Mount("/rest", rest))
    return served


serve(app, "a2a-sdk")
