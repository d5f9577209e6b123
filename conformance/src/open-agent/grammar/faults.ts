import { validate as validate07 } from '@agentproto/rules/open-agent/0.7';
import { validate as validateReadme } from '@agentproto/rules/open-agent/readme';

/** What is wrong with an event of a run by the schema of its name, wherever it has that (X04). */
export function eventFaults(isReadme: boolean): (name: string, value: object) => string[] {
  const validate = isReadme ? validateReadme : validate07;
  const member = isReadme ? 'type' : 'event';
  return (name, value) =>
    validate(`${name}Event` as 'RunStartedEvent', { ...value, [member]: name })
      // Which values a status has is a row of its own.
      .filter(({ pointer }) => pointer !== '/status')
      .map(({ message }) => message);
}
