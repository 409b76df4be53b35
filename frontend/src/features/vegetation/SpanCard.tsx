import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useCallback } from 'react';
import { useQuery } from 'urql';

import { formatNumber, formatQuantity, plural } from '../../lib/format';
import { linesOf } from '../../lib/geojson';
import { problemOf } from '../../lib/graphql/errors';
import { useUnits } from '../../lib/preferences';
import { formatMetres } from '../../lib/units';
import { DataTable } from '../../ui/DataTable';
import { FactList } from '../../ui/FactList';
import { EmptyState, ErrorLine, ErrorState, LoadingState } from '../../ui/StateMessage';

import { LevelMark } from './LevelMark';
import type { PatchAddress } from './address';
import { middleOf } from './place';
import { SpansQuery, TreesQuery } from './queries';
import type { Span } from './queries';
import { treeColumns } from './treeColumns';
import { useRefresh } from './useRefresh';
import { clearanceWords, figure, onceIn, spanReasons, yearsWords } from './words';

const MOST_TREES = 200;

interface Props {
  lineId: string;
  onChange: PatchAddress;
  onLocate: (assetId: string, at: { lon: number; lat: number }) => void;
  onAsset: (assetId: string) => void;
}

/** A span: why it has its rank, and the trees near it. */
export function SpanCard({ lineId, onChange, onLocate, onAsset }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: SpansQuery,
    variables: { area: null, circuitId: null, levels: null, lineId, first: 1 },
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useRefresh(refresh);
  const span = data?.spansAtRisk[0];
  return (
    <Box data-testid="span-card">
      <Button onClick={() => onChange({ span: null })} data-testid="back-to-spans" sx={{ ml: -0.5, mb: 0.5 }}>
        ‹ All spans
      </Button>
      {span === undefined ? (
        error !== undefined && !fetching ? (
          <ErrorState title="The span could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        ) : data === undefined ? (
          <LoadingState label="Loading the span" minHeight={200} />
        ) : (
          <EmptyState title="No tree is near this span" detail={`${lineId}, as far as you may see.`} />
        )
      ) : (
        <>
          <Facts span={span} onLocate={onLocate} onAsset={onAsset} />
          <Trees lineId={lineId} onChange={onChange} />
        </>
      )}
    </Box>
  );
}

function Facts({ span, onLocate, onAsset }: { span: Span } & Pick<Props, 'onLocate' | 'onAsset'>) {
  const units = useUnits();
  const middle = middleOf(linesOf(span.route) ?? []);
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
        <Typography variant="h2" sx={{ flex: 1, overflowWrap: 'anywhere' }}>
          {span.lineId}
        </Typography>
        <LevelMark level={span.level} />
        <Button
          variant="outlined"
          disabled={middle === null}
          onClick={() => {
            if (middle !== null) onLocate(span.lineId, { lon: middle[0], lat: middle[1] });
          }}
          data-testid="span-locate"
        >
          Map
        </Button>
        <Button variant="outlined" onClick={() => onAsset(span.lineId)}>
          Card
        </Button>
      </Box>
      <Box component="ul" aria-label="Why" data-testid="span-reasons" sx={{ my: 1, pl: 2.25, fontSize: '0.8125rem', '& li': { mb: 0.25 } }}>
        {spanReasons(span, units).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </Box>
      <FactList
        facts={[
          { label: 'Circuit', value: span.circuitId ?? 'transmission' },
          {
            label: 'Customer-minutes a year',
            value: `${figure(span.customerMinutesPerYear)} (${figure(span.customerMinutesLow)} to ${figure(span.customerMinutesHigh)})`,
          },
          { label: 'Customers', value: formatNumber(span.customers) },
          { label: 'Minutes of an outage', value: formatQuantity(span.outageMin, 'min', 0) },
          { label: 'Falls on it', value: onceIn(span.strikesPerYear) },
          { label: 'Clearance to keep', value: formatMetres(span.clearanceM, units, 2) },
          { label: 'Deepest tree', value: clearanceWords(span.clearanceDeficitM, units) },
          { label: 'First within it', value: yearsWords(span.earliestYears) },
        ]}
      />
    </>
  );
}

function Trees({ lineId, onChange }: Pick<Props, 'lineId' | 'onChange'>) {
  const units = useUnits();
  const [{ data, error, fetching }, refetch] = useQuery({
    query: TreesQuery,
    variables: {
      area: null,
      filters: { growInLineId: { exact: lineId }, OR: { fallInLineId: { exact: lineId } } },
      ordering: [{ customerMinutesPerYear: 'DESC_NULLS_LAST' as const }],
      first: MOST_TREES,
      after: null,
    },
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useRefresh(refresh);
  const trees = data?.vegetationRisk;
  if (trees === undefined) {
    if (error !== undefined && !fetching) return <ErrorLine title={problemOf(error).message} onRetry={refresh} />;
    return <LoadingState label="Loading the trees of the span" minHeight={96} />;
  }
  return (
    <>
      <Typography variant="overline" component="h3" color="textSecondary" sx={{ mt: 1.5, display: 'block' }}>
        {plural(trees.totalCount, 'tree')}
        {trees.totalCount > MOST_TREES ? `, the first ${MOST_TREES}` : ''}
      </Typography>
      <DataTable
        label="Trees near the span; choose one to see it on the map"
        testId="span-tree"
        rowTestId="span-tree"
        maxHeightPx={null}
        isDense
        rows={trees.edges.map(({ node }) => node)}
        columns={treeColumns(units)}
        rowKey={(tree) => tree.assetId}
        onSelect={(tree) => onChange({ tab: 'trees', tree: tree.assetId })}
      />
    </>
  );
}
