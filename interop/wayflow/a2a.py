"""A flow on WayFlow's A2A server that does what ../words.yaml says. It has no model: an agent's replies would all ask for input."""

import time

from wayflowcore.agentserver.server import A2AServer
from wayflowcore.controlconnection import ControlFlowEdge
from wayflowcore.dataconnection import DataFlowEdge
from wayflowcore.flow import Flow
from wayflowcore.property import StringProperty
from wayflowcore.steps import (
    BranchingStep,
    CompleteStep,
    InputMessageStep,
    OutputMessageStep,
    StartStep,
    ToolExecutionStep,
)
from wayflowcore.tools import tool

from loopback import serve


@tool(description_mode="only_docstring")
def act(said: str) -> str:
    """Does what a word says, and gives the word."""
    word = said.split(" ")[0].lower()
    if word == "fail":
        raise RuntimeError("It did not work")
    if word == "slow":
        time.sleep(2)
    return word


def words():
    start, first, done = StartStep(name="start"), InputMessageStep(name="first", message_template=None), CompleteStep(name="done")
    doing = ToolExecutionStep(name="doing", tool=act, raise_exceptions=True)
    choosing = BranchingStep(name="choosing", branch_name_mapping={"input": "asking"})
    second = InputMessageStep(name="second", message_template="Which one?")
    answer = OutputMessageStep(name="answer", message_template="You said: {{said}}", input_descriptors=[StringProperty("said")])
    return Flow(
        name="words",
        description="Does what the words say",
        begin_step=start,
        control_flow_edges=[
            ControlFlowEdge(source_step=start, destination_step=first),
            ControlFlowEdge(source_step=first, destination_step=doing),
            ControlFlowEdge(source_step=doing, destination_step=choosing),
            ControlFlowEdge(source_step=choosing, destination_step=second, source_branch="asking"),
            ControlFlowEdge(source_step=choosing, destination_step=answer, source_branch=BranchingStep.BRANCH_DEFAULT),
            ControlFlowEdge(source_step=second, destination_step=answer),
            ControlFlowEdge(source_step=answer, destination_step=done),
        ],
        data_flow_edges=[
            DataFlowEdge(first, InputMessageStep.USER_PROVIDED_INPUT, doing, "said"),
            DataFlowEdge(doing, ToolExecutionStep.TOOL_OUTPUT, choosing, BranchingStep.NEXT_BRANCH_NAME),
            DataFlowEdge(first, InputMessageStep.USER_PROVIDED_INPUT, answer, "said"),
        ],
    )


def app(url):
    server = A2AServer()
    server.serve_agent(words(), url=url)
    return server.get_app()


serve(app, "wayflowcore")
