import { humanize } from '../../../lib/format';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';

import type { ImportReject } from './queries';

const COLUMNS: readonly ShownColumn<ImportReject>[] = [
  { key: 'row', label: 'Row', isNumber: true, value: (reject) => reject.rowNumber },
  { key: 'key', label: 'Key', value: (reject) => reject.rowKey },
  { key: 'reason', label: 'Reason', value: (reject) => reject.reason, cell: (reject) => humanize(reject.reason) },
  { key: 'column', label: 'Column', value: (reject) => reject.column, cell: (reject) => (reject.column === '' ? '–' : reject.column) },
  { key: 'detail', label: 'What was wrong', isWrapped: true, cell: (reject) => reject.detail ?? 'not shown, it may quote personal data' },
  { key: 'mended', label: 'Mended', value: (reject) => reject.resolvedAt, cell: (reject) => (reject.resolvedAt === null ? 'no' : 'yes') },
];

/** Refused rows with their reasons. */
export function RejectTable({ rejects, caption }: { rejects: readonly ImportReject[]; caption: string }) {
  return <DataTable label={caption} testId="rejects-table" maxHeightPx={null} columns={COLUMNS} rows={rejects} rowKey={(reject) => `${reject.rowNumber} ${reject.column}`} />;
}
