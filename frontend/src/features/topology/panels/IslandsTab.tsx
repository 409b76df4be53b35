import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useQuery } from 'urql';

import { formatNumber, plural, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { offsetSteps, Pager, rangeWords } from '../../../ui/Pager';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import type { Shared } from '../context';
import { IslandsQuery, LoopsQuery } from '../questions';
import type { Island, Loop } from '../questions';

import { DiagramLink } from './common';

const PAGE = 50;

const LOOP_WORDS: Readonly<Record<Loop['kind'], string>> = {
  WITHIN_CIRCUIT: 'within a circuit',
  CIRCUITS_OF_ONE_SOURCE: 'between circuits of one substation',
  TWO_SOURCES: 'between two substations',
  WITHOUT_SOURCE: 'in a part that nothing feeds',
};

/** The parts that nothing feeds, and the loops, over the whole network. */
export function IslandsTab({ shared }: { shared: Shared }) {
  const { positions } = shared.view;
  return (
    <Box sx={{ flex: 1, minHeight: 0, overflow: 'auto', p: 2 }} data-testid="islands-and-loops">
      <Typography variant="caption" color="textSecondary" component="p" sx={{ mb: 1 }}>
        The whole network that you may see, switches {positions === 'PRESENT' ? 'as last heard' : 'in their normal positions'}, without the steps of a study.
      </Typography>
      <Islands key={`islands ${positions}`} shared={shared} />
      <Loops key={`loops ${positions}`} shared={shared} />
    </Box>
  );
}

function Islands({ shared }: { shared: Shared }) {
  const [offset, setOffset] = useState(0);
  const [{ data, error, fetching }, refetch] = useQuery({ query: IslandsQuery, variables: { positions: shared.view.positions, offset }, requestPolicy: 'network-only' });
  const found = data?.islands;
  return (
    <Part
      title="Islands"
      note="parts that no closed way joins to a substation, the largest first"
      nothing="There is no island: every part is joined to a substation."
      total={found?.totalCount}
      offset={offset}
      onOffset={setOffset}
      problem={error === undefined || fetching ? null : problemOf(error).message}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
      testId="islands"
      items={found?.items ?? []}
      columns={ISLANDS}
    />
  );
}

const ISLANDS: readonly ShownColumn<Island>[] = [
  {
    key: 'first',
    label: 'Begins with',
    cell: ({ assets }) => {
      const first = assets.sectionIds[0] ?? assets.switchIds[0] ?? assets.transformerIds[0];
      return first === undefined ? UNKNOWN : <DiagramLink of={first}>{first}</DiagramLink>;
    },
  },
  { key: 'customers', label: 'Customers', isNumber: true, cell: ({ assets }) => formatNumber(assets.customerCount) },
  { key: 'critical', label: 'Critical', isNumber: true, cell: ({ assets }) => formatNumber(assets.criticalCustomerCount) },
  { key: 'transformers', label: 'Transformers', isNumber: true, cell: ({ assets }) => formatNumber(assets.transformerCount) },
  { key: 'sections', label: 'Sections', isNumber: true, cell: ({ assets }) => formatNumber(assets.sectionCount) },
  { key: 'switches', label: 'Switches', isNumber: true, cell: ({ assets }) => formatNumber(assets.switchCount) },
  {
    key: 'open',
    label: 'Open switches that lead out',
    isWrapped: true,
    cell: ({ openSwitches }) => (openSwitches.length === 0 ? 'none' : <Links to={openSwitches.map(({ assetId, circuitId }) => ({ name: assetId, of: circuitId ?? assetId, selected: assetId }))} />),
  },
];

/** Assets, each in its diagram. */
function Links({ to }: { to: readonly { name: string; of: string; selected?: string | null }[] }) {
  return to.map(({ name, of, selected }) => (
    <Box component="span" key={name} sx={{ mr: 1, whiteSpace: 'nowrap' }}>
      <DiagramLink of={of} selected={selected}>
        {name}
      </DiagramLink>
    </Box>
  ));
}

function Loops({ shared }: { shared: Shared }) {
  const [offset, setOffset] = useState(0);
  const [{ data, error, fetching }, refetch] = useQuery({ query: LoopsQuery, variables: { positions: shared.view.positions, offset }, requestPolicy: 'network-only' });
  const found = data?.loops;
  return (
    <Part
      title="Loops"
      note="rings of closed sections and switches; how they share the load is not known"
      nothing="There is no loop: the network is radial."
      total={found?.totalCount}
      offset={offset}
      onOffset={setOffset}
      problem={error === undefined || fetching ? null : problemOf(error).message}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
      testId="loops"
      items={found?.items ?? []}
      columns={LOOPS}
    />
  );
}

const LOOPS: readonly ShownColumn<Loop>[] = [
  {
    key: 'closed',
    label: 'Closed by',
    cell: ({ closedBy, circuitIds }) => (closedBy === null ? 'not visible to you' : <DiagramLink of={circuitIds[0] ?? closedBy} selected={closedBy}>{closedBy}</DiagramLink>),
  },
  { key: 'kind', label: 'Kind', cell: ({ kind }) => LOOP_WORDS[kind] },
  { key: 'sections', label: 'Sections', isNumber: true, cell: ({ assets }) => formatNumber(assets.sectionCount) },
  { key: 'switches', label: 'Switches', isNumber: true, cell: ({ assets }) => formatNumber(assets.switchCount) },
  { key: 'circuits', label: 'Circuits', isWrapped: true, cell: ({ circuitIds, closedBy }) => <Links to={circuitIds.map((id) => ({ name: id, of: id, selected: closedBy }))} /> },
  { key: 'substations', label: 'Substations', isWrapped: true, cell: ({ substationIds }) => <Links to={substationIds.map((id) => ({ name: id, of: id }))} /> },
];

interface PartProps<Row> {
  title: string;
  note: string;
  nothing: string;
  total: number | undefined;
  offset: number;
  onOffset: (offset: number) => void;
  problem: string | null;
  onRetry: () => void;
  testId: string;
  items: readonly Row[];
  columns: readonly ShownColumn<Row>[];
}

function Part<Row>({ title, note, nothing, total, offset, onOffset, problem, onRetry, testId, items, columns }: PartProps<Row>) {
  return (
    <Box component="section" sx={{ mb: 3 }} data-testid={testId}>
      <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 1.5, mb: 0.5 }}>
        <Typography variant="h2">{total === undefined ? title : `${title}: ${formatNumber(total)}`}</Typography>
        <Typography variant="caption" color="textSecondary">
          {note}
        </Typography>
      </Box>
      {problem !== null && <ErrorState title="They could not be loaded" detail={problem} onRetry={onRetry} />}
      {problem === null && total === undefined && <LoadingState label={`Loading: ${title}`} />}
      {total === 0 && (
        <Alert severity="success" variant="outlined" sx={{ maxWidth: 520, py: 0 }}>
          {nothing}
        </Alert>
      )}
      {total !== undefined && total > 0 && <DataTable label={title} testId={`${testId}-table`} rows={items} columns={columns} rowKey={(item) => String(items.indexOf(item))} maxHeightPx={null} />}
      {total !== undefined && total > PAGE && <Pager note={rangeWords(offset, items.length, plural(total, 'entry', 'entries'))} {...offsetSteps(offset, PAGE, total, onOffset)} />}
    </Box>
  );
}
