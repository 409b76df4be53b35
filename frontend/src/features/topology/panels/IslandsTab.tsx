import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';

import { formatNumber, plural, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
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
      head={['Begins with', 'Customers', 'Critical', 'Transformers', 'Sections', 'Switches', 'Open switches that lead out']}
    >
      {found?.items.map((island, i) => <IslandRow key={`${offset + i}`} island={island} />)}
    </Part>
  );
}

function IslandRow({ island: { assets, openSwitches } }: { island: Island }) {
  const first = assets.sectionIds[0] ?? assets.switchIds[0] ?? assets.transformerIds[0];
  return (
    <TableRow hover>
      <TableCell>{first === undefined ? UNKNOWN : <DiagramLink of={first}>{first}</DiagramLink>}</TableCell>
      <TableCell align="right">{formatNumber(assets.customerCount)}</TableCell>
      <TableCell align="right">{formatNumber(assets.criticalCustomerCount)}</TableCell>
      <TableCell align="right">{formatNumber(assets.transformerCount)}</TableCell>
      <TableCell align="right">{formatNumber(assets.sectionCount)}</TableCell>
      <TableCell align="right">{formatNumber(assets.switchCount)}</TableCell>
      <TableCell>
        {openSwitches.map(({ assetId, circuitId }) => (
          <Box component="span" key={assetId} sx={{ mr: 1, whiteSpace: 'nowrap' }}>
            <DiagramLink of={circuitId ?? assetId} selected={assetId}>
              {assetId}
            </DiagramLink>
          </Box>
        ))}
        {openSwitches.length === 0 && 'none'}
      </TableCell>
    </TableRow>
  );
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
      head={['Closed by', 'Kind', 'Sections', 'Switches', 'Circuits', 'Substations']}
    >
      {found?.items.map((loop, i) => <LoopRow key={`${offset + i}`} loop={loop} />)}
    </Part>
  );
}

function LoopRow({ loop }: { loop: Loop }) {
  const { closedBy, circuitIds, substationIds } = loop;
  const [circuit] = circuitIds;
  return (
    <TableRow hover>
      <TableCell>{closedBy === null ? 'not visible to you' : <DiagramLink of={circuit ?? closedBy} selected={closedBy}>{closedBy}</DiagramLink>}</TableCell>
      <TableCell>{LOOP_WORDS[loop.kind]}</TableCell>
      <TableCell align="right">{formatNumber(loop.assets.sectionCount)}</TableCell>
      <TableCell align="right">{formatNumber(loop.assets.switchCount)}</TableCell>
      <TableCell>
        {circuitIds.map((id) => (
          <Box component="span" key={id} sx={{ mr: 1, whiteSpace: 'nowrap' }}>
            <DiagramLink of={id} selected={closedBy}>
              {id}
            </DiagramLink>
          </Box>
        ))}
      </TableCell>
      <TableCell>
        {substationIds.map((id) => (
          <Box component="span" key={id} sx={{ mr: 1, whiteSpace: 'nowrap' }}>
            <DiagramLink of={id}>{id}</DiagramLink>
          </Box>
        ))}
      </TableCell>
    </TableRow>
  );
}

interface PartProps {
  title: string;
  note: string;
  nothing: string;
  total: number | undefined;
  offset: number;
  onOffset: (offset: number) => void;
  problem: string | null;
  onRetry: () => void;
  testId: string;
  head: readonly string[];
  children: ReactNode;
}

const COUNTED: readonly string[] = ['Customers', 'Critical', 'Transformers', 'Sections', 'Switches'];

function Part({ title, note, nothing, total, offset, onOffset, problem, onRetry, testId, head, children }: PartProps) {
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
      {total !== undefined && total > 0 && (
        <Box role="region" aria-label={title} tabIndex={0} sx={{ overflowX: 'auto' }}>
          <Table>
            <TableHead>
              <TableRow>
                {head.map((label) => (
                  <TableCell key={label} align={COUNTED.includes(label) ? 'right' : 'left'}>
                    {label}
                  </TableCell>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>{children}</TableBody>
          </Table>
        </Box>
      )}
      {total !== undefined && total > PAGE && (
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
          <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }}>
            {formatNumber(offset + 1)} to {formatNumber(Math.min(offset + PAGE, total))} of {plural(total, 'entry', 'entries')}
          </Typography>
          <Button disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - PAGE))}>
            Before
          </Button>
          <Button disabled={offset + PAGE >= total} onClick={() => onOffset(offset + PAGE)}>
            After
          </Button>
        </Box>
      )}
    </Box>
  );
}
