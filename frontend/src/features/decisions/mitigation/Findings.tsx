import { formatQuantity } from '../../../lib/format';
import { CsvButton } from '../../../ui/CsvButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { Maybe } from '../../../ui/Maybe';
import { EmptyState } from '../../../ui/StateMessage';
import { Part } from '../Part';
import { AssetLink } from '../links';
import type { StudyRow } from '../queries';

import type { Mitigation } from './queries';

type ChokePoint = Mitigation['chokePoints'][number];
type Transfer = Mitigation['transfers'][number];

const CHOKE_COLUMNS: readonly ShownColumn<ChokePoint>[] = [
  { key: 'branch', label: 'Branch', value: ({ name, branchId }) => name ?? branchId, cell: ({ name, branchId }) => <AssetLink id={branchId}>{name ?? branchId}</AssetLink> },
  { key: 'id', label: 'Id', isHidden: true, value: ({ branchId }) => branchId },
  { key: 'wave', label: 'Tripped in wave', isNumber: true, value: ({ wave }) => wave },
  { key: 'saved', label: 'Would save', unit: 'MW', isNumber: true, value: ({ savedMw }) => savedMw, cell: ({ savedMw }) => formatQuantity(savedMw, 'MW', 1) },
  { key: 'trips', label: 'Trips avoided', isNumber: true, value: ({ tripsAvoided }) => tripsAvoided },
];

/** Branches that tripped, each held in service by itself. */
export function ChokePoints({ study, points }: { study: StudyRow; points: readonly ChokePoint[] }) {
  return (
    <Part
      title="Choke points"
      note="Each branch that tripped, held in service by itself, whatever it carries"
      tools={<CsvButton name={`choke-points-of-study-${study.studyId}`} rows={points} columns={CHOKE_COLUMNS} what="the choke points" />}
      testId="choke-points"
    >
      {points.length === 0 ? (
        <EmptyState title="No branch tripped that was examined" />
      ) : (
        <DataTable caption="What that alone would have saved" rows={points} columns={CHOKE_COLUMNS} rowKey={({ branchId }) => branchId} maxHeightPx={300} testId="choke-table" />
      )}
    </Part>
  );
}

const TRANSFER_COLUMNS: readonly ShownColumn<Transfer>[] = [
  { key: 'close', label: 'Close', value: ({ tieId }) => tieId, cell: ({ tieId }) => <AssetLink id={tieId} /> },
  { key: 'open', label: 'Open', value: ({ openSwitchId }) => openSwitchId, cell: ({ openSwitchId }) => <AssetLink id={openSwitchId} /> },
  { key: 'from', label: 'From', value: ({ fromSubstation }) => fromSubstation, cell: ({ fromSubstation }) => <AssetLink id={fromSubstation} /> },
  { key: 'to', label: 'To', value: ({ toSubstation }) => toSubstation, cell: ({ toSubstation }) => <AssetLink id={toSubstation} /> },
  { key: 'mw', label: 'Load', unit: 'MW', isNumber: true, value: ({ mw }) => mw, cell: ({ mw }) => formatQuantity(mw, 'MW', 2) },
  { key: 'customers', label: 'Customers', isNumber: true, value: ({ customers }) => customers },
  { key: 'margin', label: 'Left in the tightest rating', unit: 'kVA', isNumber: true, value: ({ marginKva }) => marginKva, cell: ({ marginKva }) => <Maybe text={formatQuantity(marginKva, 'kVA', 0)} /> },
];

/** What ties could take from substations that lose load. */
export function Transfers({ study, transfers }: { study: StudyRow; transfers: readonly Transfer[] }) {
  if (transfers.length === 0) return null;
  return (
    <Part
      title="Ties that were tried"
      note="Every rating on the way is kept; voltage is not checked"
      tools={<CsvButton name={`ties-of-study-${study.studyId}`} rows={transfers} columns={TRANSFER_COLUMNS} what="the ties" />}
      testId="transfers"
    >
      <DataTable caption="Loads are the peaks of the transformers times the load of the run" rows={transfers} columns={TRANSFER_COLUMNS} rowKey={({ tieId }) => tieId} maxHeightPx={300} testId="transfer-table" />
    </Part>
  );
}
