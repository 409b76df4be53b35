import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';

import { CloseIcon } from '../../../ui/icons';
import { visuallyHidden } from '../../../ui/visuallyHidden';

import { compareRows } from './facts';
import type { ComparedAsset } from './facts';

export interface Column {
  assetId: string;
  /** Null while it is loading, or if there is none that one may see. */
  asset: ComparedAsset | null;
  /** Why there is none; null while it is loading. */
  problem: string | null;
}

interface Props {
  columns: readonly Column[];
  onUnpin: (assetId: string) => void;
  onGo: (assetId: string) => void;
}

/** The same facts of assets row by row; a mark stands where they differ. */
export function CompareTable({ columns, onUnpin, onGo }: Props) {
  const rows = compareRows(columns.map(({ asset }) => asset));
  return (
    <Table stickyHeader aria-label="Comparison of pinned assets" data-testid="compare-table" sx={{ tableLayout: 'fixed' }}>
      <TableHead>
        <TableRow>
          <TableCell sx={{ width: 132 }}>Fact</TableCell>
          {columns.map(({ assetId, asset }) => (
            <TableCell key={assetId} data-testid={`pinned-${assetId}`}>
              <Box sx={{ display: 'flex', alignItems: 'center' }}>
                <Button title={assetId} onClick={() => onGo(assetId)} sx={{ p: 0, minWidth: 0, flex: 1, justifyContent: 'flex-start', textAlign: 'left', lineHeight: 1.3, whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
                  {asset?.title ?? assetId}
                </Button>
                <IconButton aria-label={`Unpin ${assetId}`} onClick={() => onUnpin(assetId)} sx={{ p: 0.25 }}>
                  <CloseIcon sx={{ fontSize: 16 }} />
                </IconButton>
              </Box>
            </TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody>
        {rows.map(({ label, texts, isDifferent }) => (
          <TableRow key={label} data-different={isDifferent || undefined}>
            <TableCell component="th" scope="row" sx={{ color: 'text.secondary' }}>
              {isDifferent && (
                <Box component="span" aria-hidden sx={{ color: 'warning.main', fontWeight: 700, mr: 0.5 }}>
                  ≠
                </Box>
              )}
              {label}
              {isDifferent && <Box component="span" sx={visuallyHidden}>, differs</Box>}
            </TableCell>
            {texts.map((text, i) => (
              <TableCell key={columns[i]?.assetId ?? i} sx={{ fontWeight: isDifferent ? 600 : 400, overflowWrap: 'anywhere' }}>
                {text ?? <Box component="span" sx={visuallyHidden}>does not apply</Box>}
              </TableCell>
            ))}
          </TableRow>
        ))}
        {columns.some(({ problem }) => problem !== null) && (
          <TableRow>
            <TableCell component="th" scope="row" sx={{ color: 'text.secondary' }}>
              Not shown
            </TableCell>
            {columns.map(({ assetId, problem }) => (
              <TableCell key={assetId}>{problem}</TableCell>
            ))}
          </TableRow>
        )}
      </TableBody>
    </Table>
  );
}
