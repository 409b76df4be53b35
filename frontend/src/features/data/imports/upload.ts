import { csrfToken } from '../../../lib/graphql/csrf';
import type { Problem } from '../../../lib/graphql/errors';

export interface Received {
  digest: string;
  name: string;
}

export type UploadResult = { received: Received; problem: null } | { received: null; problem: Problem };

const UNREACHABLE: Problem = { code: 'NETWORK', message: 'The server cannot be reached. Check that it is running.', field: null };

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function parsed(text: string): Record<string, unknown> {
  try {
    return record(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The server's answer to an upload: what the file is called there, or why it was refused. */
export function resultOf(status: number, text: string): UploadResult {
  const body = parsed(text);
  if (status === 201 && typeof body.digest === 'string' && typeof body.name === 'string') {
    return { received: { digest: body.digest, name: body.name }, problem: null };
  }
  const first: unknown = Array.isArray(body.errors) ? body.errors[0] : undefined;
  const { message } = record(first);
  const { code, field } = record(record(first).extensions);
  return {
    received: null,
    problem: {
      code: typeof code === 'string' ? code : `HTTP_${status}`,
      message: typeof message === 'string' ? message : `The server refused the file (status ${status}).`,
      field: typeof field === 'string' ? field : null,
    },
  };
}

/**
 * Send a file to the import folder. `fetch` tells nothing of how much has been sent, so this is an XMLHttpRequest.
 * An aborted upload never answers.
 */
export function upload(file: File, onProgress: (sentFrac: number) => void, onResult: (result: UploadResult) => void): () => void {
  const request = new XMLHttpRequest();
  request.open('POST', '/imports/files');
  const token = csrfToken(document.cookie);
  if (token !== null) request.setRequestHeader('X-CSRFToken', token);
  request.upload.addEventListener('progress', (event) => {
    if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
  });
  request.addEventListener('load', () => onResult(resultOf(request.status, request.responseText)));
  request.addEventListener('error', () => onResult({ received: null, problem: UNREACHABLE }));
  const form = new FormData();
  form.append('file', file);
  request.send(form);
  return () => request.abort();
}
