import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';

import { followLink } from '../../lib/followLink';
import { formatNumber, formatQuantity, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { LoadingBadge } from '../../ui/LoadingBadge';
import { SortHead } from '../../ui/SortHead';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { topologyAddress } from './address';
import { CircuitListQuery } from './queries';
import type { ListedCircuit } from './queries';

const DEBOUNCE_MS = 250;

type Order = 'customerCount' | 'peakLoadMw' | 'name';

/** Circuits to choose from: part of a name or id, ordered by the server. */
export function CircuitList() {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const [order, setOrder] = useState<{ key: Order; isDescending: boolean }>({ key: 'customerCount', isDescending: true });
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const choice = `${asked} ${order.key} ${String(order.isDescending)}`;
  const [pages, setPages] = useState<{ of: string; after: (string | null)[] }>({ of: choice, after: [null] });
  const after = pages.of === choice ? pages.after : [null];
  const head = (key: Order, label: string, isNumber: boolean) => (
    <SortHead
      id={key}
      sort={order.key}
      isDescending={order.isDescending}
      align={isNumber ? 'right' : 'left'}
      onSort={() => setOrder({ key, isDescending: order.key === key ? !order.isDescending : isNumber })}
    >
      {label}
    </SortHead>
  );
  return (
    <Box sx={{ flex: 1, minHeight: 0, overflow: 'auto', p: 2 }} data-testid="circuit-list">
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 2, mb: 1 }}>
        <Typography variant="h2">Choose a circuit, or a substation</Typography>
        <TextField
          label="Part of a name or id"
          value={text}
          onChange={(event) => setText(event.target.value)}
          slotProps={{ htmlInput: { 'data-testid': 'circuit-filter', maxLength: 60 } }}
          sx={{ width: 240 }}
        />
      </Box>
      <Table stickyHeader>
        <TableHead>
          <TableRow>
            {head('name', 'Circuit', false)}
            <TableCell>Substation</TableCell>
            <TableCell align="right">kV</TableCell>
            {head('customerCount', 'Customers', true)}
            <TableCell align="right">Without supply</TableCell>
            <TableCell align="right">Load now</TableCell>
            <TableCell align="right">Loading</TableCell>
            {head('peakLoadMw', 'Peak', true)}
            <TableCell align="right">Switches</TableCell>
          </TableRow>
        </TableHead>
        {after.map((cursor, i) => (
          <CircuitPage
            key={`${choice} ${cursor ?? ''}`}
            text={asked}
            order={order}
            after={cursor}
            isLast={i === after.length - 1}
            onMore={(next) => setPages({ of: choice, after: [...after, next] })}
          />
        ))}
      </Table>
    </Box>
  );
}

interface PageProps {
  text: string;
  order: { key: Order; isDescending: boolean };
  after: string | null;
  isLast: boolean;
  onMore: (after: string) => void;
}

function CircuitPage({ text, order, after, isLast, onMore }: PageProps) {
  const direction = order.isDescending ? 'DESC' : 'ASC';
  const filters = text === '' ? null : { name: { iContains: text }, OR: { assetId: { iContains: text } } };
  const [{ data, error, fetching }, refetch] = useQuery({
    query: CircuitListQuery,
    variables: {
      filters,
      ordering: [order.key === 'name' ? { name: direction } : order.key === 'peakLoadMw' ? { peakLoadMw: direction } : { customerCount: direction }, { assetId: 'ASC' }],
      after,
    },
    requestPolicy: 'cache-and-network',
  });
  const found = data?.circuits;
  const next = found?.pageInfo.hasNextPage === true ? found.pageInfo.endCursor : null;
  return (
    <TableBody>
      {found === undefined ? (
        <Row>
          {error !== undefined && !fetching ? (
            <ErrorState title="The circuits could not be loaded" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
          ) : (
            <LoadingState label="Loading the circuits" minHeight={200} />
          )}
        </Row>
      ) : (
        found.edges.map(({ node }) => <CircuitRow key={node.assetId} circuit={node} />)
      )}
      {found?.edges.length === 0 && after === null && (
        <Row>
          <EmptyState title={text === '' ? 'There are no circuits' : 'No circuit has this in its name or id'} />
        </Row>
      )}
      {isLast && found !== undefined && found.edges.length > 0 && (
        <Row>
          <Typography variant="caption" color="textSecondary" component="span">
            {plural(found.totalCount, 'circuit')}
          </Typography>
          {next !== null && (
            <Button onClick={() => onMore(next)} sx={{ ml: 1 }}>
              Show more
            </Button>
          )}
        </Row>
      )}
    </TableBody>
  );
}

function Row({ children }: { children: React.ReactNode }) {
  return (
    <TableRow>
      <TableCell colSpan={9}>{children}</TableCell>
    </TableRow>
  );
}

function CircuitRow({ circuit }: { circuit: ListedCircuit }) {
  const load = circuit.operatingStatus;
  return (
    <TableRow hover data-testid={`circuit-${circuit.assetId}`}>
      <TableCell>
        <Link href={topologyAddress(circuit.assetId)} onClick={followLink}>
          {circuit.name}
        </Link>{' '}
        <Typography variant="caption" color="textSecondary" component="span">
          {circuit.assetId}
        </Typography>
      </TableCell>
      <TableCell>
        <Link href={topologyAddress(circuit.substation.assetId)} onClick={followLink}>
          {circuit.substation.name}
        </Link>
      </TableCell>
      <TableCell align="right">{formatNumber(circuit.voltageKv, 1)}</TableCell>
      <TableCell align="right">{formatNumber(circuit.customerCount)}</TableCell>
      <TableCell align="right">{formatNumber(load?.customersOut)}</TableCell>
      <TableCell align="right">{formatQuantity(load?.loadMva, 'MVA', 2)}</TableCell>
      <TableCell align="right">
        <LoadingBadge loadingPct={load?.loadingPct} />
      </TableCell>
      <TableCell align="right">{formatQuantity(circuit.peakLoadMw, 'MW', 2)}</TableCell>
      <TableCell align="right">{formatNumber(circuit.switches.totalCount)}</TableCell>
    </TableRow>
  );
}
