// The A2A project's Go client before each scenario of `agentproto-conformance client`: `judged BINDING`.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2aclient"
	"github.com/a2aproject/a2a-go/v2/a2aclient/agentcard"
)

var url, key, binding = os.Getenv("AGENTPROTO_URL"), os.Getenv("AGENTPROTO_API_KEY"), os.Args[1]

type bearer struct {
	a2aclient.PassthroughInterceptor
}

func (bearer) Before(ctx context.Context, req *a2aclient.Request) (context.Context, any, error) {
	if key != "" {
		req.ServiceParams["Authorization"] = []string{"Bearer " + key}
	}
	return ctx, nil, nil
}

func request(text string) *a2a.SendMessageRequest {
	return &a2a.SendMessageRequest{Message: a2a.NewMessage(a2a.MessageRoleUser, a2a.NewTextPart(text))}
}

func connect(ctx context.Context) (*a2aclient.Client, error) {
	card, err := agentcard.DefaultResolver.Resolve(ctx, url)
	if err != nil {
		return nil, err
	}
	card.SupportedInterfaces = slices.DeleteFunc(card.SupportedInterfaces, func(one *a2a.AgentInterface) bool {
		return string(one.ProtocolBinding) != binding
	})
	return a2aclient.NewFromCard(ctx, card, a2aclient.WithCallInterceptors(bearer{}))
}

func text(parts []*a2a.Part) (all string) {
	for _, part := range parts {
		all += part.Text()
	}
	return all
}

func ofTask(task *a2a.Task) (all string) {
	for _, artifact := range task.Artifacts {
		all += text(artifact.Parts)
	}
	return all
}

func heard(events iter.Seq2[a2a.Event, error]) (all string, err error) {
	for event, err := range events {
		if err != nil {
			return all, err
		}
		switch event := event.(type) {
		case *a2a.Task:
			all += ofTask(event)
		case *a2a.TaskArtifactUpdateEvent:
			all += text(event.Artifact.Parts)
		case *a2a.Message:
			all += text(event.Parts)
		}
	}
	return all, nil
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

func talk(ctx context.Context) (string, error) {
	client, err := connect(ctx)
	if err != nil {
		return "", err
	}
	task, err := send(ctx, client, request("hello"))
	if err != nil {
		return "", err
	}
	again := request("again")
	again.Message.ContextID = task.ContextID
	if _, err = send(ctx, client, again); err != nil {
		return "", err
	}
	said, err := heard(client.SendStreamingMessage(ctx, request("hello")))
	if err != nil {
		return said, err
	}
	if _, err = client.GetTask(ctx, &a2a.GetTaskRequest{ID: task.ID}); err != nil {
		return said, err
	}
	for token := ""; ; {
		page, err := client.ListTasks(ctx, &a2a.ListTasksRequest{PageSize: 2, PageToken: token})
		if err != nil {
			return said, err
		}
		if token = page.NextPageToken; token == "" {
			return said, nil
		}
	}
}

func webhook(ctx context.Context) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	said, over, seen := "", make(chan bool, 1), map[string]bool{}
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Authorization") != "Bearer only-for-this-task" {
			w.WriteHeader(401)
			return
		}
		w.WriteHeader(204)
		if seen[string(body)] {
			return
		}
		seen[string(body)] = true
		var response a2a.StreamResponse
		if json.Unmarshal(body, &response) != nil {
			return
		}
		switch event := response.Event.(type) {
		case *a2a.TaskArtifactUpdateEvent:
			said += text(event.Artifact.Parts)
		case *a2a.TaskStatusUpdateEvent:
			if event.Status.State.Terminal() {
				over <- true
			}
		}
	}))
	client, err := connect(ctx)
	if err != nil {
		return "", err
	}
	wanted := request("hello")
	wanted.Config = &a2a.SendMessageConfig{ReturnImmediately: true, PushConfig: &a2a.PushConfig{
		URL:  "http://" + listener.Addr().String() + "/hook",
		Auth: &a2a.PushAuthInfo{Scheme: "Bearer", Credentials: "only-for-this-task"},
	}}
	if _, err = client.SendMessage(ctx, wanted); err != nil {
		return "", err
	}
	select {
	case <-over:
		return said, nil
	case <-ctx.Done():
		return said, errors.New("nothing came")
	}
}

func play(ctx context.Context) (string, error) {
	switch os.Getenv("AGENTPROTO_SCENARIO") {
	case "webhook":
		return webhook(ctx)
	case "extended-card":
		client, err := connect(ctx)
		if err != nil {
			return "", err
		}
		card, err := client.GetExtendedAgentCard(ctx, &a2a.GetExtendedAgentCardRequest{})
		if err != nil {
			return "", err
		}
		if err := client.UpdateCard(card); err != nil {
			if client, err = a2aclient.NewFromCard(ctx, card, a2aclient.WithCallInterceptors(bearer{}),
				a2aclient.WithConfig(a2aclient.Config{PreferredTransports: []a2a.TransportProtocol{a2a.TransportProtocol(binding)}})); err != nil {
				return "", err
			}
		}
		return heard(client.SendStreamingMessage(ctx, request("hello")))
	case "authorization":
		client, err := connect(ctx)
		if err != nil {
			return "", err
		}
		task, err := send(ctx, client, request("hello"))
		if err != nil {
			return "", err
		}
		return heard(client.SubscribeToTask(ctx, &a2a.SubscribeToTaskRequest{ID: task.ID}))
	case "expired-card":
		if _, err := connect(ctx); err != nil {
			return "", err
		}
		time.Sleep(1100 * time.Millisecond)
	}
	return talk(ctx)
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	said, err := play(ctx)
	told := map[string]string{"text": said}
	if err != nil {
		told = map[string]string{"failed": err.Error()}
	}
	line, _ := json.Marshal(told)
	fmt.Println("AGENTPROTO_RESULT " + strings.TrimSpace(string(line)))
}
