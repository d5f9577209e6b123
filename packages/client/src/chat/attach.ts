import type { FileObject, UserMessage } from '@agentproto/protocol/chat/docs';
import { InvalidInputError } from '../errors.ts';

/** A user's message with files (schemas: FileObject), for `say` of a conversation, or as one of the messages of a turn. */
export function attach(content: string, files: readonly FileObject[]): UserMessage {
  for (const [index, file] of files.entries())
    if (typeof file.file_path !== 'string' || typeof file.file_content !== 'string')
      throw new InvalidInputError(`files[${index}]: expected file_path and file_content`);
  return { role: 'user', content, data: { user_file_uploads: [...files] } };
}
