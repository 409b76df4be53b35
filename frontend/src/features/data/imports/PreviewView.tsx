import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { formatNumber, plural } from '../../../lib/format';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';

import { RejectTable } from './RejectTable';
import type { ImportPreview } from './queries';

/** What an import would do with the first rows of the file. */
export function PreviewView({ preview, isOld }: { preview: ImportPreview; isOld: boolean }) {
  const rows = preview.rows.map((row, place) => ({ row, place }));
  const columns = Object.keys(preview.rows[0] ?? {}).map((target): ShownColumn<(typeof rows)[number]> => ({
    key: target,
    label: target,
    cell: ({ row }) => (
      <Box title={valueText(row[target])} sx={{ maxWidth: 220, overflow: 'hidden', textOverflow: 'ellipsis' }}>
        {valueText(row[target])}
      </Box>
    ),
  }));
  return (
    <Box data-testid="import-preview-result" sx={{ opacity: isOld ? 0.55 : 1 }}>
      {preview.problem !== null ? (
        <Alert severity="error" variant="outlined" data-code={preview.problemCode} data-testid="preview-problem" sx={{ my: 1 }}>
          {preview.problem}
        </Alert>
      ) : (
        <Typography variant="caption" component="p" sx={{ my: 1 }} data-testid="preview-counts">
          Of the first {plural(preview.rowsLookedAt, 'row')} {formatNumber(preview.rowsLookedAt - preview.rowsRefused)} would be written and{' '}
          {formatNumber(preview.rowsRefused)} refused.
          {preview.crs !== null && ` The file states the reference system ${preview.crs}.`}
        </Typography>
      )}
      {preview.rows.length > 0 && (
        <DataTable label="The first rows as they would be written" testId="preview-rows" rows={rows} columns={columns} rowKey={({ place }) => String(place)} maxHeightPx={320} />
      )}
      {preview.refused.length > 0 && (
        <Box sx={{ mt: 1 }}>
          <RejectTable rejects={preview.refused} caption="Rows that would be refused" />
        </Box>
      )}
    </Box>
  );
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
