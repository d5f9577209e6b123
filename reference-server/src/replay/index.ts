export { createReplayServer } from './replay-server.ts';
export type { ReplayOptions, ReplayServer } from './replay-server.ts';
export { FixtureError, readFixture } from '@agentproto/recording/fixture';
export type {
  Fixture,
  FixtureEnd,
  FixtureExchange,
  FixtureHeader,
  FixtureMessage,
  FixturePiece,
  FixtureResponse,
} from '@agentproto/recording/fixture';
