import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useQuery } from 'urql';

import { formatNumber, formatQuantity, humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { OnDemand } from '../../ui/OnDemand';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import { useCardActions } from './cardActions';
import type { AssetKind } from './kinds';
import { CircuitSwitchesQuery, CircuitTransformersQuery, LineAssetsQuery, LineOfQuery, TransformerMetersQuery } from './moreQueries';

const PAGE = 20;

interface Row {
  assetId: string;
  title: string;
  detail: string;
  at: { lon: number; lat: number } | null;
}

/** What hangs on an asset, by kind; empty for kinds whose card names it all. */
export function Connected({ assetId, kind }: { assetId: string; kind: AssetKind }) {
  switch (kind) {
    case 'circuit':
      return (
        <>
          <OnDemand title="Transformers">
            <TransformersOfCircuit assetId={assetId} />
          </OnDemand>
          <OnDemand title="Switches">
            <SwitchesOfCircuit assetId={assetId} />
          </OnDemand>
        </>
      );
    case 'transformer':
      return (
        <OnDemand title="Meters, pole and line">
          <MetersOfTransformer assetId={assetId} />
        </OnDemand>
      );
    case 'line':
      return (
        <OnDemand title="Connected assets">
          <AssetsOfLine lineId={assetId} />
        </OnDemand>
      );
    case 'switch':
    case 'pole':
      return (
        <OnDemand title="Connected assets">
          <ByItsLine assetId={assetId} isSwitch={kind === 'switch'} />
        </OnDemand>
      );
    default:
      return null;
  }
}

/** Cursors of the pages come by; the last one is shown. */
function usePages() {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return {
    after: cursors.at(-1) ?? null,
    start: (cursors.length - 1) * PAGE,
    back: cursors.length > 1 ? () => setCursors(cursors.slice(0, -1)) : null,
    next: (cursor: string | null | undefined) => setCursors([...cursors, cursor ?? null]),
  };
}

function TransformersOfCircuit({ assetId }: { assetId: string }) {
  const pages = usePages();
  const [result, refetch] = useQuery({ query: CircuitTransformersQuery, variables: { assetId, after: pages.after } });
  const found = result.data?.circuit?.transformers;
  if (found === undefined) return <Waiting result={result} refetch={refetch} />;
  const rows = found.edges.map(({ node }) => ({
    assetId: node.assetId,
    title: node.name,
    detail: `${formatQuantity(node.ratedKva, 'kVA')}, ${formatNumber(node.customerCount)} customers`,
    at: node,
  }));
  return <Rows label="Transformers" rows={rows} total={found.totalCount} start={pages.start} onBack={pages.back} onNext={found.pageInfo.hasNextPage ? () => pages.next(found.pageInfo.endCursor) : null} />;
}

function SwitchesOfCircuit({ assetId }: { assetId: string }) {
  const pages = usePages();
  const [result, refetch] = useQuery({ query: CircuitSwitchesQuery, variables: { assetId, after: pages.after } });
  const found = result.data?.circuit?.switches;
  if (found === undefined) return <Waiting result={result} refetch={refetch} />;
  const rows = found.edges.map(({ node }) => ({
    assetId: node.assetId,
    title: node.assetId,
    detail: `${humanize(node.kind)}, normally ${node.isNormallyOpen ? 'open' : 'closed'}`,
    at: node,
  }));
  return <Rows label="Switches" rows={rows} total={found.totalCount} start={pages.start} onBack={pages.back} onNext={found.pageInfo.hasNextPage ? () => pages.next(found.pageInfo.endCursor) : null} />;
}

function MetersOfTransformer({ assetId }: { assetId: string }) {
  const pages = usePages();
  const [result, refetch] = useQuery({ query: TransformerMetersQuery, variables: { assetId, after: pages.after } });
  const found = result.data?.transformer;
  if (found == null) return <Waiting result={result} refetch={refetch} />;
  const { meters, pole, line } = found;
  const places: Row[] = [
    { assetId: line.assetId, title: line.assetId, detail: `Line, ${humanize(line.lineClass).toLowerCase()}`, at: null },
    ...(pole == null ? [] : [{ assetId: pole.assetId, title: pole.assetId, detail: 'Pole', at: pole }]),
  ];
  const rows = meters.edges.map(({ node }) => ({ assetId: node.assetId, title: node.assetId, detail: humanize(node.customerClass), at: node }));
  return (
    <>
      <Rows label="Line and pole" rows={places} total={places.length} start={0} onBack={null} onNext={null} />
      <Rows label="Meters" rows={rows} total={meters.totalCount} start={pages.start} onBack={pages.back} onNext={meters.pageInfo.hasNextPage ? () => pages.next(meters.pageInfo.endCursor) : null} />
    </>
  );
}

/** A switch or a pole is connected where its line is. */
function ByItsLine({ assetId, isSwitch }: { assetId: string; isSwitch: boolean }) {
  const [result, refetch] = useQuery({ query: LineOfQuery, variables: { switchId: assetId, poleId: assetId, isSwitch } });
  const asset = isSwitch ? result.data?.switch : result.data?.pole;
  if (asset === undefined) return <Waiting result={result} refetch={refetch} />;
  const line = asset?.line;
  if (line == null) return <Typography variant="caption">No line is on record for it.</Typography>;
  return (
    <>
      <Rows label="Its line" rows={[{ assetId: line.assetId, title: line.assetId, detail: 'Its line', at: null }]} total={1} start={0} onBack={null} onNext={null} />
      <AssetsOfLine lineId={line.assetId} />
    </>
  );
}

const GROUPS = [
  ['feedsFrom', 'Fed from'],
  ['feeds', 'Feeds'],
  ['transformers', 'Transformers on it'],
  ['switches', 'Switches on it'],
  ['poles', 'Poles'],
] as const;

function AssetsOfLine({ lineId }: { lineId: string }) {
  const [result, refetch] = useQuery({ query: LineAssetsQuery, variables: { lineId } });
  const found = result.data?.assetsOfLine;
  if (found === undefined) return <Waiting result={result} refetch={refetch} />;
  return GROUPS.map(([name, label]) => (
    <PagedGroup
      key={name}
      label={label}
      rows={found[name].map(({ assetId, title, kind, lon, lat }) => ({ assetId, title, detail: humanize(kind), at: { lon, lat } }))}
    />
  ));
}

/** A list that came whole, twenty at a time. */
function PagedGroup({ label, rows }: { label: string; rows: readonly Row[] }) {
  const [start, setStart] = useState(0);
  if (rows.length === 0) return null;
  return (
    <>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 0.5 }}>
        {label} ({formatNumber(rows.length)})
      </Typography>
      <Rows
        label={label}
        rows={rows.slice(start, start + PAGE)}
        total={rows.length}
        start={start}
        onBack={start > 0 ? () => setStart(start - PAGE) : null}
        onNext={start + PAGE < rows.length ? () => setStart(start + PAGE) : null}
      />
    </>
  );
}

interface RowsProps {
  label: string;
  rows: readonly Row[];
  total: number;
  start: number;
  onBack: (() => void) | null;
  onNext: (() => void) | null;
}

function Rows({ label, rows, total, start, onBack, onNext }: RowsProps) {
  const { onGo } = useCardActions();
  if (total === 0) return <Typography variant="caption">None.</Typography>;
  return (
    <>
      <Box component="ul" aria-label={label} sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {rows.map((row) => (
          <Box component="li" key={row.assetId} sx={{ display: 'flex', gap: 1, alignItems: 'baseline' }}>
            <Button onClick={() => onGo(row.assetId, row.at)} sx={{ p: 0, minWidth: 0, fontWeight: 400, textAlign: 'left', lineHeight: 1.5 }}>
              {row.title}
            </Button>
            <Typography variant="caption" color="textSecondary" noWrap sx={{ flex: 1, minWidth: 0, textAlign: 'right' }}>
              {row.detail}
            </Typography>
          </Box>
        ))}
      </Box>
      {(onBack !== null || onNext !== null) && (
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
          <Button disabled={onBack === null} onClick={() => onBack?.()}>
            Back
          </Button>
          <Typography variant="caption" color="textSecondary">
            {formatNumber(start + 1)} to {formatNumber(start + rows.length)} of {formatNumber(total)}
          </Typography>
          <Button disabled={onNext === null} onClick={() => onNext?.()}>
            Next
          </Button>
        </Box>
      )}
    </>
  );
}

interface ResultLike {
  fetching: boolean;
  error?: Parameters<typeof problemOf>[0] | undefined;
}

function Waiting({ result, refetch }: { result: ResultLike; refetch: () => void }) {
  if (result.error !== undefined && !result.fetching) return <ErrorState title="They could not be loaded" detail={problemOf(result.error).message} onRetry={refetch} />;
  return result.fetching ? <LoadingState label="Loading" minHeight={60} /> : <Typography variant="caption">None that you may see.</Typography>;
}
