"""An agent on a2akit that does what ../words.yaml says, over JSON-RPC and HTTP+JSON."""

import asyncio

from a2akit import A2AServer, AgentCardConfig, CapabilitiesConfig, SkillConfig, Worker
from loopback import serve


class Words(Worker):
    async def handle(self, ctx):
        match ctx.user_text.split(" ")[0].lower():
            case "fail":
                await ctx.fail("It did not work")
            case "reject":
                await ctx.reject()
            case "direct":
                await ctx.reply_directly("A direct answer")
            case "auth":
                await ctx.request_auth("Please sign in", schemes=["Bearer"])
            case "input" if not ctx.history:
                await ctx.request_input("Which one?")
            case "slow":
                for step in range(20):
                    if ctx.is_cancelled:
                        return
                    await ctx.send_status(f"step {step}")
                    await asyncio.sleep(0.1)
                await ctx.complete("At last")
            case _:
                await ctx.send_status("on it")
                for piece in range(3):
                    await ctx.emit_text_artifact(
                        f"piece {piece} ", artifact_id="answer", append=piece > 0, last_chunk=piece == 2
                    )
                    await asyncio.sleep(0.02)
                await ctx.complete(f"You said: {ctx.user_text}")


async def extended_card(_request):
    return AgentCardConfig(name="Words", description="The extended card", version="1.0.0", protocol="jsonrpc")


def app(_url):
    return A2AServer(
        worker=Words(),
        agent_card=AgentCardConfig(
            name="Words",
            description="Does what the words say",
            version="1.0.0",
            protocol="jsonrpc",
            capabilities=CapabilitiesConfig(streaming=True, push_notifications=True),
            skills=[SkillConfig(id="words", name="Words", description="Does what the words say", tags=["test"])],
        ),
        additional_protocols=["HTTP+JSON"],
        push_allow_http=True,
        push_allowed_hosts={"127.0.0.1"},
        extended_card_provider=extended_card,
    ).as_fastapi_app()


serve(app, "a2akit")
