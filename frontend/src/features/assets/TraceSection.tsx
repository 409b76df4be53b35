import Button from '@mui/material/Button';
import ButtonGroup from '@mui/material/ButtonGroup';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';

import { graphql } from '../../gql/graphql';
import type { Lines } from '../../lib/draw/lines';
import { formatNumber } from '../../lib/format';
import { linesOf } from '../../lib/geojson';
import { problemOf } from '../../lib/graphql/errors';
import { FactList } from '../../ui/FactList';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import { Section } from './CardFrame';
import { useCardActions } from './cardActions';

export const TraceQuery = graphql(`
  query AssetTrace($assetId: String!, $kind: TraceKind!) {
    trace(assetId: $assetId, kind: $kind) {
      assetId
      kind
      isFed
      positions
      switchesOffNormal
      geometry
      assets {
        sectionCount
        switchCount
        transformerCount
        meterCount
        customerCount
        criticalCustomerCount
      }
    }
  }
`);

const TRACES = [
  { kind: 'UPSTREAM', label: 'Upstream' },
  { kind: 'DOWNSTREAM', label: 'Downstream' },
  { kind: 'LOST_IF_OPENED', label: 'Lost if opened' },
] as const;

type Kind = (typeof TRACES)[number]['kind'];

/** Traces the asset through the network, counts what is found and hands its lines to the map. */
export function TraceSection({ assetId }: { assetId: string }) {
  const { onTraced } = useCardActions();
  const [kind, setKind] = useState<Kind | null>(null);
  const [result, refetch] = useQuery({
    query: TraceQuery,
    variables: { assetId, kind: kind ?? 'UPSTREAM' },
    pause: kind === null,
    requestPolicy: 'network-only',
  });
  const found = kind === null || result.data?.trace.kind !== kind ? null : result.data.trace;
  const lines: Lines | null = found === null ? null : linesOf(found.geometry);
  const shape = found?.geometry ?? null;
  useEffect(() => {
    onTraced(shape === null ? null : linesOf(shape));
    return () => onTraced(null);
  }, [shape, onTraced]);

  return (
    <Section title="Trace">
      <ButtonGroup size="small" aria-label="Trace">
        {TRACES.map((each) => (
          <Button
            key={each.kind}
            variant={each.kind === kind ? 'contained' : 'outlined'}
            aria-pressed={each.kind === kind}
            onClick={() => setKind(each.kind === kind ? null : each.kind)}
            data-testid={`trace-${each.kind}`}
          >
            {each.label}
          </Button>
        ))}
      </ButtonGroup>
      {kind !== null && found === null && result.error === undefined && (
        <LoadingState label="Tracing" minHeight={60} />
      )}
      {kind !== null && result.error !== undefined && (
        <ErrorState title="It could not be traced" detail={problemOf(result.error).message} onRetry={refetch} />
      )}
      {found !== null && (
        <div role="status" data-testid="trace-result">
          {!found.isFed && <Typography color="warning">It has no supply now.</Typography>}
          <FactList
            facts={[
              { label: 'Customers', value: formatNumber(found.assets.customerCount) },
              { label: 'Of them critical', value: formatNumber(found.assets.criticalCustomerCount) },
              { label: 'Meters', value: formatNumber(found.assets.meterCount) },
              { label: 'Transformers', value: formatNumber(found.assets.transformerCount) },
              { label: 'Line sections', value: formatNumber(found.assets.sectionCount) },
              { label: 'Switches', value: formatNumber(found.assets.switchCount) },
            ]}
          />
          <Typography variant="caption" color="textSecondary">
            {found.positions === 'PRESENT'
              ? `Switches as last heard, ${formatNumber(found.switchesOffNormal.length)} not in their normal position.`
              : 'Switches in their normal position: the present one is not known.'}
            {lines === null && found.assets.sectionCount > 0 && ' Too many sections to draw.'}
          </Typography>
        </div>
      )}
    </Section>
  );
}
