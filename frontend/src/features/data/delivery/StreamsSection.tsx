import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useCallback, useMemo, useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { formatAge, formatInstant, formatNumber, formatQuantity, humanize, plural, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { usePolling } from '../../../ui/usePolling';
import { Refusal } from '../common/Refusal';
import { Section } from '../common/Section';
import { refusalOf } from '../common/outcome';
import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';

import { ReplayDeadLettersMutation, StreamStatusQuery } from './queries';
import type { StreamConsumer, StreamStatus } from './queries';

const POLL_MS = 5_000;

interface Named extends StreamConsumer {
  stream: StreamStatus['stream'];
}

/** How the streams of readings and events are doing, and who reads them. */
export function StreamsSection({ account, timeZone }: { account: Account; timeZone: string | undefined }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: StreamStatusQuery, requestPolicy: 'cache-and-network' });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  usePolling(refresh, POLL_MS);
  const streams = data?.streamStatus;
  const [streamColumns, consumerColumns] = useMemo(() => [columnsOfStreams(timeZone), columnsOfConsumers(timeZone)], [timeZone]);
  const consumers = streams?.flatMap((stream) => stream.consumers.map((consumer): Named => ({ ...consumer, stream: stream.stream }))) ?? [];
  const deadCount = streams?.reduce((sum, stream) => sum + stream.deadCount, 0) ?? 0;
  return (
    <>
      <Section
        title="Streams of readings and events"
        note="Asked for every 5 s."
        actions={maySee(account, 'grid.replay_streamdeadletter') && !account.isLimited && deadCount > 0 && <Replay deadCount={deadCount} onSent={refresh} />}
      >
        {streams === undefined && error !== undefined && !fetching && (
          <ErrorState title="The streams could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        )}
        {streams === undefined && (error === undefined || fetching) && <LoadingState label="Loading the streams" />}
        {streams
          ?.flatMap((stream) => [
            stream.reason === null ? null : `${humanize(stream.stream)}: the backlog is not known: ${stream.reason}`,
            stream.pendingError === null ? null : `${humanize(stream.stream)}: rows could not be brought to the warehouse: ${stream.pendingError}`,
          ])
          .filter((text) => text !== null)
          .map((text) => (
            <Alert key={text} severity="warning" variant="outlined" sx={{ mb: 1 }}>
              {text}
            </Alert>
          ))}
        {streams !== undefined && (
          <DataTable label="Streams" testId="streams-table" columns={streamColumns} rows={streams} rowKey={(stream) => stream.stream} />
        )}
      </Section>
      {streams !== undefined && (
        <Section title="Consumers" note="A consumer counts as alive for 15 s after it told of itself.">
          {consumers.length === 0 ? (
            <EmptyState title="No consumer is alive" detail="Messages wait in the streams until one is started." />
          ) : (
            <DataTable label="Consumers" testId="consumers-table" columns={consumerColumns} rows={consumers} rowKey={(each) => `${each.stream} ${each.name}`} />
          )}
        </Section>
      )}
    </>
  );
}

function Replay({ deadCount, onSent }: { deadCount: number; onSent: () => void }) {
  const [{ fetching }, replay] = useMutation(ReplayDeadLettersMutation);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const go = async (): Promise<void> => {
    const result = await replay({ input: {} });
    const payload = result.data?.replayDeadLetters;
    setProblem(refusalOf(result, payload));
    setSent(payload?.__typename === 'DeadLettersReplayed' ? payload.sentCount : null);
    onSent();
  };
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
      <Typography variant="caption" role="status">
        {sent !== null && `${plural(sent, 'message')} sent again.`}
      </Typography>
      <Button variant="outlined" disabled={fetching} onClick={() => void go()}>
        Send {plural(deadCount, 'dead letter')} again
      </Button>
      <Refusal problem={problem} onClose={() => setProblem(null)} />
    </Box>
  );
}

function columnsOfStreams(timeZone: string | undefined): ShownColumn<StreamStatus>[] {
  return [
    { key: 'stream', label: 'Stream', cell: (each) => humanize(each.stream) },
    { key: 'backlog', label: 'Not landed', isNumber: true, cell: (each) => formatNumber(each.backlogCount) },
    { key: 'lag', label: 'The oldest waits', isNumber: true, cell: (each) => (each.backlogCount === 0 ? 'none waits' : formatAge(each.lagS)) },
    { key: 'rate', label: 'Landed', isNumber: true, cell: (each) => formatQuantity(each.ratePerS, '/s') },
    { key: 'last', label: 'Newest record', cell: (each) => formatInstant(each.lastRecordAt, timeZone) },
    { key: 'pending', label: 'Not in the warehouse yet', isNumber: true, cell: (each) => formatNumber(each.pendingCount) },
    { key: 'since', label: 'since', cell: (each) => (each.pendingSince === null ? UNKNOWN : formatInstant(each.pendingSince, timeZone)) },
    { key: 'dead', label: 'Dead letters', isNumber: true, cell: (each) => formatNumber(each.deadCount) },
  ];
}

function columnsOfConsumers(timeZone: string | undefined): ShownColumn<Named>[] {
  return [
    { key: 'name', label: 'Consumer', value: (each) => each.name },
    { key: 'stream', label: 'Stream', value: (each) => each.stream, cell: (each) => humanize(each.stream) },
    { key: 'started', label: 'Started', value: (each) => each.startedAt, cell: (each) => formatInstant(each.startedAt, timeZone) },
    { key: 'beat', label: 'Last told of itself', value: (each) => each.beatAt, cell: (each) => formatInstant(each.beatAt, timeZone) },
    { key: 'landed', label: 'Written', isNumber: true, value: (each) => each.landedCount },
    { key: 'rate', label: 'Rate', isNumber: true, value: (each) => each.ratePerS, cell: (each) => formatQuantity(each.ratePerS, '/s') },
    { key: 'dead', label: 'Refused', isNumber: true, value: (each) => each.deadCount },
    { key: 'error', label: 'Held up by', isWrapped: true, cell: (each) => each.lastError ?? '–' },
  ];
}
