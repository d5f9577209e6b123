/** All that follows a task, by a stream or by looking at it again and again; loaded with the first that is followed. */
export { catchUp } from './catch-up.ts';
export { receive } from './connection.ts';
export { A2AReading } from './reading.ts';
export { Follower } from './follower.ts';
