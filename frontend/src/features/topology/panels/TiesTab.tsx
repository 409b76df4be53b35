import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import { csvOf } from '../../../lib/csv';
import { download } from '../../../lib/download';
import { formatInstant, formatNumber, formatQuantity, humanize, plural, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { LoadingBadge } from '../../../ui/LoadingBadge';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { DownloadIcon } from '../../../ui/icons';
import type { Shared } from '../context';
import type { Circuit } from '../loadCircuit';
import { neighbourOf } from '../model/records';
import { openSwitches } from '../model/supply';
import { BackfeedQuery, NeighboursQuery } from '../questions';
import type { TieOption } from '../questions';

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
  const rows = ties.map((tie) => {
    const neighbour = neighbourOf(tie, records.circuitId);
    return { tie, name: neighbour?.name ?? '', circuit: circuitOf.get(neighbour?.assetId ?? ''), option: options.get(tie.assetId), isOpen: open.has(tie.assetId), neighbourId: neighbour?.assetId ?? '' };
  });
  const save = (): void => {
    const headRow = ['switch', 'kind', 'normally_open', 'open', 'circuit', 'circuit_load_mva', 'circuit_rated_mva', 'circuit_loading_pct', 'verdict', 'margin_kva', 'why'];
    const body = rows.map(({ tie, circuit: other, option, isOpen, neighbourId }) => [
      tie.assetId,
      tie.kind,
      tie.isNormallyOpen,
      isOpen,
      neighbourId,
      other?.operatingStatus?.loadMva,
      other?.ratedMva,
      other?.operatingStatus?.loadingPct,
      option?.verdict,
      option?.marginKva,
      option === undefined ? null : tieWords(option),
    ]);
    download(`ties-${records.circuitId.toLowerCase()}.csv`, csvOf(headRow, body), 'text/csv');
  };
  if (ties.length === 0) return <EmptyState title={`${head.name} has no ties`} detail="No switch on record joins it to another circuit." />;
  return (
    <Box sx={{ flex: 1, minHeight: 0, overflow: 'auto', p: 2 }} data-testid="ties">
      <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 2, mb: 0.5 }}>
        <Typography variant="h2">{plural(ties.length, 'tie')} of {head.name}</Typography>
        <Button startIcon={<DownloadIcon />} onClick={save} aria-label="Download the ties as CSV">
          CSV
        </Button>
      </Box>
      <Typography variant="caption" color="textSecondary" component="p" sx={{ mb: 1, maxWidth: 760 }}>
        Whether each tie by itself could take up all of the circuit if its breaker opened
        {backfeed === undefined ? '' : `: ${plural(backfeed.backfeed.lost.customerCount, 'customer')}`}.{' '}
        {view.basis === 'PEAK' ? 'Loads: the peak of each transformer; sums are upper bounds.' : `Loads of the hour from ${formatInstant(backfeed?.backfeed.loadHour, timeZone)}.`} Voltage drop and protection are
        not checked.
      </Typography>
      <Box role="region" aria-label="Ties" tabIndex={0} sx={{ overflowX: 'auto' }}>
        <Table>
          <TableHead>
            <TableRow>
              <TableCell>Tie</TableCell>
              <TableCell>Normally</TableCell>
              <TableCell>Now</TableCell>
              <TableCell>To circuit</TableCell>
              <TableCell>Of substation</TableCell>
              <TableCell align="right">Its load</TableCell>
              <TableCell align="right">Its loading</TableCell>
              <TableCell align="right">Its customers</TableCell>
              <TableCell>Takes up the circuit?</TableCell>
              <TableCell>Why</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {rows.map(({ tie, name, circuit: other, option, isOpen, neighbourId }) => (
              <TableRow key={tie.assetId} hover data-testid={`tie-row-${tie.assetId}`}>
                <TableCell>
                  <Button onClick={() => change({ tab: 'diagram', selected: tie.assetId }, { isNewPage: true })} sx={{ p: 0, minWidth: 0 }} title="Show it in the diagram">
                    {tie.assetId}
                  </Button>{' '}
                  <Typography variant="caption" color="textSecondary" component="span">
                    {humanize(tie.kind)}
                  </Typography>
                </TableCell>
                <TableCell>{tie.isNormallyOpen ? 'open' : 'closed'}</TableCell>
                <TableCell>{isOpen === tie.isNormallyOpen ? (isOpen ? 'open' : 'closed') : <Chip variant="outlined" color="warning" label={isOpen ? 'open' : 'closed'} />}</TableCell>
                <TableCell>
                  <DiagramLink of={neighbourId} selected={tie.assetId}>
                    {name}
                  </DiagramLink>
                </TableCell>
                <TableCell>{other === undefined ? UNKNOWN : <DiagramLink of={other.substation.assetId}>{other.substation.name}</DiagramLink>}</TableCell>
                <TableCell align="right">
                  {formatQuantity(other?.operatingStatus?.loadMva, 'MVA', 2)} / {formatQuantity(other?.ratedMva, 'MVA', 1)}
                </TableCell>
                <TableCell align="right">
                  <LoadingBadge loadingPct={other?.operatingStatus?.loadingPct} />
                </TableCell>
                <TableCell align="right">{formatNumber(other?.customerCount)}</TableCell>
                <TableCell>
                  {option !== undefined ? (
                    <Chip variant="outlined" color={VERDICT_COLOURS[option.verdict]} label={VERDICT_WORDS[option.verdict]} />
                  ) : fetching ? (
                    'working it out'
                  ) : error !== undefined ? (
                    UNKNOWN
                  ) : (
                    'it is not open'
                  )}
                </TableCell>
                <TableCell>{option === undefined ? '' : tieWords(option)}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
      {error !== undefined && !fetching && <ErrorState title="What the ties could take up is not known" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />}
      {fetching && backfeed === undefined && <LoadingState label="Working out what the ties could take up" />}
    </Box>
  );
}
