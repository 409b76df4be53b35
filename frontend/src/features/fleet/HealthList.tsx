import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { saveCsv } from '../../lib/csv';
import { formatNumber, formatQuantity, humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { Pager, rangeWords } from '../../ui/Pager';
import { SortHead } from '../../ui/SortHead';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { Swatch } from '../../ui/Swatch';
import { usePaging } from '../../ui/usePaging';
import { usePolling } from '../../ui/usePolling';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { Panel } from './Panel';
import { ScopeField } from './ScopeField';
import { healthFilter, healthOrdering } from './address';
import type { FleetView, Sort } from './address';
import { BAND_WORDS, bandColour, bandOf, BANDS, CLASS_WORDS, CLASSES } from './bands';
import { healthCsv } from './csv';
import { onMapPath, transformerPath } from './links';
import { HealthsQuery } from './queries';
import type { HealthRow } from './queries';
import { AppLink, CsvButton } from './table';
import { useAllPages } from './useAllPages';
import { formatChance, noIndexWords, reasons } from './words';

const PAGE = 50;
const POLL_MS = 300_000;
const TYPING_MS = 300;

interface Props {
  fleet: FleetView;
  onChange: (change: Partial<FleetView>) => void;
}

/** Assets by health, the worst first, each with what takes most of its points. */
export function HealthList({ fleet, onChange }: Props) {
  const { assetClass, band, within, text, sort, isDescending } = fleet;
  const asked = useMemo(
    () => ({ filters: healthFilter({ assetClass, band, within, text }), ordering: healthOrdering({ sort, isDescending }) }),
    [assetClass, band, within, text, sort, isDescending],
  );
  const paging = usePaging(JSON.stringify(asked));
  const [{ data, error, fetching, stale }, refetch] = useQuery({
    query: HealthsQuery,
    variables: { first: PAGE, after: paging.after, ...asked },
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  usePolling(refresh, POLL_MS);
  const all = useAllPages(
    HealthsQuery,
    (page) => ({ ...page, ...asked }),
    ({ assetHealths }) => ({
      rows: assetHealths.edges.map((edge) => edge.node),
      totalCount: assetHealths.totalCount,
      next: assetHealths.pageInfo.hasNextPage ? (assetHealths.pageInfo.endCursor ?? null) : null,
    }),
  );
  const page = data?.assetHealths;
  const onSort = (id: Sort): void =>
    // Of chances one looks for the highest first, of all others for the lowest.
    onChange(id === sort ? { isDescending: !isDescending } : { sort: id, isDescending: id === 'failuresPerYear' });
  return (
    <Panel
      title="Ranked by health"
      testId="health-list"
      action={
        page !== undefined &&
        page.totalCount > 0 && (
          <CsvButton
            progress={all.progress}
            problem={all.problem}
            onLoad={() => all.load((rows) => saveCsv('asset-health', healthCsv(rows)))}
            onCancel={all.cancel}
          />
        )
      }
    >
      <Filters fleet={fleet} onChange={onChange} />
      {page === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title="The list could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Loading the list" minHeight={320} />
        ))}
      {page?.totalCount === 0 && <EmptyState title="No asset matches" detail="Change what is looked for above." />}
      {page !== undefined && page.totalCount > 0 && (
        <>
          <Box sx={{ overflowX: 'auto' }} aria-busy={stale}>
            <Table data-testid="health-table">
              <caption style={visuallyHidden}>Assets with their health, and what takes most of its points</caption>
              <TableHead>
                <TableRow>
                  <SortHead id="assetId" {...{ sort, isDescending, onSort }}>
                    Asset
                  </SortHead>
                  <SortHead id="healthIndex" align="right" title="100 as new to 0 at the end of life" {...{ sort, isDescending, onSort }}>
                    Index
                  </SortHead>
                  <TableCell>Band</TableCell>
                  <SortHead id="failuresPerYear" align="right" title="Expected failures per year; of a single asset a chance" {...{ sort, isDescending, onSort }}>
                    Failures a year
                  </SortHead>
                  <SortHead id="confidenceFrac" align="right" title="Share of the evidence that is known" {...{ sort, isDescending, onSort }}>
                    Evidence known
                  </SortHead>
                  <TableCell>Why (points of the index)</TableCell>
                  <TableCell>Circuit, substation</TableCell>
                  <TableCell>
                    <span style={visuallyHidden}>Map</span>
                  </TableCell>
                </TableRow>
              </TableHead>
              <TableBody>
                {page.edges.map(({ node }) => (
                  <Row key={node.id} row={node} />
                ))}
              </TableBody>
            </Table>
          </Box>
          <Pager note={rangeWords(paging.page * PAGE, page.edges.length, page.totalCount)} noteTestId="page-note" {...paging.steps(page.pageInfo)} />
        </>
      )}
    </Panel>
  );
}

function Row({ row }: { row: HealthRow }) {
  const { mode } = useTheme().palette;
  const band = bandOf(row.band);
  const why = reasons(row.contributions);
  const isSingle = row.assetKind === 'TRANSFORMER' || row.assetKind === 'POLE';
  return (
    <TableRow hover data-testid={`health-${row.assetId}`}>
      <TableCell sx={{ whiteSpace: 'nowrap' }}>
        {row.assetKind === 'TRANSFORMER' ? <AppLink to={transformerPath(row.assetId)}>{row.assetId}</AppLink> : row.assetId}
        <Typography variant="caption" component="div" color="textSecondary">
          {humanize(row.assetKind)}
        </Typography>
      </TableCell>
      <TableCell align="right">{formatNumber(row.healthIndex, 1)}</TableCell>
      <TableCell sx={{ whiteSpace: 'nowrap' }} title={BAND_WORDS[band]}>
        <Swatch shape={band === 'NONE' ? 'ring' : 'dot'} colour={bandColour(band, mode)} />
        {band === 'NONE' ? 'not known' : band}
      </TableCell>
      <TableCell align="right">{isSingle ? formatChance(row.failuresPerYear) : formatQuantity(row.failuresPerYear, '')}</TableCell>
      <TableCell align="right">{formatQuantity(row.confidenceFrac * 100, '%', 0)}</TableCell>
      <TableCell>
        <Typography variant="caption" component="div">
          {row.healthIndex == null
            ? `No index: ${noIndexWords(row.reason)}.`
            : why.length === 0
              ? 'Nothing known takes points.'
              : why.join(' · ')}
        </Typography>
      </TableCell>
      <TableCell>
        <Typography variant="caption" component="div">
          {[row.onCircuit?.name, row.inSubstation.name].filter((name) => name !== undefined).join(', ')}
        </Typography>
      </TableCell>
      <TableCell align="right">
        <AppLink to={onMapPath(row.assetId)}>
          Map<span style={visuallyHidden}>: {row.assetId}</span>
        </AppLink>
      </TableCell>
    </TableRow>
  );
}

function Filters({ fleet, onChange }: Props) {
  const shrink = { inputLabel: { shrink: true }, select: { displayEmpty: true } };
  return (
    <Box role="search" aria-label="Which assets" sx={{ display: 'flex', gap: 1.25, flexWrap: 'wrap', mb: 1, pt: 0.5 }}>
      <TextField
        select
        label="Class"
        value={fleet.assetClass ?? ''}
        onChange={(event) => onChange({ assetClass: CLASSES.find((each) => each === event.target.value) ?? null })}
        slotProps={shrink}
        sx={{ width: 150 }}
      >
        <MenuItem value="">All classes</MenuItem>
        {CLASSES.map((each) => (
          <MenuItem key={each} value={each}>
            {CLASS_WORDS[each]}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        label="Band"
        value={fleet.band ?? ''}
        onChange={(event) => onChange({ band: BANDS.find((band) => band === event.target.value) ?? null })}
        slotProps={shrink}
        sx={{ width: 220 }}
      >
        <MenuItem value="">All bands</MenuItem>
        {BANDS.map((band) => (
          <MenuItem key={band} value={band}>
            {BAND_WORDS[band]}
          </MenuItem>
        ))}
      </TextField>
      <ScopeField value={fleet.within} onChange={(within) => onChange({ within })} />
      <IdField value={fleet.text} onChange={(text) => onChange({ text })} />
    </Box>
  );
}

/** Asks when one stops typing. */
function IdField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return <TextField type="search" label="Part of the id" value={typed} onChange={(event) => setTyped(event.target.value)} sx={{ width: 200 }} />;
}
