import { useMemo } from 'react';

import type { BranchColumns } from '../../lib/columns/layers';
import { formatNumber } from '../../lib/format';
import { LOADING_CLASSES } from '../../lib/loadingClasses';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
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

interface ClassRow {
  key: string;
  label: string;
  /** How it is drawn on the map; what is out is not. */
  line: (typeof LOADING_CLASSES)[number] | null;
  before: number;
  after: number;
}

const COLUMNS: readonly ShownColumn<ClassRow>[] = [
  {
    key: 'loading',
    label: 'Loading of lines',
    cell: ({ label, line }) => (
      <>
        {line !== null && <Swatch shape="line" colour={css(line.colour)} widthPx={line.widthPx} />} {label}
      </>
    ),
  },
  { key: 'before', label: 'Base case', isNumber: true, cell: ({ before }) => formatNumber(before) },
  { key: 'after', label: 'After', isNumber: true, cell: ({ after }) => formatNumber(after) },
];

export function LoadingComparison({ branches, result }: { branches: BranchColumns; result: CascadeResult }) {
  const rows = useMemo((): ClassRow[] => {
    const { before, after, outCount } = compareLoading(branches, result);
    return [
      ...LOADING_CLASSES.map((line) => ({ key: line.key, label: line.label, line, before: before.get(line.key) ?? 0, after: after.get(line.key) ?? 0 })),
      { key: 'out', label: 'out of service', line: null, before: 0, after: outCount },
    ];
  }, [branches, result]);
  return <DataTable label="Lines by loading, before and after" testId="loading-comparison" rows={rows} columns={COLUMNS} rowKey={({ key }) => key} maxHeightPx={null} />;
}
