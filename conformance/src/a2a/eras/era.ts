import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Headers } from '@agentproto/recording';
import type { DriverTools } from '../../kit/family.ts';
import type { Binding } from '../binding.ts';
import type { Speech } from '../speech.ts';

/**
 * What of A2A differs from era to era, as far as the driver is concerned. Plays, views and invariants speak the words of 1.0;
 * an era says how a request is written in its own, and reads what comes into those of 1.0.
 */
export interface Era {
  /** `a2a@0.3` */
  readonly id: string;
  /** Where a card of this era is published: file names below `/.well-known/`. */
  readonly cards: readonly string[];
  /** The bindings of the era that the suite plays over. */
  readonly bindings: readonly Binding['name'][];
  /** What of a card is of this era; undefined where nothing is. Where the era was `named`, a trace of it is enough. */
  readCard(card: Record<string, unknown>, cardUrl: string, named: boolean): EraCard | undefined;
  /** How an interface of the card is spoken to: as a client does that keeps to the card, and knows what the run has learnt. */
  speak(one: AgentInterface, card: Record<string, unknown>, tools: DriverTools): Binding;
  /** Of these operations, those that a server with this card has to know. */
  owed(methods: readonly MethodName[], card: Record<string, unknown>): readonly MethodName[];
  /** How answers over this binding are read; undefined where they are in the words of 1.0. */
  reads(binding: string | undefined): Speech | undefined;
  /** The header that names extensions. */
  readonly extensionsHeader: string;
  /** Headers of every request that say its version. */
  readonly version: Headers;
  /** Where a script goes in a message: into a data part of its own, where parts say their media type. */
  readonly scriptIn: 'part' | 'metadata';
  /** Artifacts have ids of the agent's. */
  readonly namesArtifacts: boolean;
  readonly refusals: Refusals;
  /** Of the ways to make a good message bad, those that the era's model over this binding has nothing against. */
  allows(binding: string): readonly string[];
}

export interface AgentInterface {
  url: string;
  protocolBinding: string;
  protocolVersion: string;
  tenant?: string | undefined;
}

/** A card in the words of 1.0. */
export interface EraCard {
  card: Record<string, unknown>;
  interfaces: AgentInterface[];
}

/** Shapes of a reply that is refused, where the eras differ in what they say of the error. */
export interface Refusals {
  /** A message to a task that has ended. */
  endedTask: object;
  /** Streams that are not declared. */
  noStreaming: object;
  /** Push configurations that are not declared. */
  noPush: object;
  /** An extended card that is not declared. */
  noExtendedCard: object;
  /** A required extension that is not named. */
  requiredExtension: object;
  /** The error table has a row for a message to a task that has ended. */
  tellsEnded: boolean;
}

/** The operations of an era over a binding, by their names in 1.0. */
export type Operations<Said> = Partial<Record<MethodName, Said>>;
