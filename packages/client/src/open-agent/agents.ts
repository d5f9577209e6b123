import type { Agent, AgentToolkitSummary, ExternalTool } from '@agentproto/protocol/open-agent/0.7';
import type { CallOptions } from '../call.ts';
import { isObject } from '../json.ts';
import { ANYTHING, checkedId, Group, identified, isList, listed } from './group.ts';
import { agentBody, flatBody, functionsIn, type RunInput, runRequest, toolkitsOf, type Tools } from './input.ts';
import type { Run } from './run-result.ts';
import { expectCompleted, RUN, type Runner, type RunOptions, type RunStream, streamRun } from './runner.ts';

/** What an agent is made of. */
export interface NewAgent {
  name: string;
  model: string;
  description?: string;
  instructions?: string;
  /** `readme` */
  prompt?: string;
  /** Functions, or toolkits of them, whichever the contract has (X20). */
  tools?: Tools;
  /** In `0.7`, where the schema wants it from the client, one is made unless you give one (X07). */
  id?: string;
}

const AGENT = identified('agent_id', 'an agent with an id');
const AGENTS = listed('agents', AGENT.take);

/** Agents of the account, and runs of them. */
export class Agents extends Group {
  create({ tools, id = crypto.randomUUID(), ...rest }: NewAgent, options: CallOptions = {}): Promise<Agent> {
    const kind = { name: 'createAgent', ...AGENT } as const;
    return this.isReadme
      ? this.sendReadme(kind, options, (api) =>
          api.POST('/agents', { body: { ...rest, ...(tools && { tools: functionsIn(tools) }) } }),
        )
      : this.send(kind, options, (api) =>
          api.POST('/agents', { body: { id, ...rest, ...(tools && { tools: toolkitsOf(tools) }) } }),
        );
  }

  list(options: CallOptions = {}): Promise<Agent[]> {
    const kind = { name: 'listAgents', ...AGENTS, safe: true } as const;
    return this.send(kind, options, (api) => api.GET('/agents'));
  }

  async get(id: string, options: CallOptions = {}): Promise<Agent> {
    return this.send({ name: 'getAgent', ...AGENT, safe: true }, options, (api) =>
      api.GET('/agents/{agentId}', { params: { path: of(id) } }),
    );
  }

  /** Replaces what the agent is made of (`0.7`). */
  async update(id: string, body: Omit<Partial<Agent>, 'id'>, options: CallOptions = {}): Promise<void> {
    const path = of(id);
    await this.send({ name: 'updateAgent', ...ANYTHING, safe: true }, options, (api) =>
      api.PUT('/agents/{agentId}', { params: { path }, body: { ...body, id } }),
    );
  }

  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.send({ name: 'deleteAgent', ...ANYTHING }, options, (api) =>
      api.DELETE('/agents/{agentId}', { params: { path: of(id) } }),
    );
  }

  /** Asks an agent, and waits for the whole answer (`/run`; in the README `/chat`). */
  async run(id: string, input: RunInput, options: RunOptions = {}): Promise<Run> {
    const { expectCompleted: expected, ...call } = options;
    const kind = { name: 'runAgent', ...RUN } as const;
    const path = of(id);
    const request = runRequest(input);
    const run = await (this.isReadme
      ? this.sendReadme<Run>(kind, call, (api) =>
          api.POST('/agents/{agentId}/chat', { params: { path }, body: flatBody(request) }),
        )
      : this.send<Run>(kind, call, (api) =>
          api.POST('/agents/{agentId}/run', { params: { path }, body: this.#body(request) }),
        ));
    return expected ? expectCompleted(run) : run;
  }

  /** Asks an agent, and follows what happens. Leaving the loop cancels the run. */
  stream(id: string, input: RunInput, options: RunOptions = {}): RunStream {
    const path = `/agents/${encodeURIComponent(checkedId(id, 'an agent'))}/${this.isReadme ? 'chat' : 'run'}`;
    const request = runRequest(input);
    const body = this.isReadme ? flatBody(request) : this.#body(request);
    return streamRun(this.connection, 'runAgent', path, body, options);
  }

  /** One agent, for `run`, the tool loop. */
  of(id: string): Runner {
    checkedId(id, 'an agent');
    return {
      run: (input, options) => this.run(id, input, options),
      stream: (input, options) => this.stream(id, input, options),
    };
  }

  /** The tools that agents can be given (`0.7`). */
  tools(options: CallOptions = {}): Promise<AgentToolkitSummary[]> {
    const kind = { name: 'listTools', expected: 'a list of tools', is: isList, safe: true } as const;
    return this.send(kind, options, (api) => api.GET('/tools'));
  }

  async tool(id: string, options: CallOptions = {}): Promise<ExternalTool> {
    const kind = { name: 'getTool', expected: 'a tool', is: isObject, safe: true } as const;
    const path = { tool_id: checkedId(id, 'a tool') };
    return this.send(kind, options, (api) => api.GET('/tools/{tool_id}', { params: { path } }));
  }

  async deleteTool(id: string, options: CallOptions = {}): Promise<void> {
    const path = { tool_id: checkedId(id, 'a tool') };
    await this.send({ name: 'deleteTool', ...ANYTHING }, options, (api) =>
      api.DELETE('/tools/{tool_id}', { params: { path } }),
    );
  }

  #body(request: ReturnType<typeof runRequest>) {
    return agentBody(request, this.connection.environment);
  }
}

const of = (id: string) => ({ agentId: checkedId(id, 'an agent') });
