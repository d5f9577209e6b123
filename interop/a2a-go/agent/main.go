// An agent on the A2A project's Go SDK that does what ../../words.yaml says: JSON-RPC at /rpc, HTTP+JSON at /rest.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2asrv"
	"github.com/a2aproject/a2a-go/v2/a2asrv/push"
)

type words struct{}

type yield = func(a2a.Event, error) bool

func (words) Execute(ctx context.Context, x *a2asrv.ExecutorContext) iter.Seq2[a2a.Event, error] {
	said := textOf(x.Message)
	word := strings.ToLower(strings.SplitN(said, " ", 2)[0])
	return func(yield yield) {
		if word == "direct" {
			yield(a2a.NewMessage(a2a.MessageRoleAgent, a2a.NewTextPart("A direct answer")), nil)
			return
		}
		tell := func(state a2a.TaskState, text string) bool {
			var message *a2a.Message
			if text != "" {
				message = a2a.NewMessageForTask(a2a.MessageRoleAgent, x, a2a.NewTextPart(text))
			}
			return yield(a2a.NewStatusUpdateEvent(x, state, message), nil)
		}
		followUp := x.StoredTask != nil
		if !followUp && !yield(a2a.NewSubmittedTask(x, x.Message), nil) {
			return
		}
		if !tell(a2a.TaskStateWorking, "") {
			return
		}
		switch {
		case word == "fail":
			tell(a2a.TaskStateFailed, "It did not work")
		case word == "reject":
			tell(a2a.TaskStateRejected, "")
		case word == "auth":
			tell(a2a.TaskStateAuthRequired, "Please sign in")
		case word == "input" && !followUp:
			tell(a2a.TaskStateInputRequired, "Which one?")
		case word == "slow":
			for step := range 20 {
				select {
				case <-ctx.Done():
					return
				case <-time.After(100 * time.Millisecond):
				}
				if !tell(a2a.TaskStateWorking, fmt.Sprintf("step %d", step)) {
					return
				}
			}
			tell(a2a.TaskStateCompleted, "At last")
		default:
			if sayInPieces(x, yield) {
				tell(a2a.TaskStateCompleted, "You said: "+said)
			}
		}
	}
}

func (words) Cancel(_ context.Context, x *a2asrv.ExecutorContext) iter.Seq2[a2a.Event, error] {
	return func(yield yield) {
		yield(a2a.NewStatusUpdateEvent(x, a2a.TaskStateCanceled, nil), nil)
	}
}

func sayInPieces(x *a2asrv.ExecutorContext, yield yield) bool {
	var artifact a2a.ArtifactID
	for piece := range 3 {
		part := a2a.NewTextPart(fmt.Sprintf("piece %d ", piece))
		var event *a2a.TaskArtifactUpdateEvent
		if piece == 0 {
			event = a2a.NewArtifactEvent(x, part)
			artifact = event.Artifact.ID
		} else {
			event = a2a.NewArtifactUpdateEvent(x, artifact, part)
		}
		event.LastChunk = piece == 2
		if !yield(event, nil) {
			return false
		}
		time.Sleep(20 * time.Millisecond)
	}
	return true
}

// known makes every caller one and the same user: the SDK lists tasks for users only.
type known struct {
	a2asrv.PassthroughCallInterceptor
}

func (known) Before(ctx context.Context, call *a2asrv.CallContext, _ *a2asrv.Request) (context.Context, any, error) {
	call.User = a2asrv.NewAuthenticatedUser("caller", nil)
	return ctx, nil, nil
}

func textOf(message *a2a.Message) string {
	var text strings.Builder
	for _, part := range message.Parts {
		text.WriteString(part.Text())
	}
	return text.String()
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	card := &a2a.AgentCard{
		Name: "Words", Description: "Does what the words say", Version: "1.0.0",
		SupportedInterfaces: []*a2a.AgentInterface{
			a2a.NewAgentInterface(url+"/rpc", a2a.TransportProtocolJSONRPC),
			a2a.NewAgentInterface(url+"/rest", a2a.TransportProtocolHTTPJSON),
		},
		DefaultInputModes: []string{"text/plain"}, DefaultOutputModes: []string{"text/plain"},
		Capabilities: a2a.AgentCapabilities{Streaming: true, PushNotifications: true, ExtendedAgentCard: true},
		Skills:       []a2a.AgentSkill{{ID: "words", Name: "Words", Description: "Does what the words say", Tags: []string{"test"}}},
	}
	handler := a2asrv.NewHandler(words{},
		a2asrv.WithCallInterceptors(known{}),
		a2asrv.WithExtendedAgentCard(card),
		a2asrv.WithCapabilityChecks(&card.Capabilities),
		a2asrv.WithPushNotifications(push.NewInMemoryStore(), push.NewHTTPPushSender(nil)))
	mux := http.NewServeMux()
	mux.Handle(a2asrv.WellKnownAgentCardPath, a2asrv.NewStaticAgentCardHandler(card))
	mux.Handle("/rpc", a2asrv.NewJSONRPCHandler(handler))
	mux.Handle("/rest/", http.StripPrefix("/rest", a2asrv.NewRESTHandler(handler)))

	go func() {
		// Who started us may have been killed: nothing of ours stays behind.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	line, _ := json.Marshal(map[string]string{"url": url, "version": version("github.com/a2aproject/a2a-go/v2")})
	fmt.Println(string(line))
	log.Fatal(http.Serve(listener, mux))
}
