/** Compatibility with @a2a-js/sdk 0.3, proved by the compiler: its types are those of the wire, and each is assignable to ours and back. */
import type * as sdk from 'a2a-js-sdk-0.3';
import type { Definitions } from './0.3.ts';

interface Sdk {
  AgentCapabilities: sdk.AgentCapabilities;
  AgentCard: sdk.AgentCard;
  AgentCardSignature: sdk.AgentCardSignature;
  AgentExtension: sdk.AgentExtension;
  AgentInterface: sdk.AgentInterface;
  AgentProvider: sdk.AgentProvider;
  AgentSkill: sdk.AgentSkill;
  Artifact: sdk.Artifact;
  DataPart: sdk.DataPart;
  DeleteTaskPushNotificationConfigParams: sdk.DeleteTaskPushNotificationConfigParams;
  File: sdk.FileWithBytes | sdk.FileWithUri;
  FilePart: sdk.FilePart;
  GetTaskPushNotificationConfigParams: sdk.GetTaskPushNotificationConfigParams;
  ListTaskPushNotificationConfigParams: sdk.ListTaskPushNotificationConfigParams;
  Message: sdk.Message;
  MessageSendConfiguration: sdk.MessageSendConfiguration;
  MessageSendParams: sdk.MessageSendParams;
  OAuthFlows: sdk.OAuthFlows;
  Part: sdk.Part;
  PushNotificationAuthenticationInfo: sdk.PushNotificationAuthenticationInfo;
  PushNotificationConfig: sdk.PushNotificationConfig;
  SecurityScheme: sdk.SecurityScheme;
  SendMessageResult: sdk.SendMessageSuccessResponse['result'];
  StreamEvent: sdk.SendStreamingMessageSuccessResponse['result'];
  Task: sdk.Task;
  TaskArtifactUpdateEvent: sdk.TaskArtifactUpdateEvent;
  TaskIdParams: sdk.TaskIdParams;
  TaskPushNotificationConfig: sdk.TaskPushNotificationConfig;
  TaskPushNotificationConfigs: sdk.ListTaskPushNotificationConfigSuccessResponse['result'];
  TaskQueryParams: sdk.TaskQueryParams;
  TaskState: sdk.TaskState;
  TaskStatus: sdk.TaskStatus;
  TaskStatusUpdateEvent: sdk.TaskStatusUpdateEvent;
  TextPart: sdk.TextPart;
}

type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? true
    : 'the SDK has something that we lack'
  : 'we have something that the SDK lacks';

/** Holds when `T` is never; else the compiler prints what is left. */
type None<T> = [T] extends [never] ? true : T;

type Differences = {
  [Name in keyof Sdk]: Same<Definitions[Name], Sdk[Name]> extends true
    ? never
    : [Name, Same<Definitions[Name], Sdk[Name]>];
}[keyof Sdk];
export const noDifferences: None<Differences> = true;

/** Written in place there, or part of what is compared. */
type InPlace =
  | 'Role'
  | 'Struct'
  | 'Timestamp'
  | `${string}SecurityScheme`
  | `${string}OAuthFlow`
  | Extract<keyof Definitions, `Proto${string}`>;
export const everyDefinitionIsCompared: None<Exclude<keyof Definitions, keyof Sdk | InPlace>> = true;

// The comparison can fail: a member that is retyped, or required and left out, must be seen.
type Retyped<M, K extends keyof M> = { [P in keyof M]: P extends K ? { mutated: true } : M[P] };
type RequiredOf<M> = { [K in keyof M]-?: object extends Pick<M, K> ? never : K }[keyof M];
type Whole =
  | 'AgentCard'
  | 'Message'
  | 'Task'
  | 'TaskStatusUpdateEvent'
  | 'TaskArtifactUpdateEvent'
  | 'MessageSendParams';
type Missed<M, S> =
  | { [K in keyof M]-?: Same<Retyped<M, K>, S> extends true ? K : never }[keyof M]
  | { [K in RequiredOf<M>]: Same<Omit<M, K>, S> extends true ? K : never }[RequiredOf<M>];
export const everyMutationIsSeen: None<{ [Name in Whole]: Missed<Definitions[Name], Sdk[Name]> }[Whole]> = true;
// @ts-expect-error a state that the SDK lacks
export const oneStateMore: Same<Definitions['TaskState'] | 'paused', sdk.TaskState> = true;
// @ts-expect-error a kind of part less
export const onePartLess: Same<Definitions['TextPart'] | Definitions['DataPart'], sdk.Part> = true;
