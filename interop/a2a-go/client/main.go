// The A2A project's Go client on a scriptable server: `client URL BINDING`. A line of JSON for each step.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2aclient"
	"github.com/a2aproject/a2a-go/v2/a2aclient/agentcard"
)

func request(text string) *a2a.SendMessageRequest {
	return &a2a.SendMessageRequest{Message: a2a.NewMessage(a2a.MessageRoleUser, a2a.NewTextPart(text))}
}

func atOnce(text string) *a2a.SendMessageRequest {
	wanted := request(text)
	wanted.Config = &a2a.SendMessageConfig{ReturnImmediately: true}
	return wanted
}

func step(name string, play func(context.Context) (string, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	saw, err := play(ctx)
	if err != nil {
		saw = err.Error()
	}
	line, _ := json.Marshal(map[string]any{"step": name, "ok": err == nil, "saw": saw})
	fmt.Println(string(line))
}

func state(status a2a.TaskStatus) string {
	return strings.TrimPrefix(string(status.State), "TASK_STATE_")
}

func expect(what string, expected, actual any) error {
	if expected != actual {
		return fmt.Errorf("%s: expected %v, got %v", what, expected, actual)
	}
	return nil
}

// seen is what a stream showed.
type seen struct {
	kinds []string
	id    a2a.TaskID
	state string
}

func see(events iter.Seq2[a2a.Event, error]) (seen, error) {
	var all seen
	for event, err := range events {
		if err != nil {
			return all, fmt.Errorf("after %v: %w", all.kinds, err)
		}
		switch event := event.(type) {
		case *a2a.Message:
			all.kinds = append(all.kinds, "message")
		case *a2a.Task:
			all.kinds, all.id, all.state = append(all.kinds, "task"), event.ID, state(event.Status)
		case *a2a.TaskStatusUpdateEvent:
			all.kinds, all.state = append(all.kinds, "status"), state(event.Status)
		case *a2a.TaskArtifactUpdateEvent:
			all.kinds = append(all.kinds, "artifact")
		}
	}
	return all, nil
}

func count(kinds []string, wanted string) (found int) {
	for _, kind := range kinds {
		if kind == wanted {
			found++
		}
	}
	return found
}

func send(ctx context.Context, client *a2aclient.Client, wanted *a2a.SendMessageRequest) (*a2a.Task, error) {
	result, err := client.SendMessage(ctx, wanted)
	if err != nil {
		return nil, err
	}
	if task, ok := result.(*a2a.Task); ok {
		return task, nil
	}
	return nil, fmt.Errorf("expected a task, got %T", result)
}

func main() {
	url, binding := os.Args[1], os.Args[2]
	var card *a2a.AgentCard
	step("card", func(ctx context.Context) (string, error) {
		var err error
		if card, err = agentcard.DefaultResolver.Resolve(ctx, url); err != nil {
			return "", err
		}
		var bindings []string
		for _, offered := range card.SupportedInterfaces {
			bindings = append(bindings, string(offered.ProtocolBinding))
		}
		slices.Sort(bindings)
		return strings.Join(bindings, ", "), nil
	})
	if card == nil {
		log.Fatal("no card")
	}
	card.SupportedInterfaces = slices.DeleteFunc(card.SupportedInterfaces, func(offered *a2a.AgentInterface) bool {
		return string(offered.ProtocolBinding) != binding
	})
	client, err := a2aclient.NewFromCard(context.Background(), card)
	if err != nil {
		log.Fatal(err)
	}

	var sent *a2a.Task
	step("send", func(ctx context.Context) (saw string, err error) {
		if sent, err = send(ctx, client, request("hello")); err != nil {
			return "", err
		}
		return state(sent.Status), expect("state", "COMPLETED", state(sent.Status))
	})
	step("stream", func(ctx context.Context) (string, error) {
		all, err := see(client.SendStreamingMessage(ctx, request("@chunks 3")))
		return "3 pieces, " + all.state, errors.Join(err, expect("pieces", 3, count(all.kinds, "artifact")), expect("state", "COMPLETED", all.state))
	})
	step("direct answer", func(ctx context.Context) (string, error) {
		all, err := see(client.SendStreamingMessage(ctx, request("@direct pong")))
		return "a message", errors.Join(err, expect("kinds", "message", strings.Join(all.kinds, " ")))
	})
	step("get", func(ctx context.Context) (string, error) {
		task, err := client.GetTask(ctx, &a2a.GetTaskRequest{ID: sent.ID})
		if err != nil {
			return "", err
		}
		return state(task.Status), expect("id", sent.ID, task.ID)
	})
	step("list", func(ctx context.Context) (string, error) {
		page, err := client.ListTasks(ctx, &a2a.ListTasksRequest{PageSize: 50})
		if err != nil {
			return "", err
		}
		there := slices.ContainsFunc(page.Tasks, func(task *a2a.Task) bool { return task.ID == sent.ID })
		return "the tasks of this run", expect("the task that was sent is there", true, there)
	})
	step("input", func(ctx context.Context) (string, error) {
		asked, err := send(ctx, client, request("@input Which one?"))
		if err != nil {
			return "", err
		}
		followUp := request("This one")
		followUp.Message.TaskID = asked.ID
		done, err := send(ctx, client, followUp)
		if err != nil {
			return "", err
		}
		return state(asked.Status) + ", then " + state(done.Status),
			errors.Join(expect("state", "INPUT_REQUIRED", state(asked.Status)), expect("state", "COMPLETED", state(done.Status)))
	})
	step("cancel", func(ctx context.Context) (string, error) {
		task, err := send(ctx, client, atOnce("@hold"))
		if err != nil {
			return "", err
		}
		canceled, err := client.CancelTask(ctx, &a2a.CancelTaskRequest{ID: task.ID})
		if err != nil {
			return "", err
		}
		return state(canceled.Status), expect("state", "CANCELED", state(canceled.Status))
	})
	step("subscribe", func(ctx context.Context) (string, error) {
		task, err := send(ctx, client, atOnce("@slow 1s"))
		if err != nil {
			return "", err
		}
		all, err := see(client.SubscribeToTask(ctx, &a2a.SubscribeToTaskRequest{ID: task.ID}))
		if err != nil {
			return "", err
		}
		return "a task, then updates, " + all.state, errors.Join(expect("first", "task", all.kinds[0]), expect("state", "COMPLETED", all.state))
	})
}
