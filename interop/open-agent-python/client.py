"""The published client of Open Agent API, every call that it has, on a reference server. `client.py URL`; prints a line for
each step, which is named after the operation that the call is of."""

import hashlib
import hmac
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import open_agent_api as oaa

url = sys.argv[1]
KEY = "oaa_test_ada"
STRIPE_SECRET = b"whsec_agentproto_test"
EMAIL = "eve@example.com"
# The client has one of its own for each scheme, and sends the one that the operation names.
configuration = oaa.Configuration(host=f"{url}/open-agent/0.7/v1", api_key={"ApiKey": KEY}, access_token=KEY)
client = oaa.ApiClient(configuration)
agents, teams, tools = oaa.AgentsApi(client), oaa.TeamsApi(client), oaa.ToolsApi(client)
auth, account, plans = oaa.AuthenticationApi(client), oaa.AccountApi(client), oaa.SubscriptionApi(client)
chat, mcp, billing, default = oaa.ChatApi(client), oaa.MCPApi(client), oaa.BillingApi(client), oaa.DefaultApi(client)
made = {}


def expect(what, expected, actual):
    if expected != actual:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def refused(status, call):
    try:
        call()
    except oaa.ApiException as error:
        expect("status", status, error.status)
        return f"refused with {status}"
    raise AssertionError(f"expected a refusal with {status}, and it worked")


def fetched(target, form=None):
    """Beside the client: what its user does in a browser."""
    body = None if form is None else urllib.parse.urlencode(form).encode()
    with urllib.request.build_opener(Stay).open(urllib.request.Request(target, data=body)) as answer:
        return answer.headers.get("location") or answer.read()


class Stay(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, req, fp, code, msg, headers):
        return fp


def usable(token):
    """Whoever has logged in may ask for the account."""
    own = oaa.ApiClient(oaa.Configuration(host=configuration.host, access_token=token))
    return oaa.AccountApi(own).get_user_usage().currency


# Logins


def request_link():
    auth.auth_link_post(oaa.AuthMagicLinkRequest(email=EMAIL))
    [mail] = json.loads(fetched(f"{url}/__agentproto/mailbox?to={EMAIL}"))["mails"]
    made["token"] = mail["token"]
    return "a mail with a link"


def link_status():
    return auth.check_verification_status_auth_verification_status_token_get(made["token"])["status"]


def verify_link():
    answer = auth.auth_link_verify_token_get(made["token"])
    expect("currency", "USD", usable(answer.token))
    return f"{answer.token_type} token, usable"


def begin_oauth():
    answer = auth.auth_oauth_provider_get("github")
    expect("state", True, bool(answer.state))
    made["page"] = answer.authorization_url
    return "a page, and a state"


def callback():
    back = fetched(f"{made['page']}&login={EMAIL}")
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
    answer = auth.auth_oauth_provider_callback_get("github", query["code"], query["state"])
    return f"a token: {token_of(answer)}"


def token_of(answer):
    token = getattr(answer, "token", None) or (getattr(answer, "additional_properties", None) or {}).get("token")
    if token is None:
        raise AssertionError(f"the answer of the client has no token, only {sorted(answer.to_dict())}")
    return usable(token)


def begin_device():
    # For the step after this, whatever this one makes of the answer.
    raw = auth.auth_oauth_provider_get_without_preload_content("github", device_flow=True)
    made["device"] = json.loads(raw.read())
    return auth.auth_oauth_provider_get("github", device_flow=True).device_code


def poll_device():
    device = made["device"]
    asked = oaa.OAuthDeviceCodeRequest(device_code=device["device_code"])
    refused(401, lambda: auth.auth_oauth_device_token_post(asked))
    fetched(device["verification_uri"], {"user_code": device["user_code"], "login": EMAIL})
    time.sleep(device["interval"])
    return f"a token: {token_of(auth.auth_oauth_device_token_post(asked))}"


# Agents and teams

KIT = oaa.Toolkit(
    name="math",
    instructions="Count.",
    functions=[oaa.ToolkitFunction(name="add", description="Adds.", parameters={"type": "object"})],
)
ENVIRONMENT = oaa.AgentEnvironment(working_directory="/", platform="linux")


def said(text):
    return [oaa.AgentMessage(role="user", content=oaa.AgentMessageContent(text))]


def create_agent():
    agent = agents.agents_post(oaa.Agent(id="tutor", name="Tutor", model="agentproto", tools=[KIT]))
    expect("agent", ("tutor", "Tutor", "add"), (agent.id, agent.name, agent.tools[0].functions[0].name))
    return "an agent with a toolkit"


def list_agents():
    expect("ids", ["tutor"], [agent.id for agent in agents.agents_get().agents])
    return "the agent"


def get_agent():
    refused(404, lambda: agents.agents_agent_id_get("none"))
    return agents.agents_agent_id_get("tutor").name


def update_agent():
    agents.agents_agent_id_put("tutor", oaa.Agent(id="tutor", name="Teacher"))
    return agents.agents_agent_id_get("tutor").name


def delete_agent():
    agents.agents_agent_id_delete("tutor")
    return refused(404, lambda: agents.agents_agent_id_get("tutor"))


def request(text):
    return oaa.AgentCompletionRequest(environment=ENVIRONMENT, messages=said(text))


def run_agent():
    answer = agents.agents_agent_id_run_post("tutor", request("Hello"))
    expect("content", "Hello", answer.messages[-1].content.actual_instance)
    expect("cost", True, answer.cost.output_tokens > 0)
    return "a message, and what it cost"


ASKED = '@script {"steps":[{"tool":{"by":"server","calls":[{"name":"get_weather","args":{"city":"Bern"}}]}},{"text":"Sunny."}]}'


def events_of(answer):
    expect("content type", "text/event-stream", answer.headers["content-type"])
    frames = answer.read().decode().split("\n\n")
    return [json.loads(frame.removeprefix("data: ")) for frame in frames if frame.startswith("data: {")]


def stream():
    answer = agents.agents_agent_id_run_post_without_preload_content(
        "tutor", request(ASKED), _headers={"Accept": "text/event-stream"}
    )
    made["events"] = events_of(answer)
    return ", ".join(event["event"] for event in made["events"])


def models_of_events():
    """The models that it has for the events, though no call of its gives them."""
    names = []
    for event in made["events"]:
        model = getattr(oaa, f"{event['event']}Event")
        names.append(model.from_dict(event).event)
    expect("events", [event["event"] for event in made["events"]], names)
    return f"{len(names)} events, each by the model of its name"


def union_of_events():
    """What it has for any event."""
    unknown = []
    for event in made["events"]:
        try:
            oaa.AgentCompletionChunk.from_json(json.dumps(event))
        except ValueError:
            unknown.append(event["event"])
    expect("events that are in it", [], unknown)
    return "each event"


def create_team():
    members = [oaa.TeamsPostRequestMembersInner(agent_id="tutor", role="Researcher")]
    team = teams.teams_post(oaa.TeamsPostRequest(name="Both", members=members, tools=[KIT]))
    made["team"] = team.id
    return f"{len(team.members)} member, who leads: {team.members[0].is_leader}"


def list_teams():
    expect("ids", [made["team"]], [team.id for team in teams.teams_get().teams])
    return "the team"


def get_team():
    refused(404, lambda: teams.teams_team_id_get("none"))
    return teams.teams_team_id_get(made["team"]).name


def run_team():
    asked = oaa.TeamsTeamIdRunPostRequest(messages=[oaa.TeamMessage(role="user", content=oaa.AgentMessageContent("Hello"))])
    answer = teams.teams_team_id_run_post(made["team"], asked)
    expect("usage", True, answer.usage.total_tokens > 0)
    return f"{answer.message.role}, {answer.finish_reason}"


def list_tools():
    return ", ".join(kit.name for kit in tools.get_tools())


def get_tool():
    return tools.tools_tool_id_get("weather").name


def delete_tool():
    tools.tools_tool_id_delete("weather")
    return refused(404, lambda: tools.tools_tool_id_get("weather"))


# Models


def complete():
    answer = chat.chat_completions_post(oaa.ChatCompletionRequest(model="agentproto", messages=said("Hello")))
    expect("content", "Hello", answer.choices[0].message.content.actual_instance)
    return f"{answer.choices[0].finish_reason}, {answer.usage.completion_tokens} token"


def complete_streamed():
    asked = oaa.ChatCompletionRequest(model="agentproto", messages=said("Hello"), stream=True)
    answer = chat.chat_completions_post_without_preload_content(asked, _headers={"Accept": "text/event-stream"})
    chunks = events_of(answer)
    text = "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])
    expect("content", "Hello", text)
    return "chunks of a text, which it hands on as bytes"


def list_models():
    return chat.list_models_v1_models_get()["object"]


def mcp_info():
    return mcp.mcp_info_mcp_get()["transport"]


def mcp_stream():
    # It reads an answer to its end, and a session has none: so much patience, no more.
    return mcp.sse_endpoint_mcp_sse_get(_request_timeout=(2, 2)).event


def mcp_message():
    mcp.messages_endpoint_mcp_messages_post()
    return "taken"


# Account


def get_account():
    return account.get_user_account().email


def get_account_by_hand():
    own = oaa.ApiClient(configuration)
    own.set_default_header("X-API-Key", KEY)
    return oaa.AccountApi(own).get_user_account().email


def balance():
    answer = account.get_user_usage()
    return f"{answer.balance} {answer.currency}"


def top_up():
    return f"{account.topup_account_account_topup_post(oaa.AccountTopupRequest(amount=500)).amount} cents"


def list_plans():
    all_plans = plans.list_subscription_plans_subscription_plans_get(is_active=True)
    made["plan"] = all_plans[1].id
    return ", ".join(plan.name for plan in all_plans)


def get_plan():
    refused(422, lambda: plans.get_plan_subscription_plans_plan_id_get("none"))
    return plans.get_plan_subscription_plans_plan_id_get(made["plan"]).name


def checkout():
    answer = plans.get_checkout_url_subscription_plans_plan_id_checkout_get(made["plan"])
    return f"a page at {urllib.parse.urlsplit(answer.checkout_url).hostname}"


def purchase():
    paid = oaa.AccountSubscriptionPurchase(plan_id=made["plan"], payment_method_id="pm_card_visa")
    answer = plans.create_subscription_subscription_subscribe_post(made["plan"], paid)
    made["subscription"] = answer.id
    return str(getattr(answer.status, "value", answer.status))


def subscriptions():
    expect("ids", [made["subscription"]], [one.id for one in plans.get_current_subscription_subscription_current_get()])
    return "the subscription"


def get_subscription():
    refused(404, lambda: plans.get_subscription_subscription_subscription_id_get("none"))
    return plans.get_subscription_subscription_subscription_id_get(made["subscription"]).status


def cancel_subscription():
    answer = plans.cancel_subscription_subscription_cancel_post(made["subscription"])
    return f"at the end of its period: {answer.cancel_at_period_end}"


def create_key():
    # For the steps after this, whatever this one makes of the answer.
    asked = oaa.ApiKeyCreationRequest(name="ci", scopes=["read"])
    made["key"] = json.loads(account.create_api_key_auth_keys_post_without_preload_content(asked).read())["id"]
    answer = account.create_api_key_auth_keys_post(asked)
    return f"{answer.name}, {', '.join(answer.scopes)}"


def key_secret():
    asked = oaa.ApiKeyCreationRequest(name="shown", expires_in=30)
    answer = account.create_api_key_auth_keys_post(asked)
    secret = getattr(answer, "api_key", None)
    if secret is None:
        raise AssertionError(f"the answer of the client has no api_key, only {sorted(answer.to_dict())}")
    return "shown once"


def list_keys():
    return f"{len(account.list_api_keys_auth_keys_get())} keys"


def get_key():
    refused(422, lambda: account.get_api_key_auth_keys_key_id_get("none"))
    return account.get_api_key_auth_keys_key_id_get(made["key"]).name


def key_usage():
    answer = account.account_keys_get_usage_for_id(made["key"], group_by="week")
    return f"{answer.to_dict().get('total_cost_usd_cents')} cents"


def revoke_key():
    expect("key", True, made["key"] in account.revoke_api_key_auth_keys_key_id_delete(made["key"]).message)
    return "a message about it"


def signed(call):
    """Stripe's own signature; the client can send headers of its caller's."""
    event = {"id": "evt_1", "object": "event", "type": "charge.refunded", "data": {"object": {}}}
    # As the client writes it.
    body = json.dumps(event).encode()
    now = int(time.time())
    digest = hmac.new(STRIPE_SECRET, f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    call(event, {"Stripe-Signature": f"t={now},v1={digest}"})
    return "taken"


def stripe():
    refused(400, lambda: billing.stripe_webhook_post({"type": "invoice.paid"}))
    return signed(lambda event, headers: billing.stripe_webhook_post(event, _headers=headers))


def second_stripe():
    return signed(lambda _, headers: plans.stripe_webhook_subscription_webhook_post(_headers=headers))


def nobody():
    """Without credentials each secured call is refused, also where the document does not say so."""
    stranger = oaa.ApiClient(oaa.Configuration(host=configuration.host))
    calls = (
        oaa.AgentsApi(stranger).agents_get,
        oaa.AccountApi(stranger).get_user_usage,
        oaa.ToolsApi(stranger).get_tools,
        oaa.ChatApi(stranger).list_models_v1_models_get,
    )
    for call in calls:
        refused(401, call)
    return "refused with 401"


STEPS = {
    "GET /": lambda: ", ".join(sorted(default.root_get())),
    "GET /health": lambda: default.health_health_get()["status"],
    "POST /auth/link": request_link,
    "GET /auth/link/status/{token}": link_status,
    "GET /auth/link/verify/{token}": verify_link,
    "GET /auth/oauth/{provider}": begin_oauth,
    "GET /auth/oauth/{provider}/callback": callback,
    "GET /auth/oauth/{provider}, a device": begin_device,
    "POST /auth/oauth/device-token": poll_device,
    "POST /agents": create_agent,
    "GET /agents": list_agents,
    "GET /agents/{agentId}": get_agent,
    "PUT /agents/{agentId}": update_agent,
    "POST /agents/{agentId}/run": run_agent,
    "POST /agents/{agentId}/run, a stream": stream,
    "events, by their models": models_of_events,
    "events, by the union": union_of_events,
    "POST /teams": create_team,
    "GET /teams": list_teams,
    "GET /teams/{teamId}": get_team,
    "POST /teams/{teamId}/run": run_team,
    "DELETE /agents/{agentId}": delete_agent,
    "GET /tools": list_tools,
    "GET /tools/{tool_id}": get_tool,
    "DELETE /tools/{tool_id}": delete_tool,
    "POST /chat/completions": complete,
    "POST /chat/completions, a stream": complete_streamed,
    "GET /models": list_models,
    "GET /mcp/": mcp_info,
    "GET /mcp/sse": mcp_stream,
    "POST /mcp/messages": mcp_message,
    "GET /account": get_account,
    "GET /account, with a header of ours": get_account_by_hand,
    "GET /account/balance": balance,
    "POST /account/topup": top_up,
    "GET /account/plans": list_plans,
    "GET /account/plans/{plan_id}": get_plan,
    "GET /account/plans/{plan_id}/checkout": checkout,
    "POST /account/plans/{plan_id}/purchase": purchase,
    "GET /account/subscriptions": subscriptions,
    "GET /account/subscriptions/{subscription_id}": get_subscription,
    "DELETE /account/subscriptions/{subscription_id}": cancel_subscription,
    "POST /account/keys": create_key,
    "POST /account/keys, its secret": key_secret,
    "GET /account/keys": list_keys,
    "GET /account/keys/{key_id}": get_key,
    "GET /account/keys/{key_id}/usage": key_usage,
    "DELETE /account/keys/{key_id}": revoke_key,
    "POST /stripe/webhook": stripe,
    "POST /account/subscription/webhook": second_stripe,
    "nobody": nobody,
}
for name, step in STEPS.items():
    try:
        line = {"step": name, "ok": True, "saw": str(step())}
    except Exception as error:
        line = {"step": name, "ok": False, "saw": " ".join(f"{type(error).__name__}: {error}".split())[:500]}
    print(json.dumps(line), flush=True)
