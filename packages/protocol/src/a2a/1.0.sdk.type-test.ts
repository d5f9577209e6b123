/**
 * Compatibility with @a2a-js/sdk, proved by the compiler. The SDK's types are no wire types (`$case` unions, numeric
 * enums), so `Wire` maps them to what they become on the wire; the result must equal our models with every member
 * required, both ways. What is required on the wire is not the SDK's to say: the definitions test compares that.
 */
import type * as sdk from '@a2a-js/sdk';
import type { MessageName, Models, Role, TaskState } from './1.0.ts';

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type IsUnknown<T> = 0 extends 1 & T ? true : unknown extends T ? true : false;
type Flat<T> = { [K in keyof T]: T[K] };
type Intersection<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never;

/** The members of an SDK message that hold a oneof. */
type Holders<T> = {
  [K in keyof T]-?: IsUnknown<T[K]> extends true
    ? never
    : Exclude<T[K], undefined> extends { $case: string }
      ? K
      : never;
}[keyof T];
type Cases<U> = U extends { $case: infer Case extends string; value: infer V } ? { [K in Case]: Wire<V> } : never;

/** An SDK type as it is on the wire. A plain number is asked for first: it is assignable to every numeric enum. */
type Wire<T> =
  IsUnknown<T> extends true
    ? unknown
    : Eq<T, number> extends true
      ? number
      : [T] extends [sdk.TaskState]
        ? Exclude<keyof typeof sdk.TaskState, 'UNRECOGNIZED' | 'TASK_STATE_UNSPECIFIED'>
        : [T] extends [sdk.Role]
          ? Exclude<keyof typeof sdk.Role, 'UNRECOGNIZED' | 'ROLE_UNSPECIFIED'>
          : [T] extends [Buffer]
            ? string
            : T extends (infer E)[]
              ? Wire<E>[]
              : T extends string | number | boolean | null
                ? T
                : string extends keyof T
                  ? { [key: string]: Wire<T[keyof T]> }
                  : Flat<
                      { [K in Exclude<keyof T, Holders<T>>]-?: Wire<Exclude<T[K], undefined>> } & ([
                        Holders<T>,
                      ] extends [never]
                        ? unknown
                        : Intersection<Cases<Exclude<T[Holders<T>], undefined>>>)
                    >;

/** Every member of every variant of a union. */
type Keys<U> = U extends unknown ? keyof U : never;
type At<U, K extends PropertyKey> = U extends unknown ? (K extends keyof U ? Exclude<U[K], undefined> : never) : never;

/** One of our models with every member of every variant required. */
type Full<T> =
  IsUnknown<T> extends true
    ? unknown
    : [T] extends [string | number | boolean | null]
      ? T
      : [T] extends [(infer E)[]]
        ? Full<E>[]
        : string extends keyof T
          ? { [key: string]: Full<T[keyof T]> }
          : { [K in Keys<T>]: Full<At<T, K>> };

type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? true
    : 'the SDK has something that we lack'
  : 'we have something that the SDK lacks';

interface Sdk {
  Task: sdk.Task;
  TaskStatus: sdk.TaskStatus;
  Message: sdk.Message;
  Part: sdk.Part;
  Artifact: sdk.Artifact;
  TaskStatusUpdateEvent: sdk.TaskStatusUpdateEvent;
  TaskArtifactUpdateEvent: sdk.TaskArtifactUpdateEvent;
  TaskPushNotificationConfig: sdk.TaskPushNotificationConfig;
  AuthenticationInfo: sdk.AuthenticationInfo;
  AgentCard: sdk.AgentCard;
  AgentProvider: sdk.AgentProvider;
  AgentCapabilities: sdk.AgentCapabilities;
  AgentExtension: sdk.AgentExtension;
  AgentSkill: sdk.AgentSkill;
  AgentInterface: sdk.AgentInterface;
  AgentCardSignature: sdk.AgentCardSignature;
  SecurityRequirement: sdk.SecurityRequirement;
  StringList: sdk.StringList;
  SecurityScheme: sdk.SecurityScheme;
  APIKeySecurityScheme: sdk.APIKeySecurityScheme;
  HTTPAuthSecurityScheme: sdk.HTTPAuthSecurityScheme;
  OAuth2SecurityScheme: sdk.OAuth2SecurityScheme;
  OpenIdConnectSecurityScheme: sdk.OpenIdConnectSecurityScheme;
  MutualTlsSecurityScheme: sdk.MutualTlsSecurityScheme;
  OAuthFlows: sdk.OAuthFlows;
  AuthorizationCodeOAuthFlow: sdk.AuthorizationCodeOAuthFlow;
  ClientCredentialsOAuthFlow: sdk.ClientCredentialsOAuthFlow;
  DeviceCodeOAuthFlow: sdk.DeviceCodeOAuthFlow;
  ImplicitOAuthFlow: sdk.ImplicitOAuthFlow;
  PasswordOAuthFlow: sdk.PasswordOAuthFlow;
  SendMessageRequest: sdk.SendMessageRequest;
  SendMessageConfiguration: sdk.SendMessageConfiguration;
  SendMessageResponse: sdk.SendMessageResponse;
  StreamResponse: sdk.StreamResponse;
  GetTaskRequest: sdk.GetTaskRequest;
  ListTasksRequest: sdk.ListTasksRequest;
  ListTasksResponse: sdk.ListTasksResponse;
  CancelTaskRequest: sdk.CancelTaskRequest;
  SubscribeToTaskRequest: sdk.SubscribeToTaskRequest;
  GetTaskPushNotificationConfigRequest: sdk.GetTaskPushNotificationConfigRequest;
  ListTaskPushNotificationConfigsRequest: sdk.ListTaskPushNotificationConfigsRequest;
  ListTaskPushNotificationConfigsResponse: sdk.ListTaskPushNotificationConfigsResponse;
  DeleteTaskPushNotificationConfigRequest: sdk.DeleteTaskPushNotificationConfigRequest;
  GetExtendedAgentCardRequest: sdk.GetExtendedAgentCardRequest;
}

type OurWire = { [Name in MessageName]: Full<Models[Name]> };
type SdkWire = { [Name in MessageName]: Wire<Sdk[Name]> };

/** Holds when `T` is never; else the compiler prints what is left. */
type None<T> = [T] extends [never] ? true : T;

export const everyMessageIsCompared: Eq<keyof Sdk, MessageName> = true;

type Differences = {
  [Name in MessageName]: Same<OurWire[Name], SdkWire[Name]> extends true
    ? never
    : [Name, Same<OurWire[Name], SdkWire[Name]>];
}[MessageName];
export const noDifferences: None<Differences> = true;

export const states: Eq<TaskState, Wire<sdk.TaskState>> = true;
export const roles: Eq<Role, Wire<sdk.Role>> = true;

// The comparison can fail: every member of every message dropped, renamed and retyped in turn must be seen.
type Dropped<M, K extends keyof M> = Omit<M, K>;
type Renamed<M, K extends keyof M & string> = Flat<Omit<M, K> & { [P in `${K}_`]: M[K] }>;
type Retyped<M, K extends keyof M> = { [P in keyof M]: P extends K ? { mutated: true } : M[P] };
type Missed<M, S> = {
  [K in keyof M & string]: true extends Same<Dropped<M, K>, S> | Same<Renamed<M, K>, S> | Same<Retyped<M, K>, S>
    ? K
    : never;
}[keyof M & string];
type MissedMutations = { [Name in MessageName]: Missed<OurWire[Name], SdkWire[Name]> }[MessageName];
export const everyMutationIsSeen: None<MissedMutations> = true;

// The same for what is deeper than a member.
// @ts-expect-error a state that the SDK lacks
export const oneStateMore: Eq<TaskState | 'TASK_STATE_PAUSED', Wire<sdk.TaskState>> = true;
// @ts-expect-error a state that we lack
export const oneStateLess: Eq<Exclude<TaskState, 'TASK_STATE_REJECTED'>, Wire<sdk.TaskState>> = true;
// @ts-expect-error another value in a map
export const otherMapValue: Same<Full<{ schemes: { [key: string]: string } }>, SdkWire['SecurityRequirement']> = true;
// @ts-expect-error another element in an array
export const otherElement: Same<Full<{ list: number[] }>, SdkWire['StringList']> = true;
// @ts-expect-error one kind of a union less
export const oneKindLess: Same<Full<{ task: Models['Task'] }>, SdkWire['SendMessageResponse']> = true;
