import { formatAge, humanize, plural } from '../../lib/format';
import type { JobFields } from '../../lib/jobs/queries';
import type { Notice, NoticeKind } from '../../lib/notices';

import type { NewOutage, OpenAlarm } from './queries';

export const KIND_LABELS: Readonly<Record<NoticeKind, string>> = {
  alarm: 'Alarms of the data',
  outage: 'New outages',
  job: 'My finished jobs',
  change: 'What I changed',
};

/** Paths that the notices lead to. */
export interface NoticeLinks {
  layer: (key: string) => string;
  outage: (assetId: string) => string;
  job: (jobId: string) => string;
}

export function alarmNotice(alarm: OpenAlarm, links: NoticeLinks): Notice {
  return {
    id: `alarm/${alarm.layer}/${alarm.raisedAt}`,
    kind: 'alarm',
    severity: 'warning',
    text: `${humanize(alarm.layer)} data is too old: it was ${formatAge(alarm.ageS)} old and may be ${formatAge(alarm.maxAgeS)}, ${humanize(alarm.reason).toLowerCase()}`,
    at: alarm.raisedAt,
    href: links.layer(alarm.layer),
  };
}

export function outageNotice(outage: NewOutage, links: NoticeLinks): Notice {
  const found = outage.status === 'PREDICTED' ? 'Predicted outage' : 'Outage';
  return {
    id: `outage/${outage.assetId}`,
    kind: 'outage',
    severity: 'error',
    text: `${found} on ${outage.circuit.name}: ${plural(outage.customersOut, 'customer')} out`,
    at: outage.startedAt,
    href: links.outage(outage.assetId),
  };
}

/** Null: the job is somebody else's, or is not over, or was cancelled, which its owner did. */
export function jobNotice(job: JobFields, username: string, links: NoticeLinks): Notice | null {
  if (job.owner !== username || job.finishedAt == null) return null;
  if (job.status !== 'SUCCEEDED' && job.status !== 'FAILED') return null;
  const isFailed = job.status === 'FAILED';
  return {
    id: `job/${job.jobId}/${job.finishedAt}`,
    kind: 'job',
    severity: isFailed ? 'error' : 'success',
    text: isFailed ? `${job.title} failed: ${job.errorMessage || job.errorCode}` : `${job.title} is finished`,
    at: job.finishedAt,
    href: links.job(job.jobId),
  };
}
