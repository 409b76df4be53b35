import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';

import { formatNumber, plural } from '../../../lib/format';
import { visuallyHidden } from '../../../ui/visuallyHidden';

import { RejectTable } from './RejectTable';
import type { ImportPreview } from './queries';

/** What an import would do with the first rows of the file. */
export function PreviewView({ preview, isOld }: { preview: ImportPreview; isOld: boolean }) {
  const targets = Object.keys(preview.rows[0] ?? {});
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
        <Box sx={{ overflowX: 'auto', maxHeight: 320, border: 1, borderColor: 'divider' }} tabIndex={0} role="region" aria-label="The first rows as they would be written">
          <Table stickyHeader>
            <Box component="caption" sx={visuallyHidden}>
              The first rows as they would be written
            </Box>
            <TableHead>
              <TableRow>
                {targets.map((target) => (
                  <TableCell key={target}>{target}</TableCell>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>
              {preview.rows.map((row, place) => (
                <TableRow key={place}>
                  {targets.map((target) => (
                    <TableCell key={target} sx={{ maxWidth: 220, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
                      {valueText(row[target])}
                    </TableCell>
                  ))}
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </Box>
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
