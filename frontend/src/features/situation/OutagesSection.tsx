import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useCallback, useEffect } from 'react';
import { useQuery, useSubscription } from 'urql';

import { ageSeconds, formatAge, formatInstant, formatNumber, humanize, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { isOverdue } from '../../lib/overdue';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { useNow } from '../../ui/useNow';
import { usePolling } from '../../ui/usePolling';

import { Section } from './Section';
import { ActiveOutagesQuery, OutageNewsSubscription } from './queries';
import type { ActiveOutage } from './queries';

const SHOWN = 12;
const POLL_MS = 60_000;
/** A burst of news asks for the list once. */
const NEWS_MS = 500;

interface Props {
  timeZone: string;
  onSelect: (assetId: string, at: { lon: number; lat: number } | null) => void;
}

/** Outages that are not over, those with most customers first. */
export function OutagesSection({ timeZone, onSelect }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: ActiveOutagesQuery, variables: { first: SHOWN } });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  const [{ data: news }] = useSubscription({ query: OutageNewsSubscription });
  useEffect(() => {
    if (news === undefined) return undefined;
    const timer = setTimeout(refresh, NEWS_MS);
    return () => clearTimeout(timer);
  }, [news, refresh]);
  usePolling(refresh, POLL_MS);
  const now = useNow();
  const outages = data?.outages;
  return (
    <Section
      title="Active outages"
      note={outages === undefined ? undefined : formatNumber(outages.totalCount)}
      testId="active-outages"
    >
      {outages === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Loading the outages" />
        ))}
      {outages?.totalCount === 0 && <EmptyState title="No outage is active" />}
      <Box component="ul" aria-label="Active outages" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {outages?.edges.map(({ node }) => (
          <OutageRow key={node.assetId} outage={node} nowMs={now} timeZone={timeZone} onSelect={onSelect} />
        ))}
      </Box>
      {outages !== undefined && outages.totalCount > SHOWN && (
        <Typography variant="caption" color="textSecondary">
          {formatNumber(outages.totalCount - SHOWN)} more have fewer customers out.
        </Typography>
      )}
    </Section>
  );
}

function OutageRow({ outage, nowMs, timeZone, onSelect }: { outage: ActiveOutage; nowMs: number } & Props) {
  const overdue = isOverdue(outage, nowMs);
  return (
    <Box component="li" sx={{ borderBottom: 1, borderColor: 'divider' }}>
      <ButtonBase
        onClick={() => onSelect(outage.assetId, { lon: outage.lon, lat: outage.lat })}
        data-testid={`outage-${outage.assetId}`}
        sx={{ width: '100%', display: 'block', textAlign: 'left', py: 0.5 }}
      >
        <Box sx={{ display: 'flex', justifyContent: 'space-between', gap: 1 }}>
          <Typography variant="body2" component="span" noWrap>
            {outage.circuit.name}
          </Typography>
          <Typography variant="body2" component="span" sx={{ whiteSpace: 'nowrap' }}>
            {formatNumber(outage.customersOut)} out
          </Typography>
        </Box>
        <Typography variant="caption" component="span" color="textSecondary">
          {humanize(outage.status)}
          {outage.isPlanned ? ', planned' : ''} · {outage.causeCode == null ? 'cause unknown' : humanize(outage.causeCode).toLowerCase()} ·{' '}
          {formatAge(ageSeconds(outage.startedAt, nowMs))} ·{' '}
          <Box component="span" sx={overdue ? { color: 'warning.main' } : undefined}>
            {overdue
              ? `was to be back by ${formatInstant(outage.estimatedRestorationP80At, timeZone)} (P80)`
              : outage.estimatedRestorationAt == null
                ? 'no estimate'
                : `back by ${formatInstant(outage.estimatedRestorationAt, timeZone)} (P50)`}
          </Box>{' '}
          · {outage.crew?.name ?? `crew ${UNKNOWN}`}
        </Typography>
      </ButtonBase>
    </Box>
  );
}
