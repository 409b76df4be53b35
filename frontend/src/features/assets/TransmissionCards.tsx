import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import type { ResultOf } from '../../gql/graphql';
import { formatNumber, formatQuantity, humanize, plural, UNKNOWN } from '../../lib/format';
import { useUnits } from '../../lib/preferences';
import { formatKilometres } from '../../lib/units';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { FactList } from '../../ui/FactList';
import { LoadingBadge } from '../../ui/LoadingBadge';

import { AssetLink, CardFrame, cardPlaceholder, Section } from './CardFrame';
import { BranchQuery, BusQuery, SubstationQuery } from './transmissionQueries';
import type { BranchRowFragment } from './transmissionQueries';

type BranchRow = ResultOf<typeof BranchRowFragment>;

type Circuit = NonNullable<ResultOf<typeof SubstationQuery>['substation']>['circuits']['edges'][number]['node'];

const CIRCUITS: readonly ShownColumn<Circuit>[] = [
  { key: 'circuit', label: 'Circuit', isWrapped: true, value: ({ name }) => name, cell: ({ assetId, name }) => <AssetLink assetId={assetId}>{name}</AssetLink> },
  { key: 'peak', label: 'Peak MW', isNumber: true, value: ({ peakLoadMw }) => peakLoadMw, cell: ({ peakLoadMw }) => formatNumber(peakLoadMw, 2) },
  { key: 'customers', label: 'Customers', isNumber: true, value: ({ customerCount }) => customerCount },
];

const OUT_OF_SIGHT = 'outside your zones';

export function SubstationCard({ assetId }: { assetId: string }) {
  const [result, refetch] = useQuery({ query: SubstationQuery, variables: { assetId } });
  const substation = result.data?.substation;
  const placeholder = cardPlaceholder(assetId, result, substation != null, refetch);
  if (substation == null) return placeholder;
  const { circuits } = substation;
  const branches = [...substation.branchesFrom.edges, ...substation.branchesTo.edges].map((edge) => edge.node);
  const branchCount = substation.branchesFrom.totalCount + substation.branchesTo.totalCount;
  // A transformer inside the substation is listed at both of its ends.
  const unique = [...new Map(branches.map((branch) => [branch.assetId, branch])).values()];
  return (
    <CardFrame assetId={assetId} kind="Substation" title={substation.name} at={substation}>
      <FactList
        facts={[
          { label: 'Zone', value: substation.zone?.name ?? UNKNOWN },
          { label: 'Voltages', value: voltages(substation.minKv, substation.maxKv) },
          { label: 'Transformer capacity', value: formatQuantity(substation.capacityMva, 'MVA', 0) },
          { label: 'Load, planning case', value: formatQuantity(substation.loadMw, 'MW', 1) },
          { label: 'Generation capacity', value: formatQuantity(substation.generationCapacityMw, 'MW', 1) },
          { label: 'Status', value: humanize(substation.status) },
        ]}
      />
      <Section title={plural(circuits.totalCount, 'distribution circuit')}>
        {circuits.edges.length > 0 && (
          <DataTable label="Distribution circuits" testId="circuits-of-substation" rows={circuits.edges.map(({ node }) => node)} columns={CIRCUITS} rowKey={({ id }) => id} maxHeightPx={null} />
        )}
      </Section>
      <Section title="Transmission lines and transformers">
        <BranchTable branches={unique} from={assetId} />
        {branchCount > branches.length && (
          <Typography variant="caption" color="textSecondary">
            The first {branches.length} of {branchCount}.
          </Typography>
        )}
      </Section>
    </CardFrame>
  );
}

function voltages(minKv: number | null | undefined, maxKv: number | null | undefined): string {
  if (minKv == null || maxKv == null || minKv === maxKv) return formatQuantity(maxKv ?? minKv, 'kV');
  return `${formatQuantity(minKv, '')} to ${formatQuantity(maxKv, 'kV')}`;
}

function BranchTable({ branches, from }: { branches: readonly BranchRow[]; from: string }) {
  if (branches.length === 0) return <Typography variant="caption">None.</Typography>;
  return <DataTable label="Transmission lines and transformers" testId="branches-of-substation" rows={branches} columns={branchColumns(from)} rowKey={({ id }) => id} maxHeightPx={null} />;
}

function branchColumns(from: string): ShownColumn<BranchRow>[] {
  return [
    { key: 'to', label: 'To', isWrapped: true, value: (branch) => farEnd(branch, from), cell: (branch) => <AssetLink assetId={branch.assetId}>{farEnd(branch, from)}</AssetLink> },
    { key: 'kv', label: 'kV', isNumber: true, value: ({ baseKv }) => baseKv, cell: ({ baseKv }) => formatQuantity(baseKv, '') },
    { key: 'out', label: 'Out MW', isNumber: true, value: (branch) => flowOutMw(branch, from), cell: (branch) => formatNumber(flowOutMw(branch, from), 1) },
    { key: 'loading', label: 'Loading', isNumber: true, value: (branch) => branch.baseLoadingPct, cell: (branch) => <LoadingBadge loadingPct={branch.baseLoadingPct} /> },
  ];
}

/** Base flow leaving the substation: the server's flow counts from the branch's from-end. */
function flowOutMw(branch: BranchRow, from: string): number {
  return branch.fromSubstation?.assetId === from ? branch.baseFlowMw : -branch.baseFlowMw;
}

function farEnd(branch: BranchRow, from: string): string {
  if (branch.kind !== 'LINE') return `${humanize(branch.kind)} ${branch.assetId}`;
  const end = branch.fromSubstation?.assetId === from ? branch.toSubstation : branch.fromSubstation;
  return end?.name ?? `Line ${branch.assetId}`;
}

export function BranchCard({ assetId }: { assetId: string }) {
  const units = useUnits();
  const [result, refetch] = useQuery({ query: BranchQuery, variables: { assetId } });
  const branch = result.data?.branch;
  const placeholder = cardPlaceholder(assetId, result, branch != null, refetch);
  if (branch == null) return placeholder;
  const { fromSubstation, toSubstation } = branch;
  const isLine = branch.kind === 'LINE';
  const near = fromSubstation?.name ?? OUT_OF_SIGHT;
  const title = isLine ? `${near} to ${toSubstation?.name ?? OUT_OF_SIGHT}` : `${humanize(branch.kind)} at ${near}`;
  return (
    <CardFrame assetId={assetId} kind={isLine ? 'Transmission line' : humanize(branch.kind)} title={title} at={null}>
      <FactList
        facts={[
          { label: 'From', value: <NamedLink to={fromSubstation} /> },
          { label: 'To', value: <NamedLink to={toSubstation} /> },
          { label: 'Buses', value: <BusLinks from={branch.fromBus} to={branch.toBus} /> },
          { label: 'Voltage', value: formatQuantity(branch.baseKv, 'kV') },
          { label: 'Length', value: formatKilometres(branch.lengthKm, units, 1) },
          { label: 'Base flow', value: formatQuantity(branch.baseFlowMw, 'MW', 1) },
          { label: 'Rating', value: branch.ratingMva == null ? 'unlimited' : formatQuantity(branch.ratingMva, 'MVA', 0) },
          { label: 'Base loading', value: <LoadingBadge loadingPct={branch.baseLoadingPct} /> },
          { label: 'In service', value: branch.inService ? 'yes' : 'no' },
        ]}
      />
      {branch.isRatingAdjusted && (
        <Typography variant="caption" component="p" color="warning" sx={{ mt: 1 }}>
          The source rates it {formatQuantity(branch.sourceRatingMva, 'MVA', 0)}, less than its base flow; the rating was
          raised above that flow.
        </Typography>
      )}
    </CardFrame>
  );
}

/** A link to an asset, or what stands for one in a zone the viewer may not see. */
function NamedLink({ to }: { to: { assetId: string; name?: string } | null }) {
  return to == null ? OUT_OF_SIGHT : <AssetLink assetId={to.assetId}>{to.name ?? to.assetId}</AssetLink>;
}

function BusLinks({ from, to }: { from: { assetId: string } | null; to: { assetId: string } | null }) {
  return (
    <>
      <NamedLink to={from} />, <NamedLink to={to} />
    </>
  );
}

export function BusCard({ assetId }: { assetId: string }) {
  const [result, refetch] = useQuery({ query: BusQuery, variables: { assetId } });
  const bus = result.data?.bus;
  const placeholder = cardPlaceholder(assetId, result, bus != null, refetch);
  if (bus == null) return placeholder;
  return (
    <CardFrame assetId={assetId} kind="Bus" title={bus.substation == null ? `Bus ${bus.number}` : `${bus.substation.name}, bus ${bus.number}`} at={bus.substation}>
      <FactList
        facts={[
          { label: 'Substation', value: <NamedLink to={bus.substation} /> },
          { label: 'Nominal voltage', value: formatQuantity(bus.baseKv, 'kV') },
          { label: 'Load, planning case', value: formatQuantity(bus.loadMw, 'MW', 1) },
        ]}
      />
    </CardFrame>
  );
}
