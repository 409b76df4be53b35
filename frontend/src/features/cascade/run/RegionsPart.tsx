import { useMemo } from 'react';

import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import { formatNumber, formatQuantity } from '../../../lib/format';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { LoadingState } from '../../../ui/StateMessage';
import type { CascadeRunDetail } from '../queries';
import type { CascadeResult } from '../result';

import { Note, Part } from './Part';
import { regionRows, tieRows } from './regions';
import type { RegionRow, TieRow } from './regions';

const REGIONS: ShownColumn<RegionRow>[] = [
  { key: 'zone', label: 'Zone', value: (row) => row.zone },
  { key: 'lost', label: 'Lost MW', isNumber: true, value: (row) => row.lostMw, cell: (row) => formatNumber(row.lostMw, 1) },
  { key: 'share', label: 'of load', isNumber: true, value: (row) => row.lostShare, cell: (row) => formatQuantity(row.lostShare === null ? null : row.lostShare * 100, '%', 1) },
  { key: 'load', label: 'Load MW', isNumber: true, value: (row) => row.loadMw, cell: (row) => formatNumber(row.loadMw, 0) },
  { key: 'dead', label: 'Substations dark', isNumber: true, value: (row) => row.deadCount },
  { key: 'part', label: 'in part', isNumber: true, value: (row) => row.inPartCount },
  { key: 'all', label: 'of', isNumber: true, value: (row) => row.substationCount },
  { key: 'out', label: 'Lines out', isNumber: true, value: (row) => row.outCount },
];
const TIES: ShownColumn<TieRow>[] = [
  { key: 'zones', label: 'Between', value: (row) => row.zones },
  { key: 'lines', label: 'Lines', isNumber: true, value: (row) => row.lineCount },
  { key: 'out', label: 'Out', isNumber: true, value: (row) => row.outCount },
  { key: 'rating', label: 'Rating MVA', isNumber: true, value: (row) => row.ratingMva },
  { key: 'left', label: 'left', isNumber: true, value: (row) => row.leftMva },
  { key: 'base', label: 'Flow before MW', isNumber: true, value: (row) => row.baseMw },
  { key: 'final', label: 'at the end', isNumber: true, value: (row) => row.finalMw },
];

interface Props {
  run: CascadeRunDetail;
  branches: BranchColumns | null;
  substations: SubstationColumns | null;
  result: CascadeResult | null;
}

/** What became of each zone, and of the lines between two. */
export function RegionsPart({ run, branches, substations, result }: Props) {
  const found = useMemo(
    () =>
      branches === null || substations === null || result === null
        ? null
        : { regions: regionRows(substations, branches, result, run.loadMultiplier), ties: tieRows(substations, branches, result) },
    [run, branches, substations, result],
  );
  if (found === null) return <LoadingState label="Loading substations and lines" minHeight={220} />;
  return (
    <>
      <Part title="Zones">
        <DataTable label="Zones" rows={found.regions} columns={REGIONS} rowKey={(row) => row.zone} testId="region-table" csv={`cascade-run-${run.runId}-zones`} pageSize={50} />
        <Note>Load is that of the planning case times {formatNumber(run.loadMultiplier, 2)}. A line between two zones counts in both.</Note>
      </Part>
      <Part title="Ties between zones">
        <DataTable label="Ties between zones" rows={found.ties} columns={TIES} rowKey={(row) => row.zones} testId="tie-table" csv={`cascade-run-${run.runId}-ties`} pageSize={50} />
        <Note>Flows count from the zone named first; before: those of the planning case. Lines without a rating are not in the MVA.</Note>
      </Part>
    </>
  );
}
