import { formatNumber, humanize } from '../../../lib/format';
import { DataTable } from '../common/DataTable';
import type { Column } from '../common/DataTable';

import type { ImportReject } from './queries';

const COLUMNS: readonly Column<ImportReject>[] = [
  { key: 'row', label: 'Row', align: 'right', sort: (reject) => reject.rowNumber, cell: (reject) => formatNumber(reject.rowNumber) },
  { key: 'key', label: 'Key', sort: (reject) => reject.rowKey, cell: (reject) => reject.rowKey ?? '–' },
  { key: 'reason', label: 'Reason', sort: (reject) => reject.reason, cell: (reject) => humanize(reject.reason) },
  { key: 'column', label: 'Column', sort: (reject) => reject.column, cell: (reject) => (reject.column === '' ? '–' : reject.column) },
  { key: 'detail', label: 'What was wrong', cell: (reject) => reject.detail ?? 'not shown, it may quote personal data' },
  { key: 'mended', label: 'Mended', sort: (reject) => reject.resolvedAt, cell: (reject) => (reject.resolvedAt === null ? 'no' : 'yes') },
];

/** Refused rows with their reasons. */
export function RejectTable({ rejects, caption }: { rejects: readonly ImportReject[]; caption: string }) {
  return <DataTable caption={caption} testId="rejects-table" columns={COLUMNS} rows={rejects} rowKey={(reject) => `${reject.rowNumber} ${reject.column}`} />;
}
