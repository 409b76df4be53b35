import { csvOf } from '../../../lib/csv';

import type { ImportReject } from './queries';

/** Refused rows as CSV: where, why, and the row as the file has it. */
export function rejectsCsv(rejects: readonly ImportReject[]): string {
  const columns = [...new Set(rejects.flatMap((reject) => Object.keys(reject.row ?? {})))];
  return csvOf(
    ['row_number', 'row_key', 'reason', 'column', 'detail', 'resolved_at', ...columns],
    rejects.map((reject) => [
      reject.rowNumber,
      reject.rowKey,
      reject.reason,
      reject.column,
      reject.detail,
      reject.resolvedAt,
      ...columns.map((column) => cellOf(reject.row?.[column])),
    ]),
  );
}

function cellOf(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : JSON.stringify(value);
}

/** How many rows were refused for each reason, the most first. */
export function reasonsOf(rejects: readonly Pick<ImportReject, 'reason'>[]): { reason: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { reason } of rejects) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count);
}
