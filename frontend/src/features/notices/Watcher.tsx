import { useCallback, useEffect, useRef, useState } from 'react';
import { useQuery, useSubscription } from 'urql';

import { JobUpdatesSubscription } from '../../lib/jobs/queries';
import { isFinished } from '../../lib/jobs/status';
import { notices, replaceKind } from '../../lib/notices';
import type { Notice, NoticeKind } from '../../lib/notices';
import { usePolling } from '../../ui/usePolling';

import { alarmNotice, jobNotice, outageNotice } from './notice';
import type { NoticeLinks } from './notice';
import { FinishedJobsQuery, NewOutagesQuery, OpenAlarmsQuery, OutageChangesSubscription } from './queries';

const POLL_MS = 60_000;
const DAY_MS = 86_400_000;
/** Many changes at once are one question. */
const SETTLE_MS = 2_000;

interface Props {
  username: string;
  permissions: readonly string[];
  links: NoticeLinks;
}

/** Follows what one may want to be told of: alarms, outages of the last day, and one's own jobs. Shows nothing itself. */
export function Watcher({ username, permissions, links }: Props) {
  const [since] = useState(() => new Date(Date.now() - DAY_MS).toISOString());
  useAlarms(permissions.includes('grid.view_synclayer'), links);
  useOutages(permissions.includes('grid.view_outage'), since, links);
  useJobs(username, since, links);
  return null;
}

function useAlarms(mayKnow: boolean, links: NoticeLinks): void {
  const [{ data }, ask] = useQuery({ query: OpenAlarmsQuery, pause: !mayKnow });
  const refresh = useCallback(() => {
    if (mayKnow) ask({ requestPolicy: 'network-only' });
  }, [mayKnow, ask]);
  usePolling(refresh, POLL_MS);
  useTold('alarm', data?.syncAlerts.map((alarm) => alarmNotice(alarm, links)));
}

function useOutages(mayKnow: boolean, since: string, links: NoticeLinks): void {
  const [{ data }, ask] = useQuery({ query: NewOutagesQuery, variables: { since }, pause: !mayKnow });
  const [{ data: change }] = useSubscription({ query: OutageChangesSubscription, pause: !mayKnow });
  const isFirst = useRef(true);
  useEffect(() => {
    if (change === undefined) return undefined;
    // The first answer is the present state, which was asked for already.
    if (isFirst.current) {
      isFirst.current = false;
      return undefined;
    }
    const timer = setTimeout(() => ask({ requestPolicy: 'network-only' }), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [change, ask]);
  useTold('outage', data?.outages.edges.map(({ node }) => outageNotice(node, links)));
}

function useJobs(username: string, since: string, links: NoticeLinks): void {
  const [{ data }, ask] = useQuery({ query: FinishedJobsQuery, variables: { since } });
  const [{ data: news }] = useSubscription({ query: JobUpdatesSubscription, variables: { jobId: null } });
  const update = news?.jobUpdates;
  const over = update !== undefined && update.owner === username && isFinished(update.status) ? `${update.jobId}/${update.status}` : null;
  useEffect(() => {
    if (over !== null) ask({ requestPolicy: 'network-only' });
  }, [over, ask]);
  useTold(
    'job',
    data?.jobs.edges.map(({ node }) => jobNotice(node, username, links)).filter((notice) => notice !== null),
  );
}

/** Keep the notices of a kind; what there was at first is no news. */
function useTold(kind: NoticeKind, found: readonly Notice[] | undefined): void {
  const isStarted = useRef(false);
  const key = found?.map((notice) => `${notice.id} ${notice.text}`).join('\n');
  useEffect(() => {
    if (found === undefined) return;
    replaceKind(kind, found, isStarted.current);
    isStarted.current = true;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key says whether the list is another
  }, [kind, key]);
  useEffect(() => () => notices.set((all) => all.filter((notice) => notice.kind !== kind)), [kind]);
}
