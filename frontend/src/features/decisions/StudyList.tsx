import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Chip from '@mui/material/Chip';
import { useMemo } from 'react';

import { formatDuration, formatInstant, humanize } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Maybe } from '../../ui/Maybe';
import { Note } from '../../ui/Note';
import { statusColour } from '../../ui/jobStatus';

import type { DecisionsView } from './address';
import { inputLine } from './inputLine';
import type { StudyRow } from './queries';
import { MOST_STUDIES } from './useStudies';

interface Props {
  rows: readonly StudyRow[];
  chosen: StudyRow | null;
  other: StudyRow | null;
  timeZone: string | undefined;
  /** Of all kinds, as the server counts them. */
  total: number;
  change: (part: Partial<DecisionsView>) => void;
}

function tookMs({ job }: StudyRow): number | null {
  if (job.startedAt === null || job.finishedAt === null) return null;
  return Date.parse(job.finishedAt) - Date.parse(job.startedAt);
}

/** The studies of one kind, newest first: one is shown, another compared with it. */
export function StudyList({ rows, chosen, other, timeZone, total, change }: Props) {
  const columns = useMemo<readonly ShownColumn<StudyRow>[]>(
    () => [
      {
        key: 'study',
        label: 'Study',
        isNumber: true,
        value: ({ studyId }) => Number(studyId),
        cell: ({ studyId }) => (
          <Button
            onClick={() => change({ study: studyId, other: null })}
            aria-current={studyId === chosen?.studyId ? 'true' : undefined}
            sx={{ p: 0, minWidth: 0, fontWeight: studyId === chosen?.studyId ? 700 : 400 }}
            data-testid={`study-${studyId}`}
          >
            {studyId === chosen?.studyId ? `▸ ${studyId}` : studyId}
          </Button>
        ),
      },
      { key: 'inputs', label: 'Inputs', value: inputLine, cell: inputLine },
      {
        key: 'state',
        label: 'State',
        value: ({ job }) => job.status,
        cell: ({ job }) => <Chip variant="outlined" color={statusColour(job.status)} label={humanize(job.status)} />,
      },
      { key: 'by', label: 'By', value: ({ job }) => job.owner, cell: ({ job }) => job.owner ?? 'schedule' },
      { key: 'at', label: 'Started', value: ({ createdAt }) => createdAt, cell: ({ createdAt }) => formatInstant(createdAt, timeZone) },
      { key: 'took', label: 'Took', isNumber: true, value: tookMs, cell: (row) => <Maybe text={formatDuration(tookMs(row))} /> },
      {
        key: 'with',
        label: 'Compare',
        value: ({ studyId }) => studyId === other?.studyId ? 1 : 0,
        cell: ({ studyId, job }) => (
          <Checkbox
            size="small"
            sx={{ p: 0 }}
            checked={studyId === other?.studyId}
            disabled={job.status !== 'SUCCEEDED' || chosen === null || chosen.job.status !== 'SUCCEEDED' || studyId === chosen.studyId}
            onChange={(event) => change({ study: chosen?.studyId ?? null, other: event.target.checked ? studyId : null })}
            slotProps={{ input: { 'aria-label': `Compare study ${studyId} with the one shown` } }}
          />
        ),
      },
    ],
    [chosen, other, timeZone, change],
  );
  return (
    <>
      <DataTable caption="Choose one to see it; tick another to compare the two." rows={rows} columns={columns} rowKey={({ id }) => id} maxHeightPx={190} testId="study-list" />
      {total > MOST_STUDIES && <Note>Only the newest {MOST_STUDIES} of {total} studies of this run are listed.</Note>}
    </>
  );
}
