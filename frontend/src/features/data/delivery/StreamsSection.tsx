import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useCallback, useMemo, useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { formatAge, formatInstant, formatNumber, formatQuantity, humanize, plural, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { usePolling } from '../../../ui/usePolling';
import { DataTable } from '../common/DataTable';
import type { Column } from '../common/DataTable';
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
          <DataTable caption="Streams" testId="streams-table" columns={streamColumns} rows={streams} rowKey={(stream) => stream.stream} />
        )}
      </Section>
      {streams !== undefined && (
        <Section title="Consumers" note="A consumer counts as alive for 15 s after it told of itself.">
          {consumers.length === 0 ? (
            <EmptyState title="No consumer is alive" detail="Messages wait in the streams until one is started." />
          ) : (
            <DataTable caption="Consumers" testId="consumers-table" columns={consumerColumns} rows={consumers} rowKey={(each) => `${each.stream} ${each.name}`} />
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

function columnsOfStreams(timeZone: string | undefined): Column<StreamStatus>[] {
  return [
    { key: 'stream', label: 'Stream', cell: (each) => humanize(each.stream) },
    { key: 'backlog', label: 'Not landed', align: 'right', cell: (each) => formatNumber(each.backlogCount) },
    { key: 'lag', label: 'The oldest waits', align: 'right', cell: (each) => (each.backlogCount === 0 ? 'none waits' : formatAge(each.lagS)) },
    { key: 'rate', label: 'Landed', align: 'right', cell: (each) => formatQuantity(each.ratePerS, '/s') },
    { key: 'last', label: 'Newest record', cell: (each) => formatInstant(each.lastRecordAt, timeZone) },
    { key: 'pending', label: 'Not in the warehouse yet', align: 'right', cell: (each) => formatNumber(each.pendingCount) },
    { key: 'since', label: 'since', cell: (each) => (each.pendingSince === null ? UNKNOWN : formatInstant(each.pendingSince, timeZone)) },
    { key: 'dead', label: 'Dead letters', align: 'right', cell: (each) => formatNumber(each.deadCount) },
  ];
}

function columnsOfConsumers(timeZone: string | undefined): Column<Named>[] {
  return [
    { key: 'name', label: 'Consumer', sort: (each) => each.name, cell: (each) => each.name },
    { key: 'stream', label: 'Stream', sort: (each) => each.stream, cell: (each) => humanize(each.stream) },
    { key: 'started', label: 'Started', sort: (each) => each.startedAt, cell: (each) => formatInstant(each.startedAt, timeZone) },
    { key: 'beat', label: 'Last told of itself', sort: (each) => each.beatAt, cell: (each) => formatInstant(each.beatAt, timeZone) },
    { key: 'landed', label: 'Written', align: 'right', sort: (each) => each.landedCount, cell: (each) => formatNumber(each.landedCount) },
    { key: 'rate', label: 'Rate', align: 'right', sort: (each) => each.ratePerS, cell: (each) => formatQuantity(each.ratePerS, '/s') },
    { key: 'dead', label: 'Refused', align: 'right', sort: (each) => each.deadCount, cell: (each) => formatNumber(each.deadCount) },
    { key: 'error', label: 'Held up by', cell: (each) => each.lastError ?? '–' },
  ];
}
