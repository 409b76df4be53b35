import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Popover from '@mui/material/Popover';
import Typography from '@mui/material/Typography';
import type { MouseEvent, ReactNode } from 'react';
import { useQuery } from 'urql';

import { followLink } from '../../lib/followLink';
import { ageSeconds, formatAge, formatNumber, formatQuantity, humanize, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ErrorState, LoadingState } from '../../ui/StateMessage';
import { useNow } from '../../ui/useNow';

import { ToneMark } from './ToneMark';
import { SourcesQuery, StreamsQuery } from './queries';
import type { Source, Stream } from './queries';
import type { Summary, Tone } from './summary';

interface Layer {
  key: string;
  title: string;
  status: string;
  confirmedAt: string | null;
  isTooOld: boolean | null;
}

interface Props {
  anchor: HTMLElement;
  services: readonly { name: string; isUp: boolean; latencyMs: number | null }[];
  summary: Summary;
  live: Summary;
  /** Layers of the map, for accounts that may not see the sources themselves. */
  layers: readonly Layer[];
  /** How old the newest readings are; null: the account may not see them. */
  newestReading: string | null;
  maySeeSources: boolean;
  maySeeStreams: boolean;
  pathOf: (layer: string) => string;
  onClose: () => void;
}

/** The services, the live link, and each source of data with its age and what ails it. */
export function StatusPopover(props: Props) {
  const { anchor, services, summary, live, layers, newestReading, maySeeSources, maySeeStreams, pathOf, onClose } = props;
  const [sources, askSources] = useQuery({ query: SourcesQuery, pause: !maySeeSources, requestPolicy: 'cache-and-network' });
  const [streams] = useQuery({ query: StreamsQuery, pause: !maySeeStreams, requestPolicy: 'cache-and-network' });
  const now = useNow();
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    followLink(event);
    onClose();
  };
  const rows = maySeeSources ? sources.data?.syncLayers.map((source) => sourceRow(source, now)) : layers.map((layer) => layerRow(layer, now));
  return (
    <Popover
      open
      anchorEl={anchor}
      onClose={onClose}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
      transformOrigin={{ vertical: 'top', horizontal: 'right' }}
      slotProps={{
        paper: {
          role: 'dialog',
          'aria-label': 'State of the system and age of the data',
          sx: { p: 2, width: 420, maxWidth: '96vw', maxHeight: '80vh' },
        },
      }}
    >
      <Heading>Connection</Heading>
      <Line tone={live.tone} name="Live updates" value={live.label} />
      <Line tone={summary.tone} name="Services" value={summary.label} />
      {services.map((service) => (
        <Line
          key={service.name}
          tone={service.isUp ? 'good' : 'bad'}
          name={humanize(service.name)}
          value={service.isUp ? `up, ${formatQuantity(service.latencyMs, 'ms')}` : 'down'}
        />
      ))}
      <Heading>Sources of data</Heading>
      {newestReading !== null && (
        <Typography variant="body2" data-testid="newest-reading" sx={{ mb: 0.5 }}>
          {newestReading.charAt(0).toUpperCase() + newestReading.slice(1)}. When each layer was last compared with its source:
        </Typography>
      )}
      {rows === undefined &&
        (sources.error !== undefined && !sources.fetching ? (
          <ErrorState title={problemOf(sources.error).message} onRetry={() => askSources({ requestPolicy: 'network-only' })} />
        ) : (
          <LoadingState label="Loading the sources of data" />
        ))}
      {rows?.length === 0 && <Typography variant="body2">No layer is known yet. A sync fills them.</Typography>}
      <Box component="ul" aria-label="Sources of data" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {rows?.map((row) => (
          <li key={row.key}>
            <Line
              tone={row.tone}
              name={
                maySeeSources ? (
                  <Link href={pathOf(row.key)} onClick={follow} underline="hover">
                    {row.title}
                  </Link>
                ) : (
                  row.title
                )
              }
              value={row.value}
            />
          </li>
        ))}
      </Box>
      {streams.data !== undefined && streams.data.streamStatus.length > 0 && (
        <>
          <Heading>Streams</Heading>
          {streams.data.streamStatus.map((stream) => (
            <Line key={stream.stream} tone={stream.reason == null ? 'good' : 'unknown'} name={humanize(stream.stream)} value={streamText(stream, now)} />
          ))}
        </>
      )}
    </Popover>
  );
}

function Heading({ children }: { children: string }) {
  return (
    <Typography variant="overline" component="h2" color="textSecondary" sx={{ display: 'block', mt: 1, '&:first-of-type': { mt: 0 } }}>
      {children}
    </Typography>
  );
}

function Line({ tone, name, value }: { tone: Tone; name: ReactNode; value: string }) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, py: 0.25, fontSize: '0.8125rem' }}>
      <ToneMark tone={tone} />
      <Box component="span" sx={{ flex: 1, minWidth: 0 }}>
        {name}
      </Box>
      <Box component="span" sx={{ color: tone === 'good' ? 'text.secondary' : 'text.primary', textAlign: 'right' }}>
        {value}
      </Box>
    </Box>
  );
}

interface Row {
  key: string;
  title: string;
  tone: Tone;
  value: string;
}

export function sourceRow(source: Source, nowMs: number): Row {
  const age = ageSeconds(source.confirmedAt, nowMs);
  const base = { key: source.key, title: source.title };
  if (age === null) return { ...base, tone: 'unknown', value: 'never synced' };
  const synced = `synced ${formatAge(age)} ago`;
  const limit = `may be ${formatAge(source.maxAgeS)}`;
  const faults = [
    ...(source.isTooOld === true ? [limit] : []),
    ...(source.isPaused ? ['paused'] : []),
    ...(source.lastError == null || source.lastError === '' ? [] : ['last run failed']),
  ];
  if (faults.length > 0) return { ...base, tone: source.isTooOld === true ? 'bad' : 'warn', value: [synced, ...faults].join(', ') };
  return { ...base, tone: 'good', value: synced };
}

function layerRow(layer: Layer, nowMs: number): Row {
  const age = ageSeconds(layer.confirmedAt, nowMs);
  const base = { key: layer.key, title: layer.title };
  if (layer.status === 'FROM_WAREHOUSE') return { ...base, tone: 'warn', value: 'from the warehouse, the cache does not answer' };
  if (age === null) return { ...base, tone: 'unknown', value: 'never synced' };
  return { ...base, tone: layer.isTooOld === true ? 'bad' : 'good', value: `synced ${formatAge(age)} ago${layer.isTooOld === true ? ', too old' : ''}` };
}

function streamText(stream: Stream, nowMs: number): string {
  const age = ageSeconds(stream.lastRecordAt, nowMs);
  const last = age === null ? 'no record yet' : `last record ${formatAge(age)} ago`;
  const waiting = stream.backlogCount == null ? UNKNOWN : formatNumber(stream.backlogCount);
  return stream.reason == null ? `${last}, ${waiting} waiting` : `${last}; ${stream.reason}`;
}
