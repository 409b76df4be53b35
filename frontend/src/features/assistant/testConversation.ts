import type { AssistantMessage } from './queries';

/** A message for tests, a finished answer unless told otherwise. */
export function message(id: string, parentId: string | null, fields: Partial<AssistantMessage> = {}): AssistantMessage {
  return {
    id,
    parentId,
    role: 'ASSISTANT',
    text: '',
    createdAt: '2026-03-01T12:00:00Z',
    state: 'DONE',
    doneReason: null,
    backend: 'EMBEDDED',
    durationMs: 420,
    firstEventMs: 20,
    events: [],
    feedback: null,
    ...fields,
  };
}

export const question = (id: string, parentId: string | null, text: string): AssistantMessage =>
  message(id, parentId, { role: 'USER', text, backend: null });

/** Events numbered from 0. */
export function events(...bodies: Record<string, unknown>[]): AssistantMessage['events'] {
  return bodies.map((body, seq) => ({ seq, body }));
}

export const TABLE = {
  kind: 'TABLE',
  title: 'Outages by cause',
  columns: [
    { name: 'cause', label: 'Cause', type: 'TEXT', unit: null },
    { name: 'hours', label: 'Duration', type: 'REAL', unit: 'h' },
    { name: 'asset', label: 'Asset', type: 'TEXT', unit: null },
  ],
  rows: [
    ['Tree', 2.5, 'SUB-1'],
    ['Animal', null, 'SUB-2'],
    ['Vehicle', 11.25, 'not an id'],
  ],
  is_truncated: false,
  row_count: 3,
};
