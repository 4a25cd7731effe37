import { parseAllDocuments } from 'yaml';
import { type Input, judgeRequest, refused } from './request.js';

/** The requests of YAML: one per document, or a list of them. */
export function parseYaml(text: string): Input[] {
  try {
    const documents = parseAllDocuments(text, { version: '1.2' });
    return [...documents].flatMap((document, index) => {
      const name = `Document ${index + 1} of the YAML`;
      const [error] = document.errors;
      if (error) return [refused(`${name} cannot be read: ${firstLine(error.message)}`)];
      const value: unknown = document.toJS();
      if (value === null || value === undefined) return [];
      if (!Array.isArray(value)) return [judged(value, name)];
      return value.map((element, at) => judged(element, `Element ${at + 1} of document ${index + 1}`));
    });
  } catch (error) {
    // Such as aliases that expand to too much.
    return [
      refused(
        `The YAML cannot be read: ${firstLine(error instanceof Error ? error.message : String(error))}`,
      ),
    ];
  }
}

/** Checks it like a JSON request. An alias to a value that contains it makes an infinite value, which is not JSON. */
function judged(value: unknown, subject: string): Input {
  return judgeRequest(JSON.stringify(value) ?? 'null', subject);
}

/** The rest of the message is an excerpt of the text. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/:$/, '');
}
