import { useMemo } from 'react';

import { formatNumber, formatQuantity, humanize, UNKNOWN } from '../../../lib/format';
import { AssetButton } from '../../../ui/AssetButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';

import { Note } from './Part';
import type { TripRow, Trips } from './trips';

type Select = (assetId: string) => void;

export function tripColumns(onSelect: Select): ShownColumn<TripRow>[] {
  return [
    { key: 'name', label: 'Branch', value: (row) => row.name, cell: (row) => <AssetButton onClick={() => onSelect(row.branchId)}>{row.name}</AssetButton> },
    { key: 'id', label: 'Id', value: (row) => row.branchId },
    { key: 'kind', label: 'Kind', value: (row) => row.kind },
    { key: 'wave', label: 'Wave', isNumber: true, value: (row) => row.wave },
    { key: 'cause', label: 'Why', value: (row) => row.cause, cell: (row) => humanize(row.cause) },
    { key: 'loading', label: 'Loading %', isNumber: true, value: (row) => row.loadingPct, cell: (row) => formatQuantity(row.loadingPct, '%', 1) },
    { key: 'flow', label: 'Flow MW', isNumber: true, value: (row) => row.flowMw, cell: (row) => formatNumber(row.flowMw, 1) },
    { key: 'rating', label: 'Rating MVA', isNumber: true, value: (row) => row.ratingMva, cell: (row) => formatNumber(row.ratingMva, 0) },
    {
      key: 'parent',
      label: 'Led to by',
      value: (row) => row.parentId,
      cell: (row) => (row.parentId === null ? UNKNOWN : <AssetButton onClick={() => onSelect(row.parentId ?? '')}>{row.parentId}</AssetButton>),
    },
    { key: 'rise', label: 'Rise MW', isNumber: true, value: (row) => row.parentRiseMw, cell: (row) => formatNumber(row.parentRiseMw, 1) },
  ];
}

const IN_WAVE = new Set(['name', 'cause', 'loading', 'parent']);

/** The trips of one wave. */
export function TripsOfWave({ trips, wave, onSelect }: { trips: Trips; wave: number; onSelect: Select }) {
  const rows = useMemo(() => trips.filter((row) => row.wave === wave), [trips, wave]);
  const columns = useMemo(() => tripColumns(onSelect).filter(({ key }) => IN_WAVE.has(key)), [onSelect]);
  if (rows.length === 0) return <Note>{wave === 0 ? 'Nothing has tripped yet.' : 'No branch trips in this wave.'}</Note>;
  return <DataTable label={`Branches tripped in wave ${wave}`} rows={rows} columns={columns} rowKey={(row) => row.branchId} testId="wave-trips" pageSize={15} />;
}
