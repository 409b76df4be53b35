import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useMemo } from 'react';

import type { BranchColumns } from '../../lib/columns/layers';
import { formatNumber } from '../../lib/format';
import { LOADING_CLASSES } from '../../lib/loadingClasses';
import { Swatch } from '../../ui/Swatch';
import { css } from '../../ui/palette';

import { loadingCounts } from './layers';
import type { CascadeResult } from './result';

interface Comparison {
  before: Map<string, number>;
  after: Map<string, number>;
  outCount: number;
}

/** Lines both on the map and in the run's interconnection by loading class, before the outages and after the last wave. */
export function compareLoading(branches: BranchColumns, result: CascadeResult): Comparison {
  const onMap = new Set(branches.ids);
  const inRun = new Set(result.branches.ids);
  const shared = branches.ids.map((id) => inRun.has(id));
  const isOut = (row: number): boolean => !Number.isNaN(result.branches.tripWave[row]);
  const rows = result.branches.ids.map((id, row) => (onMap.has(id) ? row : -1)).filter((row) => row >= 0);
  const outRows = new Set(rows.filter(isOut));
  const inRows = new Set(rows.filter((row) => !outRows.has(row)));
  return {
    before: loadingCounts(branches.loadingPct, (row) => shared[row] === true),
    after: loadingCounts(result.branches.loadingPct, (row) => inRows.has(row)),
    outCount: outRows.size,
  };
}

export function LoadingComparison({ branches, result }: { branches: BranchColumns; result: CascadeResult }) {
  const { before, after, outCount } = useMemo(() => compareLoading(branches, result), [branches, result]);
  return (
    <Table aria-label="Lines by loading, before and after" data-testid="loading-comparison">
      <TableHead>
        <TableRow>
          <TableCell>Loading of lines</TableCell>
          <TableCell align="right">Base case</TableCell>
          <TableCell align="right">After</TableCell>
        </TableRow>
      </TableHead>
      <TableBody>
        {LOADING_CLASSES.map((entry) => (
          <TableRow key={entry.key}>
            <TableCell>
              <Swatch shape="line" colour={css(entry.colour)} widthPx={entry.widthPx} /> {entry.label}
            </TableCell>
            <TableCell align="right">{formatNumber(before.get(entry.key) ?? 0)}</TableCell>
            <TableCell align="right">{formatNumber(after.get(entry.key) ?? 0)}</TableCell>
          </TableRow>
        ))}
        <TableRow>
          <TableCell>out of service</TableCell>
          <TableCell align="right">{formatNumber(0)}</TableCell>
          <TableCell align="right">{formatNumber(outCount)}</TableCell>
        </TableRow>
      </TableBody>
    </Table>
  );
}
