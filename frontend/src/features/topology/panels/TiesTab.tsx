import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatQuantity, humanize, plural, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { fileColumns } from '../../../lib/tableColumns';
import { CsvButton } from '../../../ui/CsvButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { LoadingBadge } from '../../../ui/LoadingBadge';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import type { Shared } from '../context';
import type { Circuit } from '../loadCircuit';
import { neighbourOf } from '../model/records';
import { openSwitches } from '../model/supply';
import { BackfeedQuery, NeighboursQuery } from '../questions';
import type { Neighbour, TieOption } from '../questions';

import { DiagramLink, tieWords, VERDICT_COLOURS, VERDICT_WORDS } from './common';

/** The ties of a circuit: to what, how loaded that is, and whether each could take up the whole circuit. */
export function TiesTab({ circuit, shared }: { circuit: Circuit; shared: Shared }) {
  const { view, change, timeZone } = shared;
  const { records, head, offNormal } = circuit;
  const ties = useMemo(() => records.switches.filter((each) => neighbourOf(each, records.circuitId) !== null), [records]);
  const ids = useMemo(() => [...new Set(ties.map((each) => neighbourOf(each, records.circuitId)?.assetId ?? ''))], [ties, records]);
  const [{ data: neighbours }] = useQuery({ query: NeighboursQuery, variables: { ids }, pause: ids.length === 0 });
  const [{ data: backfeed, error, fetching }, refetch] = useQuery({
    query: BackfeedQuery,
    variables: { assetId: records.circuitId, positions: view.positions, loadBasis: view.basis },
    pause: ids.length === 0,
    requestPolicy: 'network-only',
  });
  const options = new Map<string, TieOption>(backfeed?.backfeed.parts.flatMap(({ ties: each }) => each.map((tie) => [tie.switch.assetId, tie] as const)));
  const open = openSwitches(records, view.positions === 'PRESENT' ? (offNormal ?? []) : []);
  const circuitOf = new Map(neighbours?.circuits.edges.map(({ node }) => [node.assetId, node]));
  const rows = ties.map((tie): TieRow => {
    const neighbour = neighbourOf(tie, records.circuitId);
    return { tie, name: neighbour?.name ?? '', circuit: circuitOf.get(neighbour?.assetId ?? ''), option: options.get(tie.assetId), isOpen: open.has(tie.assetId), neighbourId: neighbour?.assetId ?? '' };
  });
  const columns = tieColumns({
    onShow: (tieId) => change({ tab: 'diagram', selected: tieId }, { isNewPage: true }),
    unknownVerdict: fetching ? 'working it out' : error !== undefined ? UNKNOWN : 'it is not open',
  });
  if (ties.length === 0) return <EmptyState title={`${head.name} has no ties`} detail="No switch on record joins it to another circuit." />;
  return (
    <Box sx={{ flex: 1, minHeight: 0, overflow: 'auto', p: 2 }} data-testid="ties">
      <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 2, mb: 0.5 }}>
        <Typography variant="h2">{plural(ties.length, 'tie')} of {head.name}</Typography>
        <CsvButton name={`ties-${records.circuitId.toLowerCase()}`} what="the ties" rows={rows} columns={columns} heads="keys" />
      </Box>
      <Typography variant="caption" color="textSecondary" component="p" sx={{ mb: 1, maxWidth: 760 }}>
        Whether each tie by itself could take up all of the circuit if its breaker opened
        {backfeed === undefined ? '' : `: ${plural(backfeed.backfeed.lost.customerCount, 'customer')}`}.{' '}
        {view.basis === 'PEAK' ? 'Loads: the peak of each transformer; sums are upper bounds.' : `Loads of the hour from ${formatInstant(backfeed?.backfeed.loadHour, timeZone)}.`} Voltage drop and protection are
        not checked.
      </Typography>
      <DataTable label="Ties" testId="ties-table" rowTestId="tie-row" rows={rows} columns={columns} rowKey={({ tie }) => tie.assetId} maxHeightPx={null} />
      {error !== undefined && !fetching && <ErrorState title="What the ties could take up is not known" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />}
      {fetching && backfeed === undefined && <LoadingState label="Working out what the ties could take up" />}
    </Box>
  );
}

interface TieRow {
  tie: Circuit['records']['switches'][number];
  /** The circuit on its other side. */
  neighbourId: string;
  name: string;
  circuit: Neighbour | undefined;
  /** What it could take up; undefined: not asked, or not known yet. */
  option: TieOption | undefined;
  isOpen: boolean;
}

interface ColumnInputs {
  onShow: (tieId: string) => void;
  unknownVerdict: string;
}

function tieColumns({ onShow, unknownVerdict }: ColumnInputs): ShownColumn<TieRow>[] {
  return [
    {
      key: 'switch',
      label: 'Tie',
      value: ({ tie }) => tie.assetId,
      cell: ({ tie }) => (
        <>
          <Button onClick={() => onShow(tie.assetId)} sx={{ p: 0, minWidth: 0 }} title="Show it in the diagram">
            {tie.assetId}
          </Button>{' '}
          <Typography variant="caption" color="textSecondary" component="span">
            {humanize(tie.kind)}
          </Typography>
        </>
      ),
    },
    { key: 'normally_open', label: 'Normally', value: ({ tie }) => tie.isNormallyOpen, cell: ({ tie }) => stateWords(tie.isNormallyOpen) },
    {
      key: 'open',
      label: 'Now',
      value: ({ isOpen }) => isOpen,
      cell: ({ tie, isOpen }) => (isOpen === tie.isNormallyOpen ? stateWords(isOpen) : <Chip variant="outlined" color="warning" label={stateWords(isOpen)} />),
    },
    {
      key: 'circuit',
      label: 'To circuit',
      value: ({ neighbourId }) => neighbourId,
      cell: ({ neighbourId, name, tie }) => (
        <DiagramLink of={neighbourId} selected={tie.assetId}>
          {name}
        </DiagramLink>
      ),
    },
    {
      key: 'substation',
      label: 'Of substation',
      value: ({ circuit }) => circuit?.substation.name,
      cell: ({ circuit }) => (circuit === undefined ? UNKNOWN : <DiagramLink of={circuit.substation.assetId}>{circuit.substation.name}</DiagramLink>),
    },
    {
      key: 'circuit_load_mva',
      label: 'Its load',
      isNumber: true,
      value: ({ circuit }) => circuit?.operatingStatus?.loadMva,
      cell: ({ circuit }) => `${formatQuantity(circuit?.operatingStatus?.loadMva, 'MVA', 2)} / ${formatQuantity(circuit?.ratedMva, 'MVA', 1)}`,
    },
    {
      key: 'circuit_loading_pct',
      label: 'Its loading',
      isNumber: true,
      value: ({ circuit }) => circuit?.operatingStatus?.loadingPct,
      cell: ({ circuit }) => <LoadingBadge loadingPct={circuit?.operatingStatus?.loadingPct} />,
    },
    { key: 'circuit_customers', label: 'Its customers', isNumber: true, value: ({ circuit }) => circuit?.customerCount },
    {
      key: 'verdict',
      label: 'Takes up the circuit?',
      value: ({ option }) => option?.verdict,
      cell: ({ option }) => (option === undefined ? unknownVerdict : <Chip variant="outlined" color={VERDICT_COLOURS[option.verdict]} label={VERDICT_WORDS[option.verdict]} />),
    },
    {
      key: 'why',
      label: 'Why',
      isWrapped: true,
      value: ({ option }) => (option === undefined ? null : tieWords(option)),
      cell: ({ option }) => (option === undefined ? '' : tieWords(option)),
    },
    ...fileColumns<TieRow>({
      kind: ({ tie }) => tie.kind,
      circuit_rated_mva: ({ circuit }) => circuit?.ratedMva,
      margin_kva: ({ option }) => option?.marginKva,
    }),
  ];
}

function stateWords(isOpen: boolean): string {
  return isOpen ? 'open' : 'closed';
}
